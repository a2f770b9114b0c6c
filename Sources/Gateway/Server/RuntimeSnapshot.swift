import Digests
import GatewayConfig
import HTTP1
import Introspection
import Logging
import NIOCore
import RouteMap
import ScopeModel

/// All that decides what becomes of a request, immutable. Each loop holds one; a request uses the one that it began
/// with.
final class RuntimeSnapshot: Sendable {
    let routeMap: RouteMap
    /// How requests to the map's templates are counted.
    let countedTemplates: [Int32]
    /// What is evaluated beside it and never enforced.
    let shadowMap: RouteMap?
    let catalog: ScopeCatalog
    let keys: KeyExtractor
    let keyShape: KeyShape
    /// Which fields go upstream.
    let headerRules: HeaderRules
    /// The hosts that requests to each listener may be for; nil for all.
    let hosts: [[HostPattern]?]
    let trustedProxies: TrustedPeers
    /// The backends, and which of them a request goes to.
    let upstreams: UpstreamTable
    let limits: RequestLimits
    let http2Limits: HTTP2Limits
    /// The path that the gateway answers itself with the catalog, and the answer.
    let servedCatalog: ServedCatalog?
    /// What answers for keys.
    let grants: GrantSource
    /// Makes key fingerprints, under the operator's audit secret.
    let fingerprint: HMACSHA256
    /// What each listener secures its connections with; nil for those without TLS.
    let tls: [ListenerTLS?]
    /// Whose word each listener takes for whose a connection is (PROXY protocol); nil for those that take nobody's.
    let proxyProtocol: [TrustedPeers?]
    /// What refusals are answered with.
    let envelopes: PreparedEnvelopes

    private let fingerprintSecret: Secret?

    /// A snapshot of a configuration.
    ///
    /// - Parameters:
    ///   - previous: the snapshot that it takes the place of: what is known of keys is carried over when it still
    ///     holds.
    ///   - processSecret: what fingerprints are made with when the configuration has no secret for them.
    ///   - metrics: where its requests are counted.
    ///   - logger: where it is told how the backends' servers fare.
    ///   - tls: what listeners secure their connections with.
    ///   - listeners: the listeners as they were opened; nil for those of the configuration.
    init(
        _ loaded: LoadedConfiguration,
        listeners: [ListenConfiguration]? = nil,
        succeeding previous: RuntimeSnapshot? = nil,
        processSecret: [UInt8],
        metrics: GatewayMetrics,
        logger: Logger,
        tls: [ListenerTLS?] = []
    ) {
        self.tls = tls
        let configuration = loaded.configuration
        let open = (listeners ?? configuration.listen).enumerated().map { index, listener in
            // One that the configuration has no more, or otherwise, goes on as it was.
            configuration.place(of: listener, from: index).map { configuration.listen[$0] } ?? listener
        }
        proxyProtocol = open.map(\.proxyProtocol)
        routeMap = loaded.routeMap
        countedTemplates = metrics.templates.numbers(of: loaded.routeMap)
        shadowMap = loaded.shadowMap
        catalog = loaded.catalog
        keys = KeyExtractor(configuration.keys)
        keyShape = configuration.keys.shape
        headerRules = HeaderRules(configuration.headers, keys: keys, forwardsKey: configuration.keys.forward)
        hosts = open.map { $0.hosts ?? configuration.hosts }
        trustedProxies = configuration.trustedProxies
        upstreams = UpstreamTable(
            configuration,
            loaded.routeMap,
            succeeding: previous?.upstreams,
            logger: logger
        )
        limits = RequestLimits(configuration)
        http2Limits = HTTP2Limits(configuration.limits)
        envelopes = PreparedEnvelopes(
            routeMap: loaded.routeMap,
            catalog: loaded.catalog,
            namesGeneration: configuration.reload.generationHeader
        )
        fingerprintSecret = configuration.audit.fingerprintSecret
        if let previous, previous.fingerprintSecret == configuration.audit.fingerprintSecret {
            fingerprint = previous.fingerprint
        } else {
            let secret = configuration.audit.fingerprintSecret?.bytes ?? processSecret
            fingerprint = HMACSHA256(key: secret.span)
        }
        if let previous, previous.grants.serves(loaded) {
            grants = previous.grants
        } else {
            grants = GrantSource(
                configuration.introspection,
                catalog: loaded.catalog,
                timers: metrics.introspection
            )
        }
        servedCatalog = configuration.catalog.serveAt.map { ServedCatalog(path: $0, catalog: loaded.catalog) }
    }

    /// Whether a listener serves requests for this Host.
    func serves(host: Span<UInt8>, listener: Int) -> Bool {
        guard listener < hosts.count, let names = hosts[listener] else { return true }
        return names.admit(host: host)
    }

    /// How long the body of a request may be on a route, in bytes of content; nil for as long as it likes.
    func bodyLimit(ofRoute route: Int) -> UInt64? {
        switch routeMap.bodyLimit(ofRoute: route) {
        case .inherited: limits.body
        case .unlimited: nil
        case .bytes(let count): UInt64(count)
        }
    }
}

/// The bounds of requests and the time that their parts may take.
struct RequestLimits: Sendable {
    let head: HeadLimits
    let body: UInt64?
    let drainedBody: UInt64
    let headTimeout: TimeAmount
    let bodyIdleTimeout: TimeAmount
    let keepAliveTimeout: TimeAmount
    /// How long a connection waits for a request while the gateway stops.
    let idleGrace: TimeAmount
    let inFlight: Int
    /// How many connections a client may have; nil for as many as there is room for.
    let connectionsPerClient: Int?
    /// How old a connection may become; nil for as old as it likes.
    let connectionAge: TimeAmount?
    /// How long the rest of a body is read whose response has been sent.
    let drainTime: TimeAmount
    /// How many bytes of such are read in a second, on all connections together.
    let drainRate: Int
    /// Whether clients that have ended their side are answered.
    let servesHalfClosed: Bool

    init(_ configuration: GatewayConfiguration) {
        let limits = configuration.limits
        head = HeadLimits(
            requestLine: limits.requestLine,
            fieldCount: limits.headerFields,
            fieldBytes: limits.headerBytes
        )
        body = limits.body.map { UInt64($0) }
        drainedBody = UInt64(limits.drainBody)
        headTimeout = .init(limits.headTimeout)
        bodyIdleTimeout = .init(limits.bodyIdleTimeout)
        keepAliveTimeout = .init(limits.keepAliveTimeout)
        idleGrace = .init(configuration.shutdown.idleGrace)
        inFlight = limits.maxInFlight
        connectionsPerClient = limits.connectionsPerClient
        connectionAge = limits.connectionAge.map { .init($0) }
        drainTime = .init(limits.drainTime)
        drainRate = limits.drainRate
        servesHalfClosed = limits.halfClosed == .serve
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        self = .nanoseconds(duration.nanoseconds)
    }
}
