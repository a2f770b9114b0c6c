import ScopeModel
import Synchronization

/// Finds out what a key may do when the cache doesn't know: one call per key at a time, all who ask share its answer.
///
/// Calls beyond the bound wait their turn, in order, for a limited time. The answer is in the cache before anyone is
/// told. Grants hold scopes as the catalog numbers them, so an introspector and its cache belong to one catalog.
public final class Introspector: Sendable {
    private let caller: any IntrospectionCalling
    private let cache: GrantCache
    private let catalog: ScopeCatalog
    private let clock: any IntrospectionClock
    /// The cache is read and written inside of this lock, so that between the end of a call and its answer's being in
    /// the cache no second call begins, and nothing that was forgotten is stored.
    private let flights: Mutex<FlightTable>

    /// An introspector that stores into `cache` and takes the time of an answer from `clock`.
    public init(
        call caller: any IntrospectionCalling,
        cache: GrantCache,
        catalog: ScopeCatalog,
        clock: any IntrospectionClock,
        limits: IntrospectorLimits = IntrospectorLimits()
    ) {
        self.caller = caller
        self.cache = cache
        self.catalog = catalog
        self.clock = clock
        flights = Mutex(FlightTable(limits: limits))
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
            return (nil, flights.join(digest, key: key, now: now, waiter: completion))
        }
        if let known {
            completion(known)
            return
        }
        switch joining {
        case .joined: break
        case .queued: startCalls()
        case .refused: completion(.unavailable(.overloaded))
        }
    }

    /// Forgets a key, for instance because it was revoked.
    ///
    /// The answer of a call that runs now may be older than the revocation: it is neither stored nor given to anyone;
    /// those who wait for it get the answer of a new call.
    public func forget(_ digest: KeyDigest) {
        let now = clock.now
        flights.withLock { flights in
            flights.restart(digest, now: now)
            cache.remove(digest)
        }
        startCalls()
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
            case .giveUp(let waiters):
                for waiter in waiters {
                    waiter(.unavailable(.overloaded))
                }
            }
        }
    }

    private func finish(_ id: FlightTable.FlightID, _ result: IntrospectionCallResult) {
        let answer = IntrospectionAnswer.interpret(result, catalog: catalog)
        let now = clock.now
        let wall = clock.wallSeconds
        let outcome: IntrospectionOutcome
        switch answer {
        case .success(let grant): outcome = IntrospectionOutcome(grant, wallSeconds: wall)
        case .failure(let failure): outcome = .unavailable(failure)
        }
        let waiters = flights.withLock { flights -> [FlightTable.Waiter] in
            guard let landing = flights.land(id) else { return [] }
            flights.count(answer)
            if let digest = landing.storableDigest {
                cache.store(digest, outcome, now: now, wallSeconds: wall)
            }
            return landing.waiters
        }
        for waiter in waiters {
            waiter(outcome)
        }
        startCalls()
    }
}

extension IntrospectionOutcome {
    /// What the cache knows, or nil when it knows nothing.
    fileprivate init?(_ outcome: CacheOutcome) {
        switch outcome {
        case .hit(let grant): self = .active(grant)
        case .negative: self = .inactive
        case .expired(let grant): self = .expired(grant)
        case .notYetValid(let grant): self = .notYetValid(grant)
        case .miss: return nil
        }
    }
}
