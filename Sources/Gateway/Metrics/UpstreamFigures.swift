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

    mutating func add(_ other: UpstreamFigures) {
        connections += other.connections
        idle += other.idle
        waiting += other.waiting
        opened += other.opened
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
        ]
    }
}

extension UpstreamFigures {
    init(_ pool: ConnectionPool) {
        connections = pool.connectionCount
        idle = pool.idleCount
        waiting = pool.waitingCount
        opened = pool.openedCount
    }
}
