import GatewayConfig
import Glibc

/// Shares out the descriptors that the process may have, so that accepting pauses before they run out.
///
/// A client connection takes one, an upstream connection three (its socket, and the pair that libcurl keeps in every
/// multi handle).
struct DescriptorBudget: Equatable {
    /// How many client connections there may be.
    let connections: Int
    /// What the operator should know when that is fewer than configured.
    let problem: String?

    /// Listeners, event loops, the audit, introspection, standard streams. The connections of operators come besides.
    private static let reserve = 128
    private static let perUpstreamConnection = 3

    /// - Parameter limit: How many descriptors the process may have.
    init(_ configuration: GatewayConfiguration, loops: Int, limit: Int) {
        let wanted = configuration.limits.connections
        let free = max(0, limit - Self.reserve - configuration.admin.connections)
        // No more upstream connections than client connections are ever in use.
        let pooled = configuration.allUpstreams.reduce(0) { $0 + $1.pool.maxConnections * $1.servers.count * loops }
        let upstream = Self.perUpstreamConnection * min(wanted, pooled)
        // With every client connection at work, each needs its own descriptor and those of its upstream connection.
        let possible = max(1, max(free - upstream, free / (1 + Self.perUpstreamConnection)))
        connections = min(wanted, possible)
        problem =
            connections < wanted
            ? "limits.connections is \(wanted), but the process may have only \(limit) descriptors: "
                + "\(connections) connections are accepted at a time; raise the limit (ulimit -n, LimitNOFILE=)"
            : nil
    }

    /// Raises the soft limit, which on most systems is made for programs with few descriptors, to the hard one.
    ///
    /// - Returns: How many descriptors the process may have now.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
