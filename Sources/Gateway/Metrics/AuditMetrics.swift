import Audit
import PrometheusMetrics

/// The metrics of the audit.
enum AuditMetrics {
    static func families(_ counters: AuditCounters, capacity: Int) -> [MetricFamily] {
        [
            .counter("scopegate_audit_records_total", "Audit records written.", counters.written),
            .gauge("scopegate_audit_waiting", "Audit records that wait to be written.", counters.waiting),
            .gauge("scopegate_audit_capacity", "How many audit records may wait to be written.", capacity),
            .counter(
                "scopegate_audit_refused_total",
                "Audit records not accepted, whose requests were answered 503.",
                counters.refused
            ),
            .counter(
                "scopegate_audit_dropped_total",
                "Audit records dropped for want of memory (audit.overflow: drop).",
                counters.dropped
            ),
            .counter(
                "scopegate_audit_write_failures_total",
                "Attempts to write the audit log that failed.",
                counters.failures
            ),
            .counter(
                "scopegate_audit_unmirrored_total",
                "Audit lines that syslog or standard output didn't take.",
                counters.unmirrored
            ),
        ]
    }
}
