/// What a gateway is told to do: `scopegate.yaml`, read, checked, and with the defaults filled in.
public struct GatewayConfiguration: Equatable, Sendable {
    /// Where requests are accepted; at least one. Default: 127.0.0.1:8080.
    public var listen: [ListenConfiguration]
    /// The backend of all paths that ``upstreams`` has none for.
    public var upstream: UpstreamConfiguration
    /// The backends of paths with certain beginnings, of which the longest counts. Default: none.
    public var upstreams: [PrefixedUpstream]
    /// How keys are looked up.
    public var introspection: IntrospectionConfiguration
    /// Where keys are in requests.
    public var keys: KeysConfiguration
    /// Where the routes are from.
    public var routes: DocumentSource
    /// The file of the routes that are evaluated beside them and never enforced; its path. Default: none.
    public var routesShadow: String?
    /// Where the catalog is from, and whether the gateway serves it.
    public var catalog: CatalogConfiguration
    /// The audit log.
    public var audit: AuditConfiguration
    /// The operators' listener.
    public var admin: AdminConfiguration
    /// How many event loops there are.
    public var threads: ThreadCount
    /// Bounds on what clients can ask for.
    public var limits: LimitsConfiguration
    /// The peers whose forwarding headers are believed. Default: none.
    public var trustedProxies: TrustedPeers
    /// Which fields of requests go upstream, beside what the gateway's own rules say.
    public var headers: HeadersConfiguration
    /// The hosts that requests may be for; `nil` for all, the default.
    public var hosts: [HostPattern]?
    /// The gateway's own log.
    public var log: LogConfiguration
    /// How the gateway stops.
    public var shutdown: ShutdownConfiguration
    /// How changes come into force while the gateway runs.
    public var reload: ReloadConfiguration
    /// A line for each request; `nil` for none, the default.
    public var accessLog: AccessLogConfiguration?
    /// Traces; `nil` for none, the default.
    public var tracing: TracingConfiguration?

    /// A configuration; what is left out has its default.
    public init(
        listen: [ListenConfiguration] = [ListenConfiguration()],
        upstream: UpstreamConfiguration,
        upstreams: [PrefixedUpstream] = [],
        introspection: IntrospectionConfiguration,
        keys: KeysConfiguration = KeysConfiguration(),
        routes: DocumentSource = .embedded,
        routesShadow: String? = nil,
        catalog: CatalogConfiguration = CatalogConfiguration(),
        audit: AuditConfiguration = AuditConfiguration(),
        admin: AdminConfiguration = AdminConfiguration(),
        threads: ThreadCount = .automatic,
        limits: LimitsConfiguration = LimitsConfiguration(),
        trustedProxies: TrustedPeers = [],
        headers: HeadersConfiguration = HeadersConfiguration(),
        hosts: [HostPattern]? = nil,
        log: LogConfiguration = LogConfiguration(),
        shutdown: ShutdownConfiguration = ShutdownConfiguration(),
        reload: ReloadConfiguration = ReloadConfiguration(),
        accessLog: AccessLogConfiguration? = nil,
        tracing: TracingConfiguration? = nil
    ) {
        self.listen = listen
        self.upstream = upstream
        self.upstreams = upstreams
        self.introspection = introspection
        self.keys = keys
        self.routes = routes
        self.routesShadow = routesShadow
        self.catalog = catalog
        self.audit = audit
        self.admin = admin
        self.threads = threads
        self.limits = limits
        self.trustedProxies = trustedProxies
        self.headers = headers
        self.hosts = hosts
        self.log = log
        self.shutdown = shutdown
        self.reload = reload
        self.accessLog = accessLog
        self.tracing = tracing
    }
}

/// Where a document is from.
public enum DocumentSource: Equatable, Sendable {
    /// The journal's own, which is part of the program: ``EmbeddedConfiguration``.
    case embedded
    /// A file; its path from the working directory, or absolute.
    case file(String)
}

/// How many event loops there are.
public enum ThreadCount: Equatable, Sendable {
    /// One for each core.
    case automatic
    /// This many, 1…64.
    case fixed(Int)
}

extension GatewayConfiguration {
    /// All backends: the one without a prefix, and then those with one.
    public var allUpstreams: [UpstreamConfiguration] { [upstream] + upstreams.map(\.upstream) }
}
