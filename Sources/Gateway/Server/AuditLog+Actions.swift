import Audit
import Logging

extension AuditLog {
    /// Records what an operator or the gateway itself has done. It is done already, so that for want of room in the
    /// audit's queue nothing can be refused any more: then the error log keeps it.
    func record(_ action: AuditEvent, or logger: Logger) {
        guard !append(action) else { return }
        logger.critical("not on record, for the audit has no room", metadata: ["event": "\(action.name)"])
    }
}
