import ScopeModel

/// The counters in Prometheus' text format.
enum CounterText {
    static func render(_ counters: GatewayCounters) -> String {
        var text = """
            # HELP scopegate_requests_in_flight Requests that are being forwarded.
            # TYPE scopegate_requests_in_flight gauge
            scopegate_requests_in_flight \(counters.inFlight.load(ordering: .relaxed))
            # HELP scopegate_connections_open Client connections that are open.
            # TYPE scopegate_connections_open gauge
            scopegate_connections_open \(counters.connections.load(ordering: .relaxed))
            # HELP scopegate_accepts_held_back_total How often accepting paused for want of connections.
            # TYPE scopegate_accepts_held_back_total counter
            scopegate_accepts_held_back_total \(counters.acceptsHeldBack.value)
            # HELP scopegate_idle_connections_closed_total Connections closed because nothing came on them in time.
            # TYPE scopegate_idle_connections_closed_total counter
            scopegate_idle_connections_closed_total \(counters.idleClosed.value)
            # HELP scopegate_responses_cut_total Connections cut because a begun response could not be completed.
            # TYPE scopegate_responses_cut_total counter
            scopegate_responses_cut_total \(counters.responsesCut.value)
            # HELP scopegate_refusals_total Requests answered by the gateway itself with an error.
            # TYPE scopegate_refusals_total counter

            """
        for reason in DenialReason.allCases {
            text += "scopegate_refusals_total{code=\"\(reason.code)\"} \(counters.refusals(reason))\n"
        }
        return text
    }
}
