/// What a proxy says of a connection at its very start, by the PROXY protocol of HAProxy (proxy-protocol.txt,
/// 2020/03/05), version 1 or 2.
public struct ProxyHeader: Equatable, Sendable {
    /// An address and a port.
    public struct Endpoint: Equatable, Sendable {
        /// 4 bytes or 16, in network order.
        public var address: [UInt8]
        /// The port, 0…65,535.
        public var port: UInt16

        /// An address and a port.
        public init(address: [UInt8], port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    /// Whose connection it is.
    public enum Origin: Equatable, Sendable {
        /// The proxy's own, such as a health check, or one that it knows nothing of: the connection's own addresses are
        /// those that count.
        case proxy
        /// A client's, from this source to this destination.
        case client(source: Endpoint, destination: Endpoint)
        /// A client's, by a Unix socket.
        case unixSocket
    }

    /// Whose connection it is.
    public var origin: Origin
    /// Whether the client speaks TLS with the proxy (PP2_TYPE_SSL, PP2_CLIENT_SSL).
    public var isSecure: Bool
    /// How many bytes the header has; what follows is the client's.
    public var byteCount: Int

    /// A header by its parts.
    public init(origin: Origin, isSecure: Bool = false, byteCount: Int) {
        self.origin = origin
        self.isSecure = isSecure
        self.byteCount = byteCount
    }

    /// What bytes come to.
    public enum Reading: Equatable, Sendable {
        /// They are the beginning of a header.
        case needMore
        /// They begin with a header.
        case complete(ProxyHeader)
        /// They don't, and never will.
        case failed(ProxyHeaderError)
    }

    /// Reads the header at the start of a connection.
    public static func read(_ bytes: Span<UInt8>) -> Reading {
        guard !bytes.isEmpty else { return .needMore }
        switch bytes[0] {
        case ProxyHeaderText.signature[0]: return ProxyHeaderText.read(bytes)
        case ProxyHeaderBinary.signature[0]: return ProxyHeaderBinary.read(bytes)
        default: return .failed(.missing)
        }
    }
}

/// Why a connection doesn't begin with a header of the PROXY protocol.
public enum ProxyHeaderError: String, Error, CaseIterable, Sendable {
    /// It begins with something else.
    case missing
    /// It begins like one, but its syntax is wrong.
    case malformed
    /// It is longer than a version 1 header can be, or than a version 2 header may be here.
    case tooLong = "too_long"
    /// It is of a protocol or a family that connections here can't have.
    case unsupported
    /// Its checksum is wrong.
    case checksum
}
