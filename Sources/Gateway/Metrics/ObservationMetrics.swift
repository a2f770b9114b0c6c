import PrometheusMetrics

/// The metrics of the access log and of traces.
enum ObservationMetrics {
    static func families(_ log: AccessLog?, _ spans: SpanQueue?) -> [MetricFamily] {
        var families: [MetricFamily] = []
        if let log {
            families += [
                .counter("scopegate_access_log_lines_total", "Lines of the access log written.", log.written),
                .counter(
                    "scopegate_access_log_lost_total",
                    "Lines of the access log lost: too many waited, or they could not be written.",
                    log.lost
                ),
                .gauge(
                    "scopegate_access_log_waiting_bytes",
                    "Memory of lines of the access log that wait to be written.",
                    log.waitingBytes
                ),
            ]
        }
        if let counters = spans?.counters {
            families += [
                .counter("scopegate_trace_spans_sent_total", "Spans that the collector has taken.", counters.sent),
                .counter(
                    "scopegate_trace_spans_lost_total",
                    "Spans lost: too many waited, or the collector refused them.",
                    counters.lost
                ),
                .gauge("scopegate_trace_spans_waiting", "Spans that wait to be sent.", counters.waiting),
                .gauge(
                    "scopegate_trace_spans_waiting_bytes",
                    "Memory of spans that wait to be sent, about.",
                    counters.bytes
                ),
            ]
        }
        return families
    }
}
