import Introspection
import PrometheusMetrics
import StrictJSON

/// What the gateway did in a second, and where it stands; the totals are those of `/metrics`.
struct FigureSample: Sendable {
    /// What grows, as it stood at the end of the second.
    struct Totals: Sendable {
        var requests = RequestTotals()
        var durations = HistogramFigures(.latency)
        var firstByte = HistogramFigures(.latency)
        var calls = IntrospectorCounters()
        var cache = GrantCacheCounters()
        var auditRecords: UInt64 = 0
        var cpuSeconds = 0.0
    }

    /// What goes up and down.
    struct Levels: Sendable {
        var inFlight = 0
        var connections = 0
        var upstream = UpstreamFigures()
        var auditWaiting = 0
        var memory = 0
        var generation: UInt64 = 0
    }

    /// Seconds since 1970.
    let time: Double
    /// How long it covers, in seconds.
    let interval: Double
    let totals: Totals
    let previous: Totals
    let levels: Levels

    var json: JSONOutput {
        .object([
            ("time", .real((time * 1000).rounded() / 1000)), ("interval_seconds", .real(interval)),
            ("requests", requests), ("latency_ms", Self.quantiles(totals.durations.since(previous.durations))),
            ("first_byte_ms", Self.quantiles(totals.firstByte.since(previous.firstByte))),
            ("in_flight", .count(levels.inFlight)), ("connections", .count(levels.connections)),
            ("upstream", upstream), ("cache", cache), ("introspection", introspection),
            (
                "audit",
                .object([("records_total", .count(totals.auditRecords)), ("waiting", .count(levels.auditWaiting))])
            ),
            (
                "process",
                .object([
                    ("cpu_percent", rate(totals.cpuSeconds * 100, previous.cpuSeconds * 100)),
                    ("memory_bytes", .count(levels.memory)),
                ])
            ),
            ("generation", .count(levels.generation)),
        ])
    }

    private var requests: JSONOutput {
        let (now, then) = (totals.requests, previous.requests)
        return .object([
            ("total", .count(now.all)), ("denied_total", .count(now.denied)),
            ("undecided_total", .count(now.undecided)), ("failed_total", .count(now.failed)),
            ("per_second", rate(now.all, then.all)), ("denied_per_second", rate(now.denied, then.denied)),
            ("undecided_per_second", rate(now.undecided, then.undecided)),
            ("failed_per_second", rate(now.failed, then.failed)),
        ])
    }

    private var upstream: JSONOutput {
        .object([
            ("connections", .count(levels.upstream.connections)), ("idle", .count(levels.upstream.idle)),
            ("waiting", .count(levels.upstream.waiting)),
        ])
    }

    private var cache: JSONOutput {
        let (now, then) = (totals.cache, previous.cache)
        var recent = GrantCacheCounters()
        // A reload may have brought a new cache, whose counts begin anew.
        if now.misses >= then.misses, now.hits >= then.hits {
            recent.hits = now.hits - then.hits
            recent.misses = now.misses - then.misses
            recent.negativeHits = now.negativeHits &- then.negativeHits
            recent.expiredHits = now.expiredHits &- then.expiredHits
            recent.notYetValidHits = now.notYetValidHits &- then.notYetValidHits
        }
        return .object([
            ("entries", .count(now.count)), ("negative_entries", .count(now.negativeCount)),
            ("hit_rate", recent.hitRate.map { .real($0) } ?? .null),
        ])
    }

    private var introspection: JSONOutput {
        let (now, then) = (totals.calls, previous.calls)
        return .object([
            ("breaker", .string(now.breaker.rawValue)), ("running", .count(now.running)),
            ("waiting", .count(now.waiting)), ("calls_total", .count(now.calls)),
            ("failures_total", .count(now.failures)), ("calls_per_second", rate(now.calls, then.calls)),
            ("failures_per_second", rate(now.failures, then.failures)),
        ])
    }

    private func rate(_ now: UInt64, _ then: UInt64) -> JSONOutput {
        rate(Double(now), Double(min(now, then)))
    }

    private func rate(_ now: Double, _ then: Double) -> JSONOutput {
        .real(interval > 0 ? ((now - then) / interval * 100).rounded() / 100 : 0)
    }

    private static func quantiles(_ figures: HistogramFigures) -> JSONOutput {
        func milliseconds(_ share: Double) -> JSONOutput {
            figures.quantile(share).map { .real(($0 / 1e3).rounded() / 1e3) } ?? .null
        }
        return .object([("p50", milliseconds(0.5)), ("p90", milliseconds(0.9)), ("p99", milliseconds(0.99))])
    }
}

/// Requests counted, by what became of them.
struct RequestTotals: Equatable, Sendable {
    /// All of them.
    var all: UInt64 = 0
    /// Refused by a decision about the key or the route.
    var denied: UInt64 = 0
    /// Answered without a decision: malformed, beyond a limit, not to be checked.
    var undecided: UInt64 = 0
    /// Answered with a status of 500 or more, whoever gave it.
    var failed: UInt64 = 0
}

extension RequestFigures {
    /// All requests together.
    var totals: RequestTotals {
        var totals = RequestTotals()
        requests { _, _, decision, statusClass, count in
            totals.all += count
            switch decision {
            case .allow: break
            case .deny: totals.denied += count
            case .none: totals.undecided += count
            }
            if statusClass == 5 { totals.failed += count }
        }
        return totals
    }

    /// How long requests took, whatever was decided.
    var allDurations: HistogramFigures {
        var sum = durations(.allow)
        sum.add(durations(.deny))
        sum.add(durations(.none))
        return sum
    }
}
