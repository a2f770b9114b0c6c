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
    /// What connections hold for their clients: unfinished heads, bodies under way, requests that wait for their turn,
    /// answers that nobody takes.
    let memory: ByteBudget
    /// How many event loops there are.
    let loopCount: Int
    /// A line for each request, if they are wanted.
    let accessLog: AccessLog?
    /// The connections of each client, where they are counted.
    let clientShares = ClientShares()
    private let grants: Mutex<Grants>

    /// What answers for keys: in the newest snapshot, and in those before it that somebody still uses.
    private struct Grants {
        struct Former {
            weak var source: GrantSource?
        }

        var current: GrantSource
        var former: [Former] = []
    }

    init(
        grants: GrantSource,
        audit: AuditLog,
        auditPolicy: AuditPolicy,
        keyDigest: HMACSHA256,
        processSecret: [UInt8],
        logger: Logger,
        metrics: GatewayMetrics,
        maximumConnections: Int,
        memory: ByteBudget,
        loopCount: Int,
        accessLog: AccessLog?
    ) {
        self.grants = Mutex(Grants(current: grants))
        self.audit = audit
        self.auditPolicy = auditPolicy
        self.keyDigest = keyDigest
        self.processSecret = processSecret
        self.logger = logger
        self.metrics = metrics
        self.maximumConnections = maximumConnections
        self.memory = memory
        self.loopCount = max(1, loopCount)
        self.accessLog = accessLog
    }

    /// What answers for keys in the newest snapshot; requests ask the one of their own.
    var currentGrants: GrantSource { grants.withLock { $0.current } }
    /// All that answer for keys anywhere: a loop that hasn't got the newest snapshot yet asks a former one, and so does
    /// a request that began with it.
    var allGrants: [GrantSource] { grants.withLock { [$0.current] + $0.former.compactMap(\.source) } }
    var cache: GrantCache { currentGrants.cache }
    var introspector: Introspector { currentGrants.introspector }

    func use(_ source: GrantSource) {
        grants.withLock { grants in
            guard source !== grants.current else { return }
            grants.former.removeAll { $0.source == nil }
            grants.former.append(Grants.Former(source: grants.current))
            grants.current = source
        }
    }
}
