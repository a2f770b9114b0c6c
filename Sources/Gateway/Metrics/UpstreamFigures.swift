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
                servers[index].requests &+= server.requests
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
        ] + serverFamilies
    }

    private var serverFamilies: [MetricFamily] {
        func family(
            _ kind: MetricFamily.Kind,
            _ name: String,
            _ help: String,
            _ value: (ServerFigures) -> UInt64
        ) -> MetricFamily {
            MetricFamily(
                kind,
                "scopegate_upstream_server_\(name)",
                help,
                servers.map { .init(.integer(Int64(clamping: value($0))), labels: $0.labels) }
            )
        }
        func checks(_ server: ServerFigures, _ result: String, _ count: UInt64) -> MetricFamily.Sample {
            .init(.integer(Int64(clamping: count)), labels: server.labels + [(name: "result", value: result)])
        }
        return [
            family(.gauge, "up", "1 for a server of the backend that nothing is held against, else 0.") {
                $0.state.isUp ? 1 : 0
            },
            family(.counter, "requests_total", "Requests sent to a server, repeated ones counted each time.") {
                $0.requests
            },
            family(.counter, "ejections_total", "How often a server was left alone because its requests failed.") {
                $0.state.ejections.load(ordering: .relaxed)
            },
            MetricFamily(
                .counter,
                "scopegate_upstream_server_checks_total",
                "Checks of a server by what they found.",
                servers.filter(\.isChecked).flatMap { server in
                    [
                        checks(server, "success", server.state.checksSucceeded.load(ordering: .relaxed)),
                        checks(server, "failure", server.state.checksFailed.load(ordering: .relaxed)),
                    ]
                }
            ),
        ]
    }
}

/// What is counted of a server of a backend.
struct ServerFigures: Sendable {
    let state: UpstreamServerState
    let isChecked: Bool
    var requests: UInt64

    fileprivate var labels: [(name: String, value: String)] {
        [("upstream", state.upstream), ("server", state.name)]
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
            return upstream.servers.map { ServerFigures(state: $0.state, isChecked: isChecked, requests: $0.requests) }
        }
    }
}
