import CurlTransport
import PrometheusMetrics

/// The connections to the backend, of one loop or of all together.
struct UpstreamFigures: Sendable {
    /// Open or being made.
    var connections = 0
    /// Of these, those that wait for a request.
    var idle = 0
    /// Requests that wait for a connection.
    var waiting = 0
    /// Connections that were begun to be made.
    var opened: UInt64 = 0
    /// The servers of the configuration in force.
    var servers: [ServerFigures] = []

    mutating func add(_ other: UpstreamFigures) {
        connections += other.connections
        idle += other.idle
        waiting += other.waiting
        opened += other.opened
        for server in other.servers {
            if let index = servers.firstIndex(where: { $0.state === server.state }) {
                servers[index].add(server)
            } else {
                servers.append(server)
            }
        }
    }

    var families: [MetricFamily] {
        [
            .by(
                "state",
                .gauge,
                "scopegate_upstream_connections",
                "Connections to the backend, in use or idle.",
                [("active", Int64(connections - idle)), ("idle", Int64(idle))]
            ),
            .counter("scopegate_upstream_connections_opened_total", "Connections to the backend begun.", opened),
            .gauge(
                "scopegate_upstream_requests_waiting",
                "Requests that wait for a connection to the backend.",
                waiting
            ),
        ] + ServerFigures.families(servers)
    }
}

extension UpstreamFigures {
    /// Those of an event loop; to be asked on it.
    init(_ loop: LoopUpstreams) {
        for pool in loop.pools {
            connections += pool.connectionCount
            idle += pool.idleCount
            waiting += pool.waitingCount
            opened += pool.openedCount
        }
        opened += loop.forgottenConnections
        servers = loop.upstreams.flatMap { upstream in
            let isChecked = upstream.upstream.healthCheck != nil
            return upstream.servers.map { ServerFigures($0, isChecked: isChecked) }
        }
    }
}
