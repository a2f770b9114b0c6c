import Audit
import GatewayConfig
import NIOCore
import NIOPosix
import SimpleHTTP

/// The listener for operators: `/livez`, `/readyz`, `/metrics`, `/routes`, `POST /reload` and `POST /revoke`.
final class AdminListener: Sendable {
    private let server: SimpleHTTPServer

    init(health: ServiceHealth, services: GatewayServices, reloader: Reloader) {
        var limits = SimpleHTTPServer.Limits()
        limits.body = 64 << 10
        let responder = AdminResponder(health: health, services: services, reloader: reloader)
        server = SimpleHTTPServer(responder: responder, limits: limits)
    }

    func start(on address: SocketAddressText, group: MultiThreadedEventLoopGroup) async throws -> SocketAddress {
        do {
            let port = try await server.start(group: group, host: address.host, port: address.port)
            return try SocketAddress.makeAddressResolvingHost(address.host, port: port)
        } catch {
            throw GatewayStartError("admin.address: can't listen on \(address): \(error)")
        }
    }

    func stop() async {
        await server.shutdown()
    }
}

/// Answers what is asked on the admin listener.
struct AdminResponder: SimpleResponder {
    let health: ServiceHealth
    let services: GatewayServices
    let reloader: Reloader

    func respond(to request: SimpleRequest) -> SimpleResponse {
        switch request.path {
        case "/livez": guardRead(request) { text(200, "ok\n") }
        case "/readyz": guardRead(request, readiness)
        case "/metrics": guardRead(request, metrics)
        case "/routes": guardRead(request) { text(200, ReloadText.routes(reloader), type: Self.json) }
        case "/reload": AdminAction.refusal(of: request) ?? text(503, "The gateway is stopping.\n")
        case "/revoke":
            AdminAction.refusal(of: request)
                ?? RevokeAction(services: services, fingerprint: reloader.fingerprint).respond(to: request)
        default:
            text(404, "There is nothing here. Try /livez, /readyz, /metrics, /routes, POST /reload or POST /revoke.\n")
        }
    }

    func lateResponse(to request: SimpleRequest, on eventLoop: any EventLoop) -> EventLoopFuture<SimpleResponse>? {
        guard request.path == "/reload", AdminAction.refusal(of: request) == nil else { return nil }
        return reloader.reload(.admin, on: eventLoop).map { result in
            text(result.succeeded ? 200 : 422, ReloadText.json(result), type: Self.json)
        }
    }

    private static let json = "application/json"

    private func guardRead(_ request: SimpleRequest, _ answer: () -> SimpleResponse) -> SimpleResponse {
        guard request.method == .get || request.method == .head else {
            var response = text(405, "This is read with GET.\n")
            response.fields.append(("Allow", "GET, HEAD"))
            return response
        }
        return answer()
    }

    /// 200 when every check passes, else 503; a line for each check either way.
    private func readiness() -> SimpleResponse {
        let checks = health.checks
        let lines = checks.map { check in "\(check.name): \(check.problem ?? "ok")\n" }
        return text(checks.allSatisfy { $0.problem == nil } ? 200 : 503, lines.joined())
    }

    private func metrics() -> SimpleResponse {
        let metrics =
            CounterText.render(services.counters)
            + IntrospectionText.render(services.introspector.counters, services.cache.counters)
            + AuditCounterText.render(services.audit.counters) + ReloadText.metrics(reloader)
        return text(200, metrics, type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private func text(
        _ status: Int,
        _ body: String,
        type: String = "text/plain; charset=utf-8"
    ) -> SimpleResponse {
        SimpleResponse(
            status: status,
            fields: [("Content-Type", type), ("Cache-Control", "no-store")],
            body: Array(body.utf8)
        )
    }
}
