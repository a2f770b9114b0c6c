import RouteMap

/// `upstream`, and each of `upstreams`: a backend, which one server or several alike make up.
public struct UpstreamConfiguration: Equatable, Sendable {
    /// Which Host the backend sees.
    public enum HostHeader: String, CaseIterable, Sendable {
        /// The client's.
        case preserve
        /// The backend's own, from the URL of its first server.
        case upstream
    }

    /// How far servers can be relied on to read the bodies of requests.
    public enum BodyReading: String, CaseIterable, Sendable {
        /// They read the body of a POST, PUT or PATCH that they answer with a success.
        case trusted
        /// They may leave any body unread, so that each goes on a connection that ends with its response.
        case untrusted
    }

    /// Its servers: 1…64, no two at the same place.
    public var servers: [UpstreamServer]
    /// Which Host the backend sees.
    public var host: HostHeader
    /// How far its servers can be relied on to read bodies.
    public var bodies = BodyReading.trusted
    /// How long a connection may take to be made, TLS included: 10 ms…5 min.
    public var connectTimeout: Duration
    /// How long the head of a response may take, as a whole, after the request was sent: 10 ms…1 h.
    public var firstByteTimeout: Duration
    /// How long may pass between two pieces of a response body: 10 ms…24 h.
    public var idleTimeout: Duration
    /// How long the addresses of a name are used before it is resolved again: 0…1 h.
    public var dnsRefresh: Duration
    /// How the certificates of servers are checked, which they always are when the URL is https.
    public var tls: TLSConfiguration
    /// The name that servers are asked for by TLS, and that their certificates have to have; `nil` for the URL's host.
    public var serverName: String?
    /// The connections that are kept for later requests, of each server.
    public var pool: PoolConfiguration
    /// How servers are asked whether they are well; `nil` for not at all, the default.
    public var healthCheck: HealthCheckConfiguration?
    /// When servers that fail requests are left alone.
    public var ejection: EjectionConfiguration
    /// When requests are sent once more to another server.
    public var retry: RetryConfiguration

    /// A backend.
    public init(
        servers: [UpstreamServer],
        host: HostHeader = .preserve,
        connectTimeout: Duration = .seconds(2),
        firstByteTimeout: Duration = .seconds(30),
        idleTimeout: Duration = .seconds(30),
        dnsRefresh: Duration = .seconds(10),
        tls: TLSConfiguration = TLSConfiguration(),
        serverName: String? = nil,
        pool: PoolConfiguration = PoolConfiguration(),
        healthCheck: HealthCheckConfiguration? = nil,
        ejection: EjectionConfiguration = EjectionConfiguration(),
        retry: RetryConfiguration = RetryConfiguration()
    ) {
        self.servers = servers
        self.host = host
        self.connectTimeout = connectTimeout
        self.firstByteTimeout = firstByteTimeout
        self.idleTimeout = idleTimeout
        self.dnsRefresh = dnsRefresh
        self.tls = tls
        self.serverName = serverName
        self.pool = pool
        self.healthCheck = healthCheck
        self.ejection = ejection
        self.retry = retry
    }
}

/// A server of a backend.
public struct UpstreamServer: Equatable, Sendable {
    /// Where a server is.
    public enum Location: Hashable, Sendable, CustomStringConvertible {
        /// A URL whose path is `/`.
        case url(HTTPEndpoint)
        /// The path of a Unix socket, on which HTTP is spoken without TLS.
        case unix(String)

        /// The location as it is written in the configuration.
        public var description: String {
            switch self {
            case .url(let endpoint): "\(endpoint.scheme.rawValue)://\(endpoint.authority)"
            case .unix(let path): AdminAddress.unix(path).description
            }
        }
    }

    /// Where it is.
    public var location: Location
    /// How much of the requests it gets, in proportion to the others: 1…256.
    public var weight: Int
    /// The name that it is asked for by TLS, and that its certificate has to have; `nil` for that of the backend.
    public var serverName: String?

    /// A server.
    public init(_ location: Location, weight: Int = 1, serverName: String? = nil) {
        self.location = location
        self.weight = weight
        self.serverName = serverName
    }

    /// The server as a URL has it: with `localhost` for a Unix socket.
    public var endpoint: HTTPEndpoint {
        switch location {
        case .url(let endpoint): endpoint
        case .unix: HTTPEndpoint(scheme: .http, host: "localhost", port: 80)
        }
    }
}

/// An item of `upstreams`: the backend of the paths that begin with a prefix.
public struct PrefixedUpstream: Equatable, Sendable {
    /// How the paths begin.
    public var prefix: PathPrefix
    /// The backend.
    public var upstream: UpstreamConfiguration

    /// A backend for some paths.
    public init(prefix: PathPrefix, upstream: UpstreamConfiguration) {
        self.prefix = prefix
        self.upstream = upstream
    }
}

/// `upstream.health_check`: how servers are asked whether they are well.
public struct HealthCheckConfiguration: Equatable, Sendable {
    /// The target of the GET request; it begins with `/`.
    public var path: String
    /// The time between two checks of a server: 100 ms…1 h.
    public var interval: Duration
    /// How long a check may take, with the connection that is made for it: 10 ms…5 min.
    public var timeout: Duration
    /// After how many that succeed in a row an unhealthy server is healthy: 1…100.
    public var healthyAfter: Int
    /// After how many that fail in a row a healthy server is unhealthy: 1…100.
    public var unhealthyAfter: Int
    /// The statuses that say that a server is well; empty for every 2xx.
    public var statuses: [Int]

    /// A way to check servers.
    public init(
        path: String,
        interval: Duration = .seconds(5),
        timeout: Duration = .seconds(1),
        healthyAfter: Int = 2,
        unhealthyAfter: Int = 3,
        statuses: [Int] = []
    ) {
        self.path = path
        self.interval = interval
        self.timeout = timeout
        self.healthyAfter = healthyAfter
        self.unhealthyAfter = unhealthyAfter
        self.statuses = statuses
    }
}

/// `upstream.ejection`: when servers that fail requests are left alone.
public struct EjectionConfiguration: Equatable, Sendable {
    /// After how many failed requests in a row: 0…1000, 0 for never.
    public var failures: Int
    /// For how long at first: 10 ms…1 h. It is doubled each time that the server fails again.
    public var backOff: Duration
    /// For how long at most: 10 ms…1 h.
    public var maxBackOff: Duration
    /// The statuses that count as failures beside connections that can't be made, that break, and that are too late.
    public var statuses: [Int]

    /// A way to eject servers.
    public init(
        failures: Int = 5,
        backOff: Duration = .seconds(1),
        maxBackOff: Duration = .seconds(30),
        statuses: [Int] = [502, 503, 504]
    ) {
        self.failures = failures
        self.backOff = backOff
        self.maxBackOff = maxBackOff
        self.statuses = statuses
    }
}

/// `upstream.retry`: when requests are sent once more to another server.
public struct RetryConfiguration: Equatable, Sendable {
    /// To how many servers a request is sent at most, the first one counted: 1…10, 1 for no retries.
    public var attempts: Int
    /// How many requests are sent once more at most, in percent of all: 0…100.
    public var budget: Int
    /// Whether an idempotent request is sent once more when the first server has taken it and doesn't answer in time.
    public var timeouts: Bool

    /// A way to retry.
    public init(attempts: Int = 3, budget: Int = 20, timeouts: Bool = true) {
        self.attempts = attempts
        self.budget = budget
        self.timeouts = timeouts
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
    /// What these files held when the configuration was loaded, which is what counts until it is loaded again.
    public var contents = TLSContents()

    /// A way to check certificates, and a certificate to show.
    public init(caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}

/// What the files of a `tls` section hold, in PEM.
public struct TLSContents: Equatable, Sendable {
    /// The authorities that are believed; `nil` for the system's.
    public var authorities: [UInt8]?
    /// The certificate that the gateway shows, and those between it and its authority; `nil` for none.
    public var certificate: [UInt8]?
    /// The key of ``certificate``.
    public var key: Secret?

    /// Nothing.
    public init() {}
}

/// `upstream.pool`: the connections to a server, per event loop.
public struct PoolConfiguration: Equatable, Sendable {
    /// The most connections of a loop to a server, idle or not: 1…65,535.
    public var maxConnections: Int
    /// The most idle connections of a loop to a server: 0…65,535, and not above ``maxConnections``.
    public var maxIdle: Int
    /// How long a connection may be idle, which must be less than the backend keeps one: 10 ms…1 h. What the backend
    /// says in Keep-Alive shortens it. The default fits the shortest default among common servers, gunicorn's 2 s.
    public var idleTimeout: Duration
    /// How old a connection may be when it is used once more: 10 ms…24 h.
    public var maxAge: Duration

    /// A pool.
    public init(
        maxConnections: Int = 1024,
        maxIdle: Int = 1024,
        idleTimeout: Duration = .seconds(1),
        maxAge: Duration = .seconds(600)
    ) {
        self.maxConnections = maxConnections
        self.maxIdle = maxIdle
        self.idleTimeout = idleTimeout
        self.maxAge = maxAge
    }
}
