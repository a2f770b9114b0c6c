import Audit
import Digests
import Introspection
import Logging
import Synchronization

/// What all loops share. Everything in it is safe to use from any of them.
final class GatewayServices: Sendable {
    let cache: GrantCache
    let introspector: Introspector
    let audit: AuditLog
    /// What is recorded besides refusals.
    let auditPolicy: AuditPolicy
    /// Makes key digests, under a secret of this process alone.
    let keyDigest: HMACSHA256
    /// Makes key fingerprints, under the operator's audit secret.
    let fingerprint: HMACSHA256
    let logger: Logger
    let counters: GatewayCounters
    /// The gateway is shutting down: every response is the last of its connection.
    let isDraining = Atomic<Bool>(false)
    let maximumInFlight: Int
    let maximumConnections: Int

    init(
        cache: GrantCache,
        introspector: Introspector,
        audit: AuditLog,
        auditPolicy: AuditPolicy,
        keyDigest: HMACSHA256,
        fingerprint: HMACSHA256,
        logger: Logger,
        counters: GatewayCounters,
        maximumInFlight: Int,
        maximumConnections: Int
    ) {
        self.cache = cache
        self.introspector = introspector
        self.audit = audit
        self.auditPolicy = auditPolicy
        self.keyDigest = keyDigest
        self.fingerprint = fingerprint
        self.logger = logger
        self.counters = counters
        self.maximumInFlight = maximumInFlight
        self.maximumConnections = maximumConnections
    }
}
