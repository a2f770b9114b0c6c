/// The introspections that run or are about to, and who waits for them. Its owner guards it with a lock.
///
/// Keys that were good when they were last asked about go before keys that nobody knows, and have bounds of their own:
/// a flood of made-up keys doesn't keep real ones waiting.
struct FlightTable {
    typealias Waiter = @Sendable (IntrospectionOutcome) -> Void
    typealias FlightID = UInt64

    private struct Flight {
        let digest: KeyDigest
        let key: [UInt8]
        let isKnown: Bool
        let queuedAt: MonotonicTime
        var waiters: [Waiter]
        var run: Run?
    }

    private struct Run {
        let ticket: CircuitBreaker.Ticket
        /// How many calls had begun before this one.
        let number: UInt64
    }

    /// A revocation that calls which began before it may not know of.
    private struct Revocation {
        let identity: RevokedIdentity
        /// Calls of lower numbers began before it.
        let callsBegun: UInt64
    }

    enum Joining {
        /// The request waits for a call that is there already.
        case joined
        /// The request waits for a new call, which is queued.
        case queued
        /// There are too many waiters, or the endpoint is left alone.
        case refused(IntrospectionFailure)
    }

    enum Step {
        /// Begin this call.
        case call(FlightID, key: [UInt8])
        /// Tell these, who asked about this key, that there will be no call.
        case giveUp([Waiter], KeyDigest, IntrospectionFailure)
    }

    /// What is left to do when a call has ended.
    struct Landing {
        let digest: KeyDigest
        let waiters: [Waiter]
        /// Whether the answer may be kept: the key wasn't forgotten while the call ran.
        let isStorable: Bool
    }

    private let limits: IntrospectorLimits
    private var breaker: CircuitBreaker
    private var flights: [FlightID: Flight] = [:]
    /// For each key the flight that new requests join. A flight that was left by ``restart(_:now:)`` isn't here.
    private var current: [KeyDigest: FlightID] = [:]
    private var knownQueue = FIFOQueue<FlightID>()
    private var unknownQueue = FIFOQueue<FlightID>()
    private var waitingForUnknown = 0
    private var revocations: [Revocation] = []
    private var lastID: FlightID = 0
    private var isStarting = false
    private var counted = IntrospectorCounters()

    init(limits: IntrospectorLimits, seed: UInt64) {
        self.limits = limits
        breaker = CircuitBreaker(
            CircuitBreaker.Settings(
                failures: limits.breakerFailures,
                backOff: limits.breakerBackOff,
                maximumBackOff: limits.breakerMaximumBackOff
            ),
            seed: seed
        )
    }

    var counters: IntrospectorCounters {
        var counters = counted
        counters.breaker = breaker.state
        return counters
    }

    // MARK: Joining

    mutating func join(
        _ digest: KeyDigest,
        key: [UInt8],
        isKnown: Bool,
        now: MonotonicTime,
        waiter: @escaping Waiter
    ) -> Joining {
        let flight = current[digest]
        let isKnown = flight.flatMap { flights[$0]?.isKnown } ?? isKnown
        let waiting = isKnown ? counted.waiting - waitingForUnknown : waitingForUnknown
        guard waiting < limits.maximumWaiters else {
            counted.overloaded += 1
            return .refused(.overloaded)
        }
        if let flight {
            count(waiters: 1, isKnown: isKnown)
            flights[flight]?.waiters.append(waiter)
            counted.shared += 1
            return .joined
        }
        guard !breaker.isOpen(at: now) else {
            counted.heldOff += 1
            return .refused(.breakerOpen)
        }
        count(waiters: 1, isKnown: isKnown)
        enqueue(Flight(digest: digest, key: key, isKnown: isKnown, queuedAt: now, waiters: [waiter]))
        return .queued
    }

    /// Queues a call that nobody waits for, unless one is there, or calls are scarce. Returns whether it did.
    mutating func refresh(_ digest: KeyDigest, key: [UInt8], now: MonotonicTime) -> Bool {
        guard current[digest] == nil, breaker.state == .closed, counted.running < limits.maximumConcurrentCalls else {
            return false
        }
        counted.refreshes += 1
        enqueue(Flight(digest: digest, key: key, isKnown: true, queuedAt: now, waiters: []))
        return true
    }

    private mutating func enqueue(_ flight: Flight) {
        lastID += 1
        flights[lastID] = flight
        current[flight.digest] = lastID
        if flight.isKnown { knownQueue.append(lastID) } else { unknownQueue.append(lastID) }
    }

    private mutating func count(waiters: Int, isKnown: Bool) {
        counted.waiting += waiters
        waitingForUnknown += isKnown ? 0 : waiters
    }

    // MARK: Running

    /// Claims the right to take steps; one caller at a time has it, and keeps it until ``nextStep(now:)`` gives nil.
    mutating func beginStarting() -> Bool {
        guard !isStarting else { return false }
        isStarting = true
        return true
    }

    /// What to do next, or nil when nothing can be begun now.
    mutating func nextStep(now: MonotonicTime) -> Step? {
        while counted.running < limits.maximumConcurrentCalls, let (id, flight) = nextQueued() {
            if breaker.isOpen(at: now) {
                unqueue(id, flight)
                counted.heldOff += UInt64(flight.waiters.count)
                return .giveUp(flight.waiters, flight.digest, .breakerOpen)
            }
            if now > flight.queuedAt.advanced(by: limits.maximumQueueTime) {
                unqueue(id, flight)
                counted.overloaded += UInt64(flight.waiters.count)
                return .giveUp(flight.waiters, flight.digest, .overloaded)
            }
            guard let ticket = breaker.begin(maximum: limits.maximumConcurrentCalls, now: now) else { break }
            dequeue(flight)
            flights[id]?.run = Run(ticket: ticket, number: counted.calls)
            counted.running += 1
            counted.calls += 1
            return .call(id, key: flight.key)
        }
        isStarting = false
        return nil
    }

    private mutating func nextQueued() -> (FlightID, Flight)? {
        while let id = knownQueue.first ?? unknownQueue.first {
            if let flight = flights[id] { return (id, flight) }
            if knownQueue.first == id { _ = knownQueue.popFirst() } else { _ = unknownQueue.popFirst() }
        }
        return nil
    }

    private mutating func dequeue(_ flight: Flight) {
        _ = flight.isKnown ? knownQueue.popFirst() : unknownQueue.popFirst()
    }

    private mutating func unqueue(_ id: FlightID, _ flight: Flight) {
        dequeue(flight)
        remove(id, flight)
    }

    // MARK: Landing

    /// Ends a running call. Nil when it had ended before, or when its answer must not be used, because the key was
    /// revoked by its id or subject meanwhile: who waits for it then gets the answer of a new call.
    mutating func land(
        _ id: FlightID,
        _ answer: Result<Grant, IntrospectionFailure>,
        now: MonotonicTime
    ) -> Landing? {
        guard let flight = flights[id], let run = flight.run else { return nil }
        let isCurrent = current[flight.digest] == id
        remove(id, flight)
        counted.running -= 1
        let failure: IntrospectionFailure? =
            switch answer {
            case .success: nil
            case .failure(let failure): failure
            }
        breaker.end(
            run.ticket,
            isWell: failure.map { !$0.blamesEndpoint } ?? true,
            maximum: limits.maximumConcurrentCalls,
            now: now
        )
        defer { dropOldRevocations() }
        switch answer {
        case .success(let grant):
            counted.unknownScopes += UInt64(grant.unknownScopeCount)
            if revocations.contains(where: { run.number < $0.callsBegun && $0.identity.covers(grant) }) {
                requeue(flight, now: now)
                return nil
            }
        case .failure: counted.failures += 1
        }
        return Landing(digest: flight.digest, waiters: flight.waiters, isStorable: isCurrent)
    }

    private mutating func remove(_ id: FlightID, _ flight: Flight) {
        flights[id] = nil
        if current[flight.digest] == id {
            current[flight.digest] = nil
        }
        count(waiters: -flight.waiters.count, isKnown: flight.isKnown)
    }

    // MARK: Revoking

    /// Leaves a running call of a key to itself, and queues a new one for those who wait for it. Returns whether there
    /// was one.
    mutating func restart(_ digest: KeyDigest, now: MonotonicTime) -> Bool {
        guard let id = current[digest], let flight = flights[id], flight.run != nil else { return false }
        flights[id]?.waiters = []
        count(waiters: -flight.waiters.count, isKnown: flight.isKnown)
        current[digest] = nil
        requeue(flight, now: now)
        return true
    }

    /// Has the answers of the calls that run now disregarded when they are of such a key. Returns how many run.
    mutating func revoke(_ identity: RevokedIdentity) -> Int {
        if counted.running > 0 {
            revocations.append(Revocation(identity: identity, callsBegun: counted.calls))
        }
        return counted.running
    }

    private mutating func requeue(_ flight: Flight, now: MonotonicTime) {
        guard !flight.waiters.isEmpty else { return }
        if let id = current[flight.digest] {
            flights[id]?.waiters += flight.waiters
            count(waiters: flight.waiters.count, isKnown: flights[id]?.isKnown ?? false)
            return
        }
        count(waiters: flight.waiters.count, isKnown: flight.isKnown)
        enqueue(
            Flight(
                digest: flight.digest,
                key: flight.key,
                isKnown: flight.isKnown,
                queuedAt: now,
                waiters: flight.waiters
            )
        )
    }

    /// A revocation is remembered for as long as a call runs that began before it.
    private mutating func dropOldRevocations() {
        guard !revocations.isEmpty else { return }
        let oldest = flights.values.compactMap { $0.run?.number }.min() ?? .max
        revocations.removeAll { $0.callsBegun <= oldest }
    }

    mutating func countStale(_ waiters: Int) {
        counted.staleServed += UInt64(waiters)
    }
}
