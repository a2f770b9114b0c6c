import NIOCore
import PrometheusMetrics

/// What the loops have counted and what they hold, all together.
struct GatewayFigures: Sendable {
    var requests = RequestFigures()
    var upstream = UpstreamFigures()
    /// Requests that wait for introspection, or for their refusal to be recorded.
    var undecided = 0

    /// Asks every loop.
    static func gather(_ loops: [GatewayLoop], on eventLoop: any EventLoop) -> EventLoopFuture<GatewayFigures> {
        let parts = loops.map { loop in
            loop.eventLoop.submit {
                GatewayFigures(
                    requests: loop.metrics.figures,
                    upstream: UpstreamFigures(loop.upstreams),
                    undecided: loop.introspecting + loop.refusals.waitingCount
                )
            }
        }
        return EventLoopFuture.reduce(GatewayFigures(), parts, on: eventLoop) { sum, part in
            var sum = sum
            sum.requests.add(part.requests)
            sum.upstream.add(part.upstream)
            sum.undecided += part.undecided
            return sum
        }
    }
}
