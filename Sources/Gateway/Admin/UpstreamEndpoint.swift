import NIOCore
import SimpleHTTP

/// `/upstreams`.
struct UpstreamEndpoint: Sendable {
    let reloader: Reloader
    let loops: [GatewayLoop]

    /// Each backend in force, and how each of its servers fares.
    func show(_ request: SimpleRequest, _ eventLoop: any EventLoop) -> EventLoopFuture<SimpleResponse> {
        GatewayFigures.gather(loops, on: eventLoop).map { figures in
            let report = UpstreamReport(
                upstreams: reloader.upstreams,
                figures: figures.upstream.servers,
                clock: .init(monotonic: UpstreamServerState.now, wallMicroseconds: SystemClock.wallMicroseconds)
            )
            return AdminAnswer.json(200, report.json)
        }
    }
}
