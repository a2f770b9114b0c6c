import Audit
import Digests
import Introspection
import Logging
import Synchronization

/// What all loops share. Everything in it is safe to use from any of them.
final class GatewayServices: Sendable {
    let audit: AuditLog
    /// What is recorded besides refusals.
    let auditPolicy: AuditPolicy
    /// Makes key digests, under a secret of this process alone.
    let keyDigest: HMACSHA256
    /// What key fingerprints are made with when the configuration has no secret for them.
    let processSecret: [UInt8]
    let logger: Logger
    let metrics: GatewayMetrics
    /// The gateway is shutting down: every response is the last of its connection.
    let isDraining = Atomic<Bool>(false)
    let maximumConnections: Int
    /// A line for each request, if they are wanted.
    let accessLog: AccessLog?
    private let grants: Mutex<GrantSource>

    init(
        grants: GrantSource,
        audit: AuditLog,
        auditPolicy: AuditPolicy,
        keyDigest: HMACSHA256,
        processSecret: [UInt8],
        logger: Logger,
        metrics: GatewayMetrics,
        maximumConnections: Int,
        accessLog: AccessLog?
    ) {
        self.grants = Mutex(grants)
        self.audit = audit
        self.auditPolicy = auditPolicy
        self.keyDigest = keyDigest
        self.processSecret = processSecret
        self.logger = logger
        self.metrics = metrics
        self.maximumConnections = maximumConnections
        self.accessLog = accessLog
    }

    /// What answers for keys in the newest snapshot; requests ask the one of their own.
    var currentGrants: GrantSource { grants.withLock { $0 } }
    var cache: GrantCache { currentGrants.cache }
    var introspector: Introspector { currentGrants.introspector }

    func use(_ source: GrantSource) {
        grants.withLock { $0 = source }
    }
}
