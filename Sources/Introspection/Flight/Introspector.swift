import ScopeModel
import Synchronization

/// Finds out what a key may do when the cache doesn't know: one call per key at a time, all who ask share its answer.
///
/// Calls beyond the bound wait their turn, in order, for a limited time. The answer is in the cache before anyone is
/// told. Grants hold scopes as the catalog numbers them, so an introspector and its cache belong to one catalog.
public final class Introspector: Sendable {
    private let caller: any IntrospectionCalling
    private let cache: GrantCache
    private let mapping: AnswerMapping
    private let catalog: ScopeCatalog
    private let clock: any IntrospectionClock
    /// The cache is read and written inside of this lock, so that between the end of a call and its answer's being in
    /// the cache no second call begins, and nothing that was forgotten is stored.
    private let flights: Mutex<FlightTable>

    /// An introspector that stores into `cache` and takes the time of an answer from `clock`.
    ///
    /// - Parameter seed: For the back-offs of the breaker, which differ a little between gateways.
    public init(
        call caller: any IntrospectionCalling,
        cache: GrantCache,
        mapping: AnswerMapping = .rfc7662,
        catalog: ScopeCatalog,
        clock: any IntrospectionClock,
        limits: IntrospectorLimits = IntrospectorLimits(),
        seed: UInt64 = .random(in: .min ... .max)
    ) {
        self.caller = caller
        self.cache = cache
        self.mapping = mapping
        self.catalog = catalog
        self.clock = clock
        flights = Mutex(FlightTable(limits: limits, seed: seed))
    }

    /// Finds out about a key that the cache didn't know a moment ago.
    ///
    /// `completion` is called exactly once, on any thread, perhaps before this returns. A caller that has lost interest
    /// need do nothing: the call goes on for the others and for the cache.
    public func resolve(
        digest: KeyDigest,
        key: [UInt8],
        now: MonotonicTime,
        wall: Int64,
        completion: @escaping @Sendable (IntrospectionOutcome) -> Void
    ) {
        let (known, joining) = flights.withLock { flights -> (IntrospectionOutcome?, FlightTable.Joining) in
            if let known = IntrospectionOutcome(cache.recheck(digest, now: now, wallSeconds: wall)) {
                return (known, .joined)
            }
            let isKnown = cache.isKnown(digest)
            return (nil, flights.join(digest, key: key, isKnown: isKnown, now: now, waiter: completion))
        }
        if let known {
            completion(known)
            return
        }
        switch joining {
        case .joined: break
        case .queued: startCalls()
        case .refused(let failure): completion(withoutAnswer(digest, failure, waiters: 1, now: now, wall: wall))
        }
    }

    /// Asks about a key whose grant is ``CacheOutcome/aging(_:)``, so that its next user need not wait. Nobody is told;
    /// when calls are scarce it does nothing.
    public func refresh(digest: KeyDigest, key: [UInt8], now: MonotonicTime) {
        if flights.withLock({ $0.refresh(digest, key: key, now: now) }) { startCalls() }
    }

    /// Forgets a key, for instance because it was revoked.
    ///
    /// The answer of a call that runs now may be older than the revocation: it is neither stored nor given to anyone;
    /// those who wait for it get the answer of a new call.
    @discardableResult
    public func forget(_ digest: KeyDigest) -> RevocationEffect {
        let now = clock.now
        let effect = flights.withLock { flights in
            let ran = flights.restart(digest, now: now)
            return RevocationEffect(forgotten: cache.remove(digest) ? 1 : 0, callsDisregarded: ran ? 1 : 0)
        }
        startCalls()
        return effect
    }

    /// Forgets all keys of an id or a subject, which is the whole cache's work and takes as long as it is large.
    ///
    /// Of the calls that run now nobody knows whose they are until they end: an answer that is of such a key is neither
    /// stored nor given to anyone; those who wait for it get the answer of a new call.
    @discardableResult
    public func forget(_ identity: RevokedIdentity) -> RevocationEffect {
        // A call that ends from here on is found out by its answer; what was stored before is in the cache.
        let running = flights.withLock { $0.revoke(identity) }
        if identity == .everybody {
            let held = cache.counters
            cache.removeAll()
            return RevocationEffect(forgotten: held.count + held.negativeCount, callsDisregarded: running)
        }
        return RevocationEffect(forgotten: cache.removeAll { identity.covers($0) }, callsDisregarded: running)
    }

    /// What was done so far, and what is going on.
    public var counters: IntrospectorCounters {
        flights.withLock { $0.counters }
    }

    /// Begins what can be begun. Only one thread does at a time, and a call that completes at once doesn't recurse.
    private func startCalls() {
        guard flights.withLock({ $0.beginStarting() }) else { return }
        while true {
            let now = clock.now
            guard let step = flights.withLock({ $0.nextStep(now: now) }) else { return }
            switch step {
            case .call(let id, let key):
                caller.call(key: key) { result in self.finish(id, result) }
            case .giveUp(let waiters, let digest, let failure):
                guard !waiters.isEmpty else { continue }
                let outcome = withoutAnswer(
                    digest,
                    failure,
                    waiters: waiters.count,
                    now: now,
                    wall: clock.wallSeconds
                )
                for waiter in waiters {
                    waiter(outcome)
                }
            }
        }
    }

    private func finish(_ id: FlightTable.FlightID, _ result: IntrospectionCallResult) {
        let answer = IntrospectionAnswer.interpret(result, mapping: mapping, catalog: catalog)
        let now = clock.now
        let wall = clock.wallSeconds
        let landing = flights.withLock { flights -> FlightTable.Landing? in
            let landing = flights.land(id, answer, now: now)
            if let landing, landing.isStorable, case .success(let grant) = answer {
                let outcome = IntrospectionOutcome(grant, wallSeconds: wall)
                cache.store(landing.digest, outcome, now: now, wallSeconds: wall)
            }
            return landing
        }
        if let landing, !landing.waiters.isEmpty {
            let outcome =
                switch answer {
                case .success(let grant): IntrospectionOutcome(grant, wallSeconds: wall)
                case .failure(let failure):
                    withoutAnswer(landing.digest, failure, waiters: landing.waiters.count, now: now, wall: wall)
                }
            for waiter in landing.waiters {
                waiter(outcome)
            }
        }
        startCalls()
    }

    /// What becomes of those who get no answer: perhaps what was known of the key before is good enough.
    private func withoutAnswer(
        _ digest: KeyDigest,
        _ failure: IntrospectionFailure,
        waiters: Int,
        now: MonotonicTime,
        wall: Int64
    ) -> IntrospectionOutcome {
        guard let grant = cache.stale(digest, now: now, wallSeconds: wall) else { return .unavailable(failure) }
        flights.withLock { $0.countStale(waiters) }
        return .stale(grant)
    }
}

extension IntrospectionOutcome {
    /// What the cache knows, or nil when it knows nothing.
    fileprivate init?(_ outcome: CacheOutcome) {
        switch outcome {
        case .hit(let grant), .aging(let grant): self = .active(grant)
        case .negative: self = .inactive
        case .expired(let grant): self = .expired(grant)
        case .notYetValid(let grant): self = .notYetValid(grant)
        case .miss: return nil
        }
    }
}
