import Balancing
import StrictJSON

/// What `/upstreams` tells: each backend in force, and how each of its servers fares.
struct UpstreamReport {
    /// What times are told by.
    struct Clock {
        /// Now, on the scale of ``CoarseClock``, in nanoseconds.
        var monotonic: UInt64
        /// Now, in microseconds since 1970.
        var wallMicroseconds: Int64

        /// Another moment in seconds since 1970, to the millisecond.
        func wallSeconds(_ time: UInt64) -> Double {
            let since = Int64(clamping: time) - Int64(clamping: monotonic)
            return (Double(wallMicroseconds + since / 1000) / 1000).rounded() / 1000
        }
    }

    let upstreams: [Upstream]
    /// Of all loops together; those of servers that aren't in force any more don't count.
    let figures: [ServerFigures]
    let clock: Clock

    var json: JSONOutput {
        let figures = Dictionary(figures.map { (ObjectIdentifier($0.state), $0) }) { first, _ in first }
        let list = upstreams.map { upstream in
            let servers = upstream.servers.map { server in
                let known = figures[ObjectIdentifier(server.state)]
                let isChecked = upstream.healthCheck != nil
                return json(known ?? ServerFigures(state: server.state, isChecked: isChecked), weight: server.weight)
            }
            let prefix = upstream.name == Upstream.defaultName ? nil : upstream.name
            return JSONOutput.object([
                ("name", .string(upstream.name)), ("prefix", .optional(prefix)), ("servers", .array(servers)),
            ])
        }
        return .object([("time", .real(clock.wallSeconds(clock.monotonic))), ("upstreams", .array(list))])
    }

    private func json(_ server: ServerFigures, weight: Int) -> JSONOutput {
        let status = server.state.status(at: clock.monotonic)
        var until: UInt64?
        if case .ejected(let time) = status.condition { until = time }
        return .object([
            ("address", .string(server.state.name)), ("weight", .count(weight)),
            ("state", .string(status.condition.name)), ("reason", .optional(status.reason)),
            ("since", time(status.since)), ("until", time(until)), ("in_flight", .count(server.inFlight)),
            ("waiting", .count(server.waiting)), ("requests_total", .count(server.requests)),
            ("failures_total", .count(server.state.failures.load(ordering: .relaxed))),
            ("ejections_total", .count(server.state.ejections.load(ordering: .relaxed))),
            ("connections", .count(server.connections)), ("idle", .count(server.idle)),
            ("check", server.isChecked ? check(server.state, status.lastCheck) : .null),
        ])
    }

    private func check(_ state: UpstreamServerState, _ last: ServerStatus.Check?) -> JSONOutput {
        .object([
            ("successes_total", .count(state.checksSucceeded.load(ordering: .relaxed))),
            ("failures_total", .count(state.checksFailed.load(ordering: .relaxed))), ("time", time(last?.time)),
            ("problem", .optional(last?.problem)),
        ])
    }

    private func time(_ time: UInt64?) -> JSONOutput { time.map { .real(clock.wallSeconds($0)) } ?? .null }
}

extension ServerHealth.Condition {
    /// What it is called in JSON.
    var name: String {
        switch self {
        case .healthy: "healthy"
        case .ejected: "ejected"
        case .probation: "probation"
        case .unhealthy: "unhealthy"
        }
    }
}
