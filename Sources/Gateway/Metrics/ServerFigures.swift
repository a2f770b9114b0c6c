import PrometheusMetrics

/// What is counted of a server of a backend, by one loop or by all together.
struct ServerFigures: Sendable {
    let state: UpstreamServerState
    let isChecked: Bool
    /// Requests sent to it, repeated ones counted each time.
    var requests: UInt64 = 0
    /// Connections to it, open or being made.
    var connections = 0
    /// Of these, those that wait for a request.
    var idle = 0
    /// Requests that wait for a connection to it.
    var waiting = 0

    /// Requests that it has, or that wait for a connection to it: a connection has one at a time.
    var inFlight: Int { connections - idle + waiting }

    mutating func add(_ other: ServerFigures) {
        requests &+= other.requests
        connections += other.connections
        idle += other.idle
        waiting += other.waiting
    }

    static func families(_ servers: [ServerFigures]) -> [MetricFamily] {
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
            family(.gauge, "requests_in_flight", "Requests that a server has, or that wait for a connection to it.") {
                UInt64(clamping: $0.inFlight)
            },
            family(.counter, "failures_total", "Requests that failed in a way that is the server's.") {
                $0.state.failures.load(ordering: .relaxed)
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

    private var labels: [(name: String, value: String)] {
        [("upstream", state.upstream), ("server", state.name)]
    }
}

extension ServerFigures {
    /// Those of an event loop; to be asked on it.
    init(_ server: LoopServer, isChecked: Bool) {
        self.init(
            state: server.state,
            isChecked: isChecked,
            requests: server.requests,
            connections: server.pool.connectionCount,
            idle: server.pool.idleCount,
            waiting: server.pool.waitingCount
        )
    }
}
