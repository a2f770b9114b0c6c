import Audit
import HTTP1
import Introspection
import RouteMap
import ScopeModel

/// What a map that isn't in force would have decided. Nothing of it reaches the client or the upstream, and nothing is
/// asked of the introspection endpoint for it.
extension InboundConnection {
    /// Evaluates a map beside the one in force, counts the request when they differ, and puts it on record.
    ///
    /// - Parameter denial: what was decided, nil when the request passes.
    func compare(with shadow: RouteMap, _ denial: Denial?) {
        guard let current = request else { return }
        // What is found out only for this goes into the record and nowhere else.
        let decided = (key: current.key, grant: current.grant)
        defer { (current.key, current.grant) = decided }
        let head = parser.head
        let view = buffer
        let bytes = view.readableBytesUInt8Span
        let counters = loop.services.metrics.shadow
        counters.compared.increment()
        let evaluation = RequestEvaluation(
            method: head.method,
            methodName: bytes.extracting(head.methodRange.range),
            path: bytes.extracting(head.pathRange.range),
            map: shadow,
            catalog: current.snapshot.catalog,
            key: { supposedKey(denial, current) }
        )
        guard let difference = ShadowDifference(denial, evaluation.outcome) else { return }
        counters.differed(difference.kind)
        let record = shadowRecord(
            difference,
            evaluation.template.map { shadow.templateText(of: $0) },
            shadow,
            denial,
            current
        )
        if !loop.services.audit.appendIfRoom(.request(record)) { counters.unrecorded.increment() }
    }

    private func shadowRecord(
        _ difference: ShadowDifference,
        _ template: String?,
        _ shadow: RouteMap,
        _ denial: Denial?,
        _ current: CurrentRequest
    ) -> AuditRecord {
        let catalog = current.snapshot.catalog
        let outcome = AuditShadow(
            code: difference.code,
            requiredScope: difference.requiredScope.map { catalog.name(of: $0) },
            template: template,
            digest: shadow.digest
        )
        return AuditRecord { memory in
            auditDraft(
                current,
                head: buffer,
                decision: .shadow(outcome),
                template: current.template,
                code: denial?.reason.code ?? "allowed",
                status: denial?.reason.status ?? 0,
                requiredScope: denial?.requiredScope.map { catalog.utf8Name(of: $0) },
                requiredScopes: names(denial?.requirement, catalog),
                to: &memory
            )
        }
    }

    /// What is known of the key, without asking: what the decision rests on, or else what is remembered. A key and its
    /// grant that were found only for this are noted in the request until the record is made.
    private func supposedKey(_ denial: Denial?, _ current: CurrentRequest) -> SupposedKey {
        switch denial?.reason {
        case .missingKey: return .none
        case let reason? where !reason.isOfRoute: return .invalid(reason)
        default: break
        }
        if let grant = current.grant { return .valid(grant.scopes) }
        let view = buffer
        let bytes = view.readableBytesUInt8Span
        let snapshot = current.snapshot
        switch snapshot.keys.extract(parser.head.fields, in: bytes) {
        case .missing: return .none
        case .malformed: return .invalid(.invalidKey)
        case .ambiguous: return .invalid(.ambiguousKey)
        case .key(let range):
            current.key = range
            let key = bytes.extracting(range.range)
            guard snapshot.keyShape.accepts(key) else { return .invalid(.invalidKey) }
            let clock = SystemClock()
            let digest = KeyDigest(loop.services.keyDigest.authenticate(key))
            switch snapshot.grants.cache.recheck(digest, now: clock.now, wallSeconds: clock.wallSeconds) {
            case .hit(let grant), .aging(let grant):
                current.grant = grant
                return .valid(grant.scopes)
            case .negative, .notYetValid: return .invalid(.invalidKey)
            case .expired: return .invalid(.expiredKey)
            case .miss: return .unknown
            }
        }
    }
}

extension DenialReason {
    /// Whether it says something of the route and not of the key.
    fileprivate var isOfRoute: Bool {
        switch self {
        case .unmappedRoute, .methodNotAllowed, .forbiddenScope, .invalidRequestTarget: true
        default: false
        }
    }
}
