import Audit
import GatewayConfig
import NIOCore
import NIOPosix
import PrometheusMetrics
import SimpleHTTP

/// The listener for operators: `/livez`, `/readyz`, `/metrics`, `/routes`, `POST /reload` and `POST /revoke`.
///
/// It has an event loop of its own, so that whatever operators ask for doesn't hold up requests.
final class AdminListener: Sendable {
    private let server: SimpleHTTPServer
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(health: ServiceHealth, services: GatewayServices, reloader: Reloader, metrics: MetricsPage) {
        var limits = SimpleHTTPServer.Limits()
        limits.body = 64 << 10
        let responder = AdminResponder(health: health, services: services, reloader: reloader, metrics: metrics)
        server = SimpleHTTPServer(responder: responder, limits: limits)
    }

    func start(on address: SocketAddressText) async throws -> SocketAddress {
        do {
            let port = try await server.start(group: group, host: address.host, port: address.port)
            return try SocketAddress.makeAddressResolvingHost(address.host, port: port)
        } catch {
            throw GatewayStartError("admin.address: can't listen on \(address): \(error)")
        }
    }

    func stop() async {
        await server.shutdown()
        try? await group.shutdownGracefully()
    }
}

/// Answers what is asked on the admin listener.
struct AdminResponder: SimpleResponder {
    let health: ServiceHealth
    let services: GatewayServices
    let reloader: Reloader
    let metrics: MetricsPage

    func respond(to request: SimpleRequest) -> SimpleResponse {
        switch request.path {
        case "/livez": guardRead(request) { text(200, "ok\n") }
        case "/readyz": guardRead(request, readiness)
        case "/metrics": guardRead(request) { text(503, "The gateway is stopping.\n") }
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
        if request.path == "/metrics", request.method == .get || request.method == .head {
            return metrics.render(on: eventLoop).map { bytes in
                SimpleResponse(status: 200, fields: [("Content-Type", PrometheusText.contentType)], body: bytes)
            }
        }
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
