import Introspection

/// The counters of introspection and its cache in Prometheus' text format.
enum IntrospectionText {
    static func render(_ calls: IntrospectorCounters, _ cache: GrantCacheCounters) -> String {
        var text = ""
        func add(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: String)]) {
            text += "# HELP scopegate_\(name) \(help)\n# TYPE scopegate_\(name) \(type)\n"
            for sample in samples { text += "scopegate_\(name)\(sample.labels) \(sample.value)\n" }
        }
        func counter(_ name: String, _ help: String, _ value: UInt64) {
            add(name, "counter", help, [("", "\(value)")])
        }
        counter("introspection_calls_total", "Calls to the introspection endpoint.", calls.calls)
        counter("introspection_failures_total", "Calls that brought no usable answer.", calls.failures)
        counter("introspection_shared_total", "Requests that shared the call of another.", calls.shared)
        counter("introspection_refreshes_total", "Calls made ahead of need, in the background.", calls.refreshes)
        counter("introspection_overloaded_total", "Requests refused because of a bound.", calls.overloaded)
        counter("introspection_held_off_total", "Requests refused while the breaker was open.", calls.heldOff)
        counter("introspection_stale_served_total", "Requests served from grants out of date.", calls.staleServed)
        counter("introspection_unknown_scopes_total", "Scopes in answers that the catalog lacks.", calls.unknownScopes)
        add("introspection_calls_running", "gauge", "Calls that run.", [("", "\(calls.running)")])
        add("introspection_requests_waiting", "gauge", "Requests that wait for calls.", [("", "\(calls.waiting)")])
        add(
            "introspection_breaker_state",
            "gauge",
            "What the breaker makes of the endpoint: 1 for the state it is in.",
            BreakerState.allCases.map { ("{state=\"\($0.rawValue)\"}", $0 == calls.breaker ? "1" : "0") }
        )
        add(
            "grant_cache_lookups_total",
            "counter",
            "Look-ups by what they found.",
            [
                ("{result=\"hit\"}", "\(cache.hits)"), ("{result=\"negative\"}", "\(cache.negativeHits)"),
                ("{result=\"expired\"}", "\(cache.expiredHits)"),
                ("{result=\"not_yet_valid\"}", "\(cache.notYetValidHits)"), ("{result=\"miss\"}", "\(cache.misses)"),
            ]
        )
        add(
            "grant_cache_evictions_total",
            "counter",
            "Entries dropped to make room.",
            [("{table=\"positive\"}", "\(cache.evictions)"), ("{table=\"negative\"}", "\(cache.negativeEvictions)")]
        )
        add(
            "grant_cache_entries",
            "gauge",
            "Entries held, out of date or not.",
            [("{table=\"positive\"}", "\(cache.count)"), ("{table=\"negative\"}", "\(cache.negativeCount)")]
        )
        return text
    }
}
