import CoreMetrics
import Introspection
import PrometheusMetrics

/// The metrics of introspection and its cache.
enum IntrospectionMetrics {
    static func families(_ calls: IntrospectorCounters, _ cache: GrantCacheCounters) -> [MetricFamily] {
        self.calls(calls) + self.cache(cache)
    }

    private static func calls(_ calls: IntrospectorCounters) -> [MetricFamily] {
        func counter(_ name: String, _ help: String, _ value: UInt64) -> MetricFamily {
            .counter("scopegate_introspection_\(name)_total", help, value)
        }
        return [
            counter("calls", "Calls to the introspection endpoint.", calls.calls),
            counter("failures", "Calls that brought no usable answer.", calls.failures),
            counter("shared", "Requests that shared the call of another.", calls.shared),
            counter("refreshes", "Calls made ahead of need, in the background.", calls.refreshes),
            counter("overloaded", "Requests refused because of a bound.", calls.overloaded),
            counter("held_off", "Requests refused while the breaker was open.", calls.heldOff),
            counter("stale_served", "Requests served from grants out of date.", calls.staleServed),
            counter("unknown_scopes", "Scopes in answers that the catalog lacks.", calls.unknownScopes),
            .gauge("scopegate_introspection_calls_running", "Calls that run.", calls.running),
            .gauge("scopegate_introspection_requests_waiting", "Requests that wait for calls.", calls.waiting),
            .by(
                "state",
                .gauge,
                "scopegate_introspection_breaker_state",
                "What the breaker makes of the endpoint: 1 for the state it is in.",
                BreakerState.allCases.map { ($0.rawValue, $0 == calls.breaker ? 1 : 0) }
            ),
        ]
    }

    private static func cache(_ cache: GrantCacheCounters) -> [MetricFamily] {
        func value(_ count: UInt64) -> Int64 { Int64(clamping: count) }
        return [
            .by(
                "result",
                .counter,
                "scopegate_grant_cache_lookups_total",
                "Look-ups by what they found.",
                [
                    ("hit", value(cache.hits)), ("negative", value(cache.negativeHits)),
                    ("expired", value(cache.expiredHits)), ("not_yet_valid", value(cache.notYetValidHits)),
                    ("miss", value(cache.misses)),
                ]
            ),
            .by(
                "table",
                .counter,
                "scopegate_grant_cache_evictions_total",
                "Entries dropped to make room.",
                [("positive", value(cache.evictions)), ("negative", value(cache.negativeEvictions))]
            ),
            .by(
                "table",
                .gauge,
                "scopegate_grant_cache_entries",
                "Entries held, out of date or not.",
                [("positive", Int64(cache.count)), ("negative", Int64(cache.negativeCount))]
            ),
        ]
    }
}

/// How long calls to the introspection endpoint take.
struct IntrospectionTimers: Sendable {
    let succeeded: Timer
    let failed: Timer

    init(_ registry: PrometheusRegistry) {
        func timer(_ result: String) -> Timer {
            registry.timer(
                "scopegate_introspection_duration_seconds",
                "Time of calls to the introspection endpoint, all attempts together, by what they came to.",
                labels: [("result", result)]
            )
        }
        succeeded = timer("success")
        failed = timer("failure")
    }
}
