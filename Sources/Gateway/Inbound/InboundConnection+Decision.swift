import Digests
import HTTP1
import Introspection
import NIOCore
import RouteMap
import ScopeModel

/// From a complete head to a decision.
extension InboundConnection {
    /// The head is complete: what becomes of the request?
    func decide() {
        let head = parser.head
        let snapshot = loop.snapshot
        let view = buffer
        let bytes = view.readableBytesUInt8Span
        var observed = RequestObservation()
        observed.method = head.method
        observed.template = CountedTemplates.unmapped
        body = BodyReader(framing: head.framing, limits: snapshot.limits.head)
        let current = CurrentRequest(
            snapshot: snapshot,
            id: requestID(head, in: bytes),
            keepsAlive: head.keepAlive,
            isHead: head.method == .head,
            version: head.version,
            expectsContinue: head.expectsContinue,
            headLength: head.byteCount,
            observed: observed
        )
        if loop.observesHeads { current.seen = observe(head, bytes, startedAt: observed.startedAt) }
        arm(.nothing)
        let match = snapshot.routeMap.match(
            method: head.method,
            methodName: bytes.extracting(head.methodRange.range),
            path: bytes.extracting(head.pathRange.range)
        )
        switch match {
        case .unmapped:
            request = current
            decided(Denial(.unmappedRoute))
        case .methodNotAllowed(let template):
            current.template = template
            current.observed.template = snapshot.countedTemplates[template]
            request = current
            decided(Denial(.methodNotAllowed))
        case .route(let route):
            let template = snapshot.routeMap.templateIndex(ofRoute: route)
            current.template = template
            current.observed.template = snapshot.countedTemplates[template]
            current.requirement = snapshot.routeMap.requirement(ofRoute: route)
            current.bodyLimit = snapshot.bodyLimit(ofRoute: route)
            current.forwarding = snapshot.upstreams.forwarding(
                ofRoute: route,
                path: bytes.extracting(head.pathRange.range),
                in: snapshot.routeMap
            )
            request = current
            if current.requirement.needsKey { authenticate(head, bytes) } else { decided(nil) }
        }
    }

    private func requestID(_ head: RequestHead, in bytes: Span<UInt8>) -> RequestID {
        var given: FieldLine?
        var count = 0
        for field in head.fields where field.name == .xRequestID {
            given = field
            count += 1
        }
        guard count == 1, let given, let id = RequestID(bytes.extracting(given.valueRange.range)) else {
            return loop.nextRequestID()
        }
        return id
    }

    private func authenticate(_ head: RequestHead, _ bytes: Span<UInt8>) {
        guard let snapshot = request?.snapshot else { return }
        // What can't be recorded isn't served; nor is what would not have to be, for then a refusal could be told from
        // a permission only by the status.
        guard !loop.services.audit.isBlocked else { return denyUnrecorded() }
        switch snapshot.keys.extract(head.fields, in: bytes) {
        case .missing: decided(Denial(.missingKey))
        case .malformed: decided(Denial(.invalidKey))
        case .ambiguous: decided(Denial(.ambiguousKey))
        case .key(let range):
            request?.key = range
            let key = bytes.extracting(range.range)
            if snapshot.keyShape.accepts(key) { check(key) } else { decided(Denial(.invalidKey)) }
        }
    }

    private func check(_ key: Span<UInt8>) {
        guard let snapshot = request?.snapshot, let startedAt = request?.observed.startedAt else { return }
        let digest = KeyDigest(loop.services.keyDigest.authenticate(key))
        let now = MonotonicTime(nanoseconds: Int64(startedAt))
        let wall = SystemClock().wallSeconds
        switch snapshot.grants.cache.lookup(digest, now: now, wallSeconds: wall) {
        case .hit(let grant): authorise(grant)
        case .aging(let grant):
            snapshot.grants.introspector.refresh(digest: digest, key: key.withUnsafeBytes { Array($0) }, now: now)
            authorise(grant)
        case .negative, .notYetValid: decided(Denial(.invalidKey))
        case .expired(let grant):
            request?.grant = grant
            decided(Denial(.expiredKey))
        case .miss: introspect(key, digest, now, wall)
        }
    }

    private func introspect(_ key: Span<UInt8>, _ digest: KeyDigest, _ now: MonotonicTime, _ wall: Int64) {
        guard let snapshot = request?.snapshot else { return }
        phase = .deciding
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
        guard phase == .deciding else { return }
        request?.observed.decidedAt = RequestObservation.now
        switch outcome {
        case .active(let grant), .stale(let grant): authorise(grant)
        case .inactive, .notYetValid: decided(Denial(.invalidKey))
        case .expired(let grant):
            request?.grant = grant
            decided(Denial(.expiredKey))
        case .unavailable(let failure):
            loop.introspectionFailed(failure)
            decided(Denial(.introspectionUnavailable))
        }
    }

    /// What the map and the key make of the request: the refusal, or nil when it may pass.
    private func decided(_ denial: Denial?) {
        if let shadow = request?.snapshot.shadowMap { compare(with: shadow, denial) }
        if let denial { deny(denial) } else { admit() }
    }

    private func authorise(_ grant: Grant) {
        guard let current = request else { return }
        request?.grant = grant
        let decision = Decider.decide(
            requirement: current.requirement,
            granted: grant.scopes,
            automatic: current.snapshot.catalog.automatic
        )
        switch decision {
        case .allow: decided(nil)
        case .deny(let reason, let required):
            if let required { decided(.forbidden(required, current.requirement)) } else { decided(Denial(reason)) }
        }
    }
}

extension KeyDigest {
    init(_ digest: Digest256) {
        self.init(digest.word0, digest.word1, digest.word2, digest.word3)
    }
}
