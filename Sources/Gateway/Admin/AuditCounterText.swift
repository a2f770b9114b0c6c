import Audit

/// The audit's counters in Prometheus' text format.
enum AuditCounterText {
    static func render(_ counters: AuditCounters) -> String {
        """
        # HELP scopegate_audit_records_total Audit records written.
        # TYPE scopegate_audit_records_total counter
        scopegate_audit_records_total \(counters.written)
        # HELP scopegate_audit_waiting Audit records that wait to be written.
        # TYPE scopegate_audit_waiting gauge
        scopegate_audit_waiting \(counters.waiting)
        # HELP scopegate_audit_refused_total Audit records not accepted, whose requests were answered 503.
        # TYPE scopegate_audit_refused_total counter
        scopegate_audit_refused_total \(counters.refused)
        # HELP scopegate_audit_dropped_total Audit records dropped for want of memory (audit.overflow: drop).
        # TYPE scopegate_audit_dropped_total counter
        scopegate_audit_dropped_total \(counters.dropped)
        # HELP scopegate_audit_write_failures_total Attempts to write the audit log that failed.
        # TYPE scopegate_audit_write_failures_total counter
        scopegate_audit_write_failures_total \(counters.failures)
        # HELP scopegate_audit_unmirrored_total Audit lines that syslog or standard output didn't take.
        # TYPE scopegate_audit_unmirrored_total counter
        scopegate_audit_unmirrored_total \(counters.unmirrored)

        """
    }
}
