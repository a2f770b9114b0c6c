/// Where connections of a pool go, and how libcurl makes them.
public struct UpstreamTarget: Equatable, Sendable {
    /// TLS towards the upstream; verification of chain and name is always on.
    public struct TLS: Equatable, Sendable {
        /// Whom to believe, and what to show.
        public var trust: TLSTrust
        /// The name that is asked for (SNI, RFC 6066 §3) and that the certificate has to have; nil for the host.
        public var serverName: String?

        /// TLS settings by their parts.
        public init(trust: TLSTrust, serverName: String? = nil) {
            self.trust = trust
            self.serverName = serverName
        }
    }

    /// The host as it stands in the URL: a name, an IPv4 address, or an IPv6 address without brackets.
    public var host: String
    /// The TCP port, 1…65535.
    public var port: UInt16
    /// TLS settings; nil for plain HTTP.
    public var tls: TLS?
    /// The Unix socket to connect to, whatever the host; nil to connect to the host.
    public var unixSocket: String?
    /// How long resolving, connecting and the TLS handshake may take together, in milliseconds; at least 1.
    public var connectTimeoutMilliseconds: Int
    /// How long the addresses of a name are used before it is resolved again, in seconds; 0 for once only.
    public var addressSeconds: Int

    /// A target by its parts.
    public init(
        host: String,
        port: UInt16,
        tls: TLS? = nil,
        unixSocket: String? = nil,
        connectTimeoutMilliseconds: Int = 2000,
        addressSeconds: Int = 10
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.unixSocket = unixSocket
        self.connectTimeoutMilliseconds = max(1, connectTimeoutMilliseconds)
        self.addressSeconds = max(0, addressSeconds)
    }

    /// The URL that libcurl is given; it has a path only because libcurl wants one. Its host is the one that TLS asks
    /// for.
    public var url: String {
        "\(tls == nil ? "http" : "https")://\(Self.bracketed(tls?.serverName ?? host)):\(port)/"
    }

    /// Where the connection goes when that isn't where the URL says (CURLOPT_CONNECT_TO).
    public var connectTo: String? {
        guard unixSocket == nil, tls?.serverName != nil else { return nil }
        return "::\(Self.bracketed(host)):\(port)"
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
