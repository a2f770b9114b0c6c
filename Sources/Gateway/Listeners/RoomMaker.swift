import CurlTransport
import NIOCore

/// Makes room for connections that wait to be accepted: of all loops' connections those give way that have been without
/// a request for the longest time.
struct RoomMaker: Sendable {
    private let loops: [GatewayLoop]

    /// One that has just been accepted has this long to come to its request, however many come after it.
    private static let protectedTime = TimeAmount.milliseconds(100)

    init(_ loops: [GatewayLoop]) {
        self.loops = loops
    }

    /// Closes so many connections, or as many as have no request. Returns how many were closed.
    func make(_ count: Int, on eventLoop: any EventLoop) -> EventLoopFuture<Int> {
        let limit = CoarseClock.now - Self.protectedTime
        let asked = loops.map { loop in loop.eventLoop.submit { loop.longestIdle(count, before: limit) } }
        return EventLoopFuture.whenAllSucceed(asked, on: eventLoop).flatMap { times in
            let shares = Self.shares(of: count, among: times)
            let closed = zip(loops, shares).filter { $0.1 > 0 }.map { loop, share in
                // A channel counts as closed in the next turn of its loop.
                loop.eventLoop.submit { loop.displace(share, before: limit) }
                    .flatMap { closed in loop.eventLoop.submit { closed } }
            }
            return EventLoopFuture.whenAllSucceed(closed, on: eventLoop).map { $0.reduce(0, +) }
        }
    }

    /// How many of each loop are among the oldest of all, by the times of each loop's, the oldest first.
    static func shares(of count: Int, among times: [[NIODeadline]]) -> [Int] {
        var shares = times.map { _ in 0 }
        for _ in 0..<count {
            let oldest = times.indices.filter { shares[$0] < times[$0].count }
                .min { times[$0][shares[$0]] < times[$1][shares[$1]] }
            guard let oldest else { break }
            shares[oldest] += 1
        }
        return shares
    }
}
