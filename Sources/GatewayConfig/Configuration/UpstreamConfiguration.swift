/// `upstream`: the backend.
public struct UpstreamConfiguration: Equatable, Sendable {
    /// Which Host the backend sees.
    public enum HostHeader: String, CaseIterable, Sendable {
        /// The client's.
        case preserve
        /// The backend's own, from its URL.
        case upstream
    }

    /// Where the backend is; its path is always `/`.
    public var endpoint: HTTPEndpoint
    /// Which Host the backend sees.
    public var host: HostHeader
    /// How long a connection may take to be made, TLS included: 10 ms…5 min.
    public var connectTimeout: Duration
    /// How long the first byte of a response may take after the request was sent: 10 ms…1 h.
    public var firstByteTimeout: Duration
    /// How long may pass between two pieces of a response body: 10 ms…24 h.
    public var idleTimeout: Duration
    /// How the backend's certificate is checked, which it always is when the URL is https.
    public var tls: TLSConfiguration
    /// The connections that are kept for later requests.
    public var pool: PoolConfiguration

    /// A backend.
    public init(
        endpoint: HTTPEndpoint,
        host: HostHeader = .preserve,
        connectTimeout: Duration = .seconds(2),
        firstByteTimeout: Duration = .seconds(30),
        idleTimeout: Duration = .seconds(30),
        tls: TLSConfiguration = TLSConfiguration(),
        pool: PoolConfiguration = PoolConfiguration()
    ) {
        self.endpoint = endpoint
        self.host = host
        self.connectTimeout = connectTimeout
        self.firstByteTimeout = firstByteTimeout
        self.idleTimeout = idleTimeout
        self.tls = tls
        self.pool = pool
    }
}

/// `tls`: how a server's certificate is checked, and what certificate it is shown. There is no way not to check it.
public struct TLSConfiguration: Equatable, Sendable {
    /// The PEM file of the authorities that are believed; `nil` for the system's.
    public var caFile: String?
    /// The PEM file of the certificate that the gateway shows; `nil` for none.
    public var certificateFile: String?
    /// The PEM file of the key of ``certificateFile``; given when that is.
    public var keyFile: String?

    /// A way to check certificates, and a certificate to show.
    public init(caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}

/// `upstream.pool`: the connections to the backend, per event loop.
public struct PoolConfiguration: Equatable, Sendable {
    /// The most connections of a loop, idle or not: 1…65,535.
    public var maxConnections: Int
    /// The most idle connections of a loop: 0…65,535, and not above ``maxConnections``.
    public var maxIdle: Int
    /// How long a connection may be idle, which must be less than the backend keeps one: 10 ms…1 h.
    public var idleTimeout: Duration
    /// How old a connection may be when it is used once more: 10 ms…24 h.
    public var maxAge: Duration

    /// A pool.
    public init(
        maxConnections: Int = 1024,
        maxIdle: Int = 1024,
        idleTimeout: Duration = .seconds(45),
        maxAge: Duration = .seconds(600)
    ) {
        self.maxConnections = maxConnections
        self.maxIdle = maxIdle
        self.idleTimeout = idleTimeout
        self.maxAge = maxAge
    }
}
