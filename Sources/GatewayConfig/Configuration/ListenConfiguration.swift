/// `listen[]`: one address on which requests are accepted, and how.
public struct ListenConfiguration: Equatable, Sendable {
    /// What is spoken on a connection.
    public enum ApplicationProtocol: String, CaseIterable, Sendable {
        /// HTTP/2 (RFC 9113).
        case http2 = "h2"
        /// HTTP/1.1 and HTTP/1.0 (RFC 9112).
        case http1 = "http/1.1"
    }

    /// The address.
    public var address: ListenAddress
    /// The permissions of a Unix socket: 0…0o777. Default: 0o660.
    public var mode: UInt32
    /// Whether another process may listen on the same address and port (socket(7), SO_REUSEPORT). Default: false.
    public var reusePort: Bool
    /// Whose connections begin with the PROXY protocol; `nil` when none do, the default.
    public var proxyProtocol: TrustedPeers?
    /// What may be spoken, at least one: by default both with TLS, and HTTP/1.1 without.
    public var protocols: [ApplicationProtocol]
    /// How connections are secured; `nil` for not at all, the default.
    public var tls: ListenTLSConfiguration?
    /// The hosts that requests may be for, in place of ``GatewayConfiguration/hosts``; `nil` for those, the default.
    public var hosts: [HostPattern]?

    /// An address to listen on.
    public init(
        address: ListenAddress = .socket(SocketAddressText(host: "127.0.0.1", port: 8080)),
        mode: UInt32 = 0o660,
        reusePort: Bool = false,
        proxyProtocol: TrustedPeers? = nil,
        protocols: [ApplicationProtocol]? = nil,
        tls: ListenTLSConfiguration? = nil,
        hosts: [HostPattern]? = nil
    ) {
        self.address = address
        self.mode = mode
        self.reusePort = reusePort
        self.proxyProtocol = proxyProtocol
        self.protocols = protocols ?? Self.defaultProtocols(isSecure: tls != nil)
        self.tls = tls
        self.hosts = hosts
    }

    static func defaultProtocols(isSecure: Bool) -> [ApplicationProtocol] { isSecure ? [.http2, .http1] : [.http1] }

    /// What can only be changed by a restart: all but what is behind ``tls`` and ``proxyProtocol`` (but not whether
    /// there is anything), and ``hosts``.
    public var fixed: ListenConfiguration {
        var fixed = self
        fixed.hosts = nil
        fixed.proxyProtocol = proxyProtocol == nil ? nil : []
        fixed.tls = tls == nil ? nil : ListenTLSConfiguration(certificates: [])
        return fixed
    }
}

extension GatewayConfiguration {
    /// Which of the listeners is the same as one of another configuration, which stood at this place there; nil when
    /// none is.
    public func place(of listener: ListenConfiguration, from place: Int) -> Int? {
        if place < listen.count, listen[place].fixed == listener.fixed { return place }
        return listen.firstIndex { $0.fixed == listener.fixed }
    }
}

/// `listen[].tls`: certificates and versions of a listener.
public struct ListenTLSConfiguration: Equatable, Sendable {
    /// A certificate with its key.
    public struct Certificate: Hashable, Sendable {
        /// The PEM file of the certificate, and of those between it and its root.
        public var certificateFile: String
        /// The PEM file of its private key.
        public var keyFile: String

        /// A certificate with its key.
        public init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// The lowest version of TLS that is spoken; 1.3 is the highest.
    public enum Version: String, CaseIterable, Sendable {
        /// RFC 5246.
        case tls12 = "1.2"
        /// RFC 8446.
        case tls13 = "1.3"
    }

    /// Whether clients show certificates.
    public enum ClientCertificates: String, CaseIterable, Sendable {
        /// They aren't asked for any.
        case none
        /// They are asked; one that is shown has to be good.
        case optional
        /// Without a good one there is no connection.
        case required
    }

    /// At least one; the first is for clients that ask for no name, or for one that none of them has.
    public var certificates: [Certificate]
    /// The lowest version. Default: 1.2.
    public var minVersion = Version.tls12
    /// Whether clients show certificates. Default: none.
    public var clientCertificates = ClientCertificates.none
    /// The PEM file of the authorities whose client certificates are good; there unless clients aren't asked.
    public var clientCAFile: String?
    /// Whether the upstream is told of the certificate, in Client-Cert (RFC 9440). Default: false.
    public var forwardsClientCertificate = false
    /// How long a handshake may take: 10 ms…5 min.
    public var handshakeTimeout: Duration = .seconds(10)

    /// A listener's certificates; the rest has its defaults.
    public init(certificates: [Certificate]) {
        self.certificates = certificates
    }

    /// All files that it names.
    var files: [String] {
        certificates.flatMap { [$0.certificateFile, $0.keyFile] } + (clientCAFile.map { [$0] } ?? [])
    }
}
