import Digests
import HTTP1
import Introspection
import NIOCore
import Redaction
import RouteMap
import ScopeModel

/// From a complete head to a decision.
extension InboundConnection {
    /// The head is complete: what becomes of the request?
    func decide() {
        let head = parser.head
        let snapshot = loop.snapshot
        identify(under: snapshot)
        let map = snapshot.routeMap
        let view = buffer
        let bytes = view.readableBytesUInt8Span
        var observed = RequestObservation()
        observed.method = head.method
        observed.template = CountedTemplates.unmapped
        body = BodyReader(framing: head.framing, limits: snapshot.limits.head)
        let id = requestID(head.fields, in: bytes)
        let current = CurrentRequest(
            snapshot: snapshot,
            id: id.kept ?? loop.nextRequestID(),
            keepsAlive: head.keepAlive,
            isHead: head.method == .head,
            version: head.version,
            expectsContinue: head.expectsContinue,
            headLength: head.byteCount,
            observed: observed
        )
        current.hasClientsID = id.kept != nil
        current.clientsID = id.clients
        if loop.observesHeads {
            current.seen = observe(head, bytes, startedAt: observed.startedAt, keepsID: id.kept != nil)
        }
        request = current
        arm(.nothing)
        guard snapshot.serves(host: bytes.extracting(head.hostRange.range), listener: listener) else {
            return deny(Denial(.misdirectedRequest))
        }
        let match = map.match(
            method: head.method,
            methodName: bytes.extracting(head.methodRange.range),
            path: bytes.extracting(head.pathRange.range)
        )
        switch match {
        case .unmapped:
            decided(Denial(.unmappedRoute), current, head, bytes)
        case .refused(let fault):
            decided(Denial(.invalidRequestTarget, message: fault.message), current, head, bytes)
        case .methodNotAllowed(let template):
            current.template = template
            current.observed.template = snapshot.countedTemplates[template]
            decided(Denial(.methodNotAllowed), current, head, bytes)
        case .denied(let route):
            let template = map.templateIndex(ofRoute: route)
            current.template = template
            current.observed.template = snapshot.countedTemplates[template]
            decided(Denial(.unmappedRoute), current, head, bytes)
        case .route(let route):
            let template = map.templateIndex(ofRoute: route)
            current.template = template
            current.observed.template = snapshot.countedTemplates[template]
            current.requirement = map.requirement(ofRoute: route)
            current.bodyLimit = snapshot.bodyLimit(ofRoute: route)
            if snapshot.upstreams.isAmbiguous(bytes.extracting(head.pathRange.range)) {
                let fault = SpellingFault.otherUpstream
                return decided(Denial(.invalidRequestTarget, message: fault.message), current, head, bytes)
            }
            current.forwarding = snapshot.upstreams.forwarding(
                ofRoute: route,
                path: bytes.extracting(head.pathRange.range),
                in: map
            )
            if map.refusesBody(of: head, route: route) {
                return deny(Denial(.unexpectedBody))
            }
            if current.requirement.needsKey {
                authenticate(current, snapshot, head, bytes)
            } else {
                decided(nil, current, head, bytes)
            }
        }
    }

    /// The id that the client gives the request, if it is well-formed: kept from a trusted proxy, unless it holds a
    /// key; else the gateway makes its own, and tells the backend of this one.
    private func requestID(_ fields: [FieldLine], in bytes: Span<UInt8>) -> (kept: RequestID?, clients: ByteRange?) {
        var given: FieldLine?
        var count = 0
        for field in fields where field.name == .xRequestID {
            given = field
            count += 1
        }
        guard count == 1, let given, let id = RequestID(bytes.extracting(given.valueRange.range)) else {
            return (nil, nil)
        }
        guard identity?.isTrusted == true else { return (nil, given.valueRange) }
        let secrets = RequestSecrets(fields, in: bytes, loop.snapshot.keys)
        return secrets.isIn(bytes.extracting(given.valueRange.range), in: bytes) ? (nil, nil) : (id, nil)
    }

    private func authenticate(
        _ current: CurrentRequest,
        _ snapshot: RuntimeSnapshot,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) {
        // What can't be recorded isn't served; nor is what would not have to be, for then a refusal could be told from
        // a permission only by the status.
        guard !loop.services.audit.isBlocked else { return denyUnrecorded() }
        switch snapshot.keys.extract(head.fields, in: bytes) {
        case .missing: decided(Denial(.missingKey), current, head, bytes)
        case .malformed: decided(Denial(.invalidKey), current, head, bytes)
        case .ambiguous: decided(Denial(.ambiguousKey), current, head, bytes)
        case .key(let range):
            current.key = range
            guard snapshot.keyShape.accepts(bytes.extracting(range.range)) else {
                return decided(Denial(.invalidKey), current, head, bytes)
            }
            check(range, current, snapshot, head, bytes)
        }
    }

    private func check(
        _ range: ByteRange,
        _ current: CurrentRequest,
        _ snapshot: RuntimeSnapshot,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) {
        let key = bytes.extracting(range.range)
        let digest = KeyDigest(loop.services.keyDigest.authenticate(key))
        let now = MonotonicTime(nanoseconds: Int64(current.observed.startedAt))
        let wall = SystemClock().wallSeconds
        let grants = snapshot.grants
        switch grants.cache.lookup(digest, now: now, wallSeconds: wall) {
        case .hit(let grant): authorise(grant, current, head, bytes)
        case .aging(let grant):
            grants.introspector.refresh(digest: digest, key: key.withUnsafeBytes { Array($0) }, now: now)
            authorise(grant, current, head, bytes)
        case .negative, .notYetValid: decided(Denial(.invalidKey), current, head, bytes)
        case .expired(let grant):
            current.grant = grant
            decided(Denial(.expiredKey), current, head, bytes)
        case .miss: introspect(key, digest, now, wall)
        }
    }

    private func introspect(_ key: Span<UInt8>, _ digest: KeyDigest, _ now: MonotonicTime, _ wall: Int64) {
        guard let snapshot = request?.snapshot else { return }
        phase = .deciding
        loop.introspecting += 1
        request?.seen?.wasIntrospected = true
        let isolated = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let eventLoop = loop.eventLoop
        snapshot.grants.introspector.resolve(
            digest: digest,
            key: key.withUnsafeBytes { Array($0) },
            now: now,
            wall: wall
        ) { outcome in
            // The answer may come on another loop, whose call it was, or before this call returns.
            eventLoop.execute { isolated.value.introspected(outcome) }
        }
    }

    private func introspected(_ outcome: IntrospectionOutcome) {
        loop.introspecting -= 1
        guard phase == .deciding, let current = request, current.refusal == nil else { return }
        current.observed.decidedAt = RequestObservation.now
        let head = parser.head
        let view = buffer
        let bytes = view.readableBytesUInt8Span
        switch outcome {
        case .active(let grant), .stale(let grant): authorise(grant, current, head, bytes)
        case .inactive, .notYetValid: decided(Denial(.invalidKey), current, head, bytes)
        case .expired(let grant):
            current.grant = grant
            decided(Denial(.expiredKey), current, head, bytes)
        case .unavailable(let failure):
            loop.introspectionFailed(failure)
            decided(Denial(.introspectionUnavailable), current, head, bytes)
        }
        // Nothing was read while the decision was waited for.
        resumeReading()
    }

    /// What the map and the key make of the request: the refusal, or nil when it may pass.
    private func decided(
        _ denial: Denial?,
        _ current: CurrentRequest,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) {
        current.seen?.note(current.grant, in: bytes)
        if let shadow = current.snapshot.shadowMap { compare(with: shadow, denial) }
        if let denial { deny(denial) } else { admit(current, head, bytes) }
    }

    private func authorise(
        _ grant: Grant,
        _ current: CurrentRequest,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) {
        current.grant = grant
        let decision = Decider.decide(
            requirement: current.requirement,
            granted: grant.scopes,
            automatic: current.snapshot.catalog.automatic
        )
        switch decision {
        case .allow: decided(nil, current, head, bytes)
        case .deny(let reason, let required):
            let denial = required.map { Denial.forbidden($0, current.requirement) } ?? Denial(reason)
            decided(denial, current, head, bytes)
        }
    }
}

extension RouteMap {
    /// Whether a request has a body that means nothing by its method, and that its route doesn't allow.
    @inline(__always)
    func refusesBody(of head: RequestHead, route: Int) -> Bool {
        head.framing.mayHaveContent && head.method.hasNoContent && !bodyLimit(ofRoute: route).allowsBodies
    }
}

extension KeyDigest {
    init(_ digest: Digest256) {
        self.init(digest.word0, digest.word1, digest.word2, digest.word3)
    }
}
