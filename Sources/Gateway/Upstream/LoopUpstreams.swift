import CurlTransport
import NIOCore

/// All backends of an event loop: those of its snapshot, and those of former snapshots that are still in use.
/// Loop-bound.
final class LoopUpstreams {
    /// Those that a snapshot had which the loop's requests don't begin with any more.
    private struct Former {
        weak var table: UpstreamTable?
        let upstreams: [LoopUpstream]
    }

    private var table: UpstreamTable
    private(set) var upstreams: [LoopUpstream]
    private var former: [Former] = []
    /// How many connections were begun by pools that are no more.
    private(set) var forgottenConnections: UInt64 = 0

    init(_ table: UpstreamTable, loop: CurlLoop) {
        self.table = table
        upstreams = table.upstreams.map { LoopUpstream($0, loop: loop, succeeding: nil) }
    }

    /// The backend at a place of a table.
    func upstream(_ place: Int, of table: UpstreamTable) -> LoopUpstream {
        if table === self.table { return upstreams[place] }
        // A request that had to wait while the configuration was reloaded goes where it was told to go.
        let own = former.first { $0.table === table }?.upstreams ?? upstreams
        return own[place < own.count ? place : 0]
    }

    /// Has requests that begin from now on go to the backends of another table.
    func use(_ table: UpstreamTable, loop: CurlLoop) {
        guard table !== self.table else { return }
        let old = upstreams
        former.append(Former(table: self.table, upstreams: old))
        self.table = table
        upstreams = table.upstreams.map { upstream in
            LoopUpstream(upstream, loop: loop, succeeding: old.first { $0.upstream.name == upstream.name })
        }
        for pool in formerPools { pool.retire() }
    }

    /// The pools of all servers, each once.
    var pools: [ConnectionPool] { upstreams.flatMap(\.servers).map(\.pool) + formerPools }

    /// How many connections there are.
    var connectionCount: Int { pools.reduce(0) { $0 + $1.connectionCount } }

    /// Closes connections that have lain idle for too long or become too old, and forgets what nobody uses any more.
    func closeExpired(at now: NIODeadline) {
        for upstream in upstreams { for server in upstream.servers { server.pool.closeExpired(at: now) } }
        guard !former.isEmpty else { return }
        let current = upstreams.flatMap(\.servers).map(\.pool)
        let before = formerPools
        former.removeAll { entry in
            entry.table == nil
                && entry.upstreams.flatMap(\.servers).allSatisfy { server in
                    server.pool.connectionCount == 0 || current.contains { $0 === server.pool }
                }
        }
        let after = formerPools
        for pool in before where !after.contains(where: { $0 === pool }) { forgottenConnections &+= pool.openedCount }
    }

    /// How many requests wait for connections.
    var waitingCount: Int {
        var count = 0
        for upstream in upstreams { for server in upstream.servers { count += server.pool.waitingCount } }
        return count
    }

    /// Closes every connection.
    func shutDown() {
        for pool in pools { pool.shutDown() }
    }

    private var formerPools: [ConnectionPool] {
        let current = upstreams.flatMap(\.servers).map(\.pool)
        var pools: [ConnectionPool] = []
        for pool in former.flatMap(\.upstreams).flatMap(\.servers).map(\.pool)
        where !current.contains(where: { $0 === pool }) && !pools.contains(where: { $0 === pool }) {
            pools.append(pool)
        }
        return pools
    }
}
