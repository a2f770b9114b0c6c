import Balancing
import CurlTransport

/// A server of a backend as one event loop knows it. Loop-bound.
final class LoopServer {
    let pool: ConnectionPool
    let state: UpstreamServerState
    /// How many requests were sent to it, repeated ones counted each time.
    fileprivate(set) var requests: UInt64

    fileprivate init(pool: ConnectionPool, state: UpstreamServerState, requests: UInt64 = 0) {
        self.pool = pool
        self.state = state
        self.requests = requests
    }
}

/// A backend as one event loop knows it: the connections to its servers, and which of them has how much to do.
/// Loop-bound.
final class LoopUpstream {
    let upstream: Upstream
    let servers: [LoopServer]
    var bodies: BodyAdmission<UpstreamExchange>

    @exclusivity(unchecked) private var choice: LeastRequest
    @exclusivity(unchecked) private var budget: RetryBudget

    /// - Parameter former: The same loop's backend that this takes the place of, whose connections are kept as far as
    ///   they are those that would be made now.
    init(_ upstream: Upstream, loop: CurlLoop, succeeding former: LoopUpstream?) {
        self.upstream = upstream
        let reusable = former.flatMap { upstream.keepsConnections(of: $0.upstream) ? $0.servers : nil } ?? []
        servers = upstream.servers.map { server in
            if let former = reusable.first(where: { $0.pool.target == server.target }) {
                former.pool.limits = upstream.poolLimits
                if former.state === server.state { return former }
                return LoopServer(pool: former.pool, state: server.state, requests: former.requests)
            }
            return LoopServer(
                pool: ConnectionPool(loop: loop, target: server.target, limits: upstream.poolLimits),
                state: server.state
            )
        }
        bodies = BodyAdmission(connections: upstream.poolLimits.maximumConnections * upstream.servers.count)
        choice = LeastRequest(weights: upstream.servers.map(\.weight))
        budget = RetryBudget(percent: upstream.retry.budget)
    }

    /// Whether there is more than one server.
    var hasOthers: Bool { servers.count > 1 }

    /// Chooses the server of a request that is sent for the first time, and counts it.
    func begin() -> Int {
        guard hasOthers else { return begin(0) }
        budget.earn()
        return begin(choose(besides: 0))
    }

    /// Chooses another server than those that have had the request, as long as there is one that hasn't, and counts it.
    ///
    /// - Parameters:
    ///   - tried: Those that have had it.
    ///   - last: The one of them that had it last.
    func beginAgain(tried: LeastRequest.Servers, last: Int) -> Int {
        guard hasOthers else { return begin(0) }
        let all = Self.all(servers.count)
        return begin(choose(besides: tried & all == all ? 1 << UInt64(last) : tried))
    }

    /// The server is done with a request.
    func end(_ server: Int) {
        if hasOthers { choice.ended(server) }
    }

    /// Whether one more request may be sent once more.
    func mayRepeat() -> Bool { budget.spend(at: UpstreamServerState.now) }

    private func begin(_ server: Int) -> Int {
        if hasOthers { choice.began(server) }
        servers[server].requests &+= 1
        return server
    }

    /// Of the servers that nothing is held against the one with least to do; if there is none of them, of all: a server
    /// that may answer is better than none. One on probation gets one request at a time from each loop.
    private func choose(besides excluded: LeastRequest.Servers) -> Int {
        let now = UpstreamServerState.now
        var usable: LeastRequest.Servers = 0
        for (index, server) in servers.enumerated() {
            let from = server.state.usableFrom
            guard from == 0 || (from <= now && choice.active(index) == 0) else { continue }
            usable |= 1 << UInt64(index)
        }
        let others = Self.all(servers.count) & ~excluded
        return choice.choose(among: usable & others) ?? choice.choose(among: others) ?? 0
    }

    private static func all(_ count: Int) -> LeastRequest.Servers {
        count >= LeastRequest.maximumServers ? .max : 1 << UInt64(count) - 1
    }
}
