/// Where connections of a pool go, and how libcurl makes them.
public struct UpstreamTarget: Equatable, Sendable {
    /// TLS towards the upstream; verification of chain and name is always on.
    public struct TLS: Equatable, Sendable {
        /// A PEM bundle of the authorities to trust instead of the system's; nil for the system's.
        public var certificateAuthorityFile: String?
        /// The certificate that is shown to the upstream; nil for none.
        public var clientCertificate: ClientCertificate?

        /// TLS settings; the system's authorities unless a file is named.
        public init(certificateAuthorityFile: String? = nil, clientCertificate: ClientCertificate? = nil) {
            self.certificateAuthorityFile = certificateAuthorityFile
            self.clientCertificate = clientCertificate
        }
    }

    /// The host as it stands in the URL: a name, an IPv4 address, or an IPv6 address without brackets.
    public var host: String
    /// The TCP port, 1…65535.
    public var port: UInt16
    /// TLS settings; nil for plain HTTP.
    public var tls: TLS?
    /// How long resolving, connecting and the TLS handshake may take together, in milliseconds; at least 1.
    public var connectTimeoutMilliseconds: Int

    /// A target by its parts.
    public init(host: String, port: UInt16, tls: TLS? = nil, connectTimeoutMilliseconds: Int = 2000) {
        self.host = host
        self.port = port
        self.tls = tls
        self.connectTimeoutMilliseconds = max(1, connectTimeoutMilliseconds)
    }

    /// The URL that libcurl is given; it has a path only because libcurl wants one.
    var url: String {
        let authority = host.contains(":") ? "[\(host)]" : host
        return "\(tls == nil ? "http" : "https")://\(authority):\(port)/"
    }
}
