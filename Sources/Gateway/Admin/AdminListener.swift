import Audit
import GatewayConfig
import NIOCore
import NIOPosix
import PrometheusMetrics
import SimpleHTTP
import Synchronization

/// The listener for operators; `openapi.json` describes it.
///
/// It has an event loop of its own, so that whatever operators ask for doesn't hold up requests.
final class AdminListener: Sendable {
    /// What it tells of and acts upon.
    struct Subject: Sendable {
        let health: ServiceHealth
        let services: GatewayServices
        let reloader: Reloader
        let loops: [GatewayLoop]
        /// The audit's newest lines.
        let recent: AuditRecent
        let hub: EventHub
        /// Spans that are yet to be sent, if requests are traced.
        let spans: SpanQueue?
        /// The version of the program.
        let version: String
    }

    private static let largestBody = 64 << 10
    /// Enough for all parameters that a query may have, percent-encoded.
    private static let longestRequestLine = 160 << 10

    private static let requestTime = TimeAmount.seconds(10)
    /// Only the gateway's own user may connect to the Unix socket.
    private static let socketMode: UInt32 = 0o600

    private let address: AdminAddress
    private let server: SimpleHTTPServer
    private let socketFile = Mutex<UnixSocketFile?>(nil)
    private let sampler: FigureSampler
    private let hub: EventHub
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(_ configuration: AdminConfiguration, _ subject: Subject) {
        var limits = SimpleHTTPServer.Limits()
        limits.body = Self.largestBody
        limits.requestLine = Self.longestRequestLine
        limits.requestTime = Self.requestTime
        limits.connections = configuration.connections
        address = configuration.address
        hub = subject.hub
        sampler = FigureSampler(
            loops: subject.loops,
            services: subject.services,
            reloader: subject.reloader,
            hub: subject.hub
        )
        let access = AdminAccess(configuration, secret: subject.services.processSecret)
        let responder = AdminResponder(access: access, endpoints: Self.endpoints(subject, sampler, access))
        server = SimpleHTTPServer(responder: responder, limits: limits)
    }

    /// Listens.
    ///
    /// - Returns: The address, with the port that is bound.
    func start() async throws -> AdminAddress {
        sampler.start(on: group.next())
        do {
            switch address {
            case .unix(let path):
                let (file, descriptor) = try UnixSocketFile.bind(path, mode: Self.socketMode)
                socketFile.withLock { $0 = file }
                try await server.start(group: group, boundSocket: descriptor)
                return address
            case .socket(let socket):
                let port = try await server.start(group: group, host: socket.host, port: socket.port)
                return .socket(SocketAddressText(host: socket.host, port: port))
            }
        } catch {
            throw GatewayStartError("admin.address: \(ListenFailure.text(error, address: "\(address)"))")
        }
    }

    func stop() async {
        hub.close()
        await sampler.stop()
        await server.shutdown()
        socketFile.withLock { file in
            file?.remove()
            file = nil
        }
        try? await group.shutdownGracefully()
    }

    /// What describes the listener; where no token is asked for it must not say that one is.
    private static func document(asksForToken: Bool) -> [UInt8] {
        let document = String(decoding: PackageResources.openapi_json, as: UTF8.self)
        guard !asksForToken else { return Array(document.utf8) }
        let security = "\"security\": [\n    {\n      \"token\": []\n    }\n  ]"
        return Array(document.replacing(security, with: "\"security\": []").utf8)
    }

    private static func endpoints(
        _ subject: Subject,
        _ sampler: FigureSampler,
        _ access: AdminAccess
    ) -> [AdminEndpoint] {
        let document = document(asksForToken: access.asksForToken)
        let health = HealthEndpoints(
            health: subject.health,
            services: subject.services,
            reloader: subject.reloader,
            loops: subject.loops,
            maySeeAll: access.maySeeAll
        )
        let metrics = MetricsPage(
            loops: subject.loops,
            services: subject.services,
            reloader: subject.reloader,
            spans: subject.spans,
            version: subject.version
        )
        let routes = RouteEndpoints(reloader: subject.reloader)
        let revoker = Revoker(subject.services, subject.loops)
        let cache = CacheEndpoints(services: subject.services, revoker: revoker, reloader: subject.reloader)
        let upstreams = UpstreamEndpoint(reloader: subject.reloader, loops: subject.loops)
        let audit = AuditEndpoint(recent: subject.recent) { [reloader = subject.reloader] in reloader.loaded.catalog }
        let (services, reloader, hub) = (subject.services, subject.reloader, subject.hub)
        return [
            .get("/", isOpen: true, Console.page),
            .get(Console.prefix + AdminEndpoint.parameter, isOpen: true, Console.file),
            .get("/livez", isOpen: true, later: health.livez),
            .get("/readyz", isOpen: true, health.readyz),
            .get("/openapi.json", isOpen: true) { _ in
                AdminAnswer.bytes(200, document, type: "application/json")
            },
            .get("/metrics") { _, eventLoop in
                metrics.render(on: eventLoop).map { AdminAnswer.bytes(200, $0, type: PrometheusText.contentType) }
            },
            .get("/routes", routes.routes),
            .get("/explain", routes.explain),
            .get("/upstreams", later: upstreams.show),
            .get("/config", routes.config),
            .get("/reloads", routes.reloads),
            .get("/cache", cache.show),
            .get("/audit", audit.show),
            .get("/figures", sampler.show),
            .get("/events") { _ in
                AdminAnswer.stream(type: "text/event-stream") { hub.add($0) }
            },
            .post("/reload") { _, eventLoop in
                reloader.reload(.admin, on: eventLoop).map { result in
                    AdminAnswer.json(result.succeeded ? 200 : 422, ReloadAnswer.json(result))
                }
            },
            .post("/revoke") { request, eventLoop in
                RevokeAction(services: services, revoker: revoker, fingerprint: reloader.fingerprint)
                    .respond(to: request, on: eventLoop)
            },
            .post("/introspect") { request, eventLoop in
                IntrospectAction(services: services, reloader: reloader).respond(to: request, on: eventLoop)
            },
            .post("/cache/clear") { request, eventLoop in cache.clear(request, on: eventLoop) },
        ]
    }
}
