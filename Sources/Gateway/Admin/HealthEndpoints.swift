import Introspection
import NIOCore
import SimpleHTTP
import StrictJSON

/// `/livez` and `/readyz`.
struct HealthEndpoints: Sendable {
    let health: ServiceHealth
    let services: GatewayServices
    let reloader: Reloader
    let loops: [GatewayLoop]
    /// Whether whoever asks may see more than that the gateway is ready or not.
    let maySeeAll: @Sendable (SimpleRequest) -> Bool

    /// How long a loop may take to show that it lives.
    private static let patience = TimeAmount.seconds(2)

    /// 200 when every event loop does what it is asked to, else 503: then only a restart helps.
    func livez(_ request: SimpleRequest, _ eventLoop: any EventLoop) -> EventLoopFuture<SimpleResponse> {
        let promise = eventLoop.makePromise(of: SimpleResponse.self)
        let late = eventLoop.scheduleTask(in: Self.patience) {
            promise.succeed(AdminAnswer.text(503, "an event loop does not answer\n"))
        }
        EventLoopFuture.andAllComplete(loops.map { $0.eventLoop.submit {} }, on: eventLoop).whenComplete { _ in
            late.cancel()
            promise.succeed(AdminAnswer.text(200, "ok\n"))
        }
        return promise.futureResult
    }

    /// 200 when requests can be served, else 503. With the token also each check with its reason, as lines or as JSON:
    /// names of servers and what ails them are nothing for strangers.
    func readyz(_ request: SimpleRequest) -> SimpleResponse {
        let checks = health.checks + dependencies
        let isReady = checks.allSatisfy { $0.state != .failing }
        let wantsJSON = request.field("Accept")?.contains("application/json") == true
        guard maySeeAll(request) else {
            guard wantsJSON else { return AdminAnswer.text(isReady ? 200 : 503, isReady ? "ready\n" : "not ready\n") }
            return AdminAnswer.json(isReady ? 200 : 503, .object([("ready", .bool(isReady)), ("checks", .array([]))]))
        }
        guard wantsJSON else {
            let lines = checks.map { "\($0.name): \($0.state == .ok ? "ok" : "\($0.state.rawValue): \($0.reason)")\n" }
            return AdminAnswer.text(isReady ? 200 : 503, lines.joined())
        }
        let list = checks.map { check in
            JSONOutput.object([
                ("name", .string(check.name)), ("state", .string(check.state.rawValue)),
                ("reason", check.state == .ok ? .null : .string(check.reason)),
            ])
        }
        return AdminAnswer.json(isReady ? 200 : 503, .object([("ready", .bool(isReady)), ("checks", .array(list))]))
    }

    /// Whether the backends' servers are well. Only checks can say that none is: servers whose requests fail are tried
    /// nevertheless when there are no others, and taking the gateway out would not help.
    private var upstreams: ServiceHealth.Check {
        let upstreams = reloader.upstreams
        let down = upstreams.flatMap(\.servers).filter { !$0.state.isUp }.map { "\($0.state.name)" }
        let isAnyUsable = upstreams.contains { $0.servers.contains { !$0.state.isUnhealthy } }
        return .init(
            name: "upstream",
            state: down.isEmpty ? .ok : isAnyUsable ? .degraded : .failing,
            reason: "nothing is sent to \(down.joined(separator: ", ")) while others are well"
        )
    }

    /// What is worse than it should be, though requests are served: taking the gateway out would not help.
    private var dependencies: [ServiceHealth.Check] {
        let breaker = services.introspector.counters.breaker
        return [
            .init(
                name: "introspection",
                state: breaker == .closed ? .ok : .degraded,
                reason: "the breaker is \(breaker.rawValue): only keys in the cache are served"
            ),
            upstreams,
            .init(
                name: "configuration",
                state: reloader.lastReloadFailed ? .degraded : .ok,
                reason: "the last reload failed: generation \(reloader.generation.number) goes on"
            ),
        ]
    }
}
