/// The introspections that run or are about to, and who waits for them. Its owner guards it with a lock.
struct FlightTable {
    typealias Waiter = @Sendable (IntrospectionOutcome) -> Void
    typealias FlightID = UInt64

    private struct Flight {
        let digest: KeyDigest
        let key: [UInt8]
        let queuedAt: MonotonicTime
        var waiters: [Waiter]
        var isRunning = false
    }

    enum Joining {
        /// The request waits for a call that is there already.
        case joined
        /// The request waits for a new call, which is queued.
        case queued
        /// There are too many waiters.
        case refused
    }

    enum Step {
        /// Begin this call.
        case call(FlightID, key: [UInt8])
        /// Tell these that it took too long.
        case giveUp([Waiter])
    }

    /// What is left to do when a call has ended.
    struct Landing {
        let waiters: [Waiter]
        /// The key, unless it was forgotten while the call ran.
        let storableDigest: KeyDigest?
    }

    private let limits: IntrospectorLimits
    private var flights: [FlightID: Flight] = [:]
    /// For each key the flight that new requests join. A flight that was left by ``restart(_:now:)`` isn't here.
    private var current: [KeyDigest: FlightID] = [:]
    private var queue = FIFOQueue<FlightID>()
    private var lastID: FlightID = 0
    private var isStarting = false
    private(set) var counters = IntrospectorCounters()

    init(limits: IntrospectorLimits) {
        self.limits = limits
    }

    mutating func join(
        _ digest: KeyDigest,
        key: [UInt8],
        now: MonotonicTime,
        waiter: @escaping Waiter
    ) -> Joining {
        guard counters.waiting < limits.maximumWaiters else {
            counters.overloaded += 1
            return .refused
        }
        counters.waiting += 1
        if let id = current[digest] {
            flights[id]?.waiters.append(waiter)
            counters.shared += 1
            return .joined
        }
        enqueue(Flight(digest: digest, key: key, queuedAt: now, waiters: [waiter]))
        return .queued
    }

    private mutating func enqueue(_ flight: Flight) {
        lastID += 1
        flights[lastID] = flight
        current[flight.digest] = lastID
        queue.append(lastID)
    }

    /// Claims the right to take steps; one caller at a time has it, and keeps it until ``nextStep(now:)`` gives nil.
    mutating func beginStarting() -> Bool {
        guard !isStarting else { return false }
        isStarting = true
        return true
    }

    /// What to do next, or nil when nothing can be begun now.
    mutating func nextStep(now: MonotonicTime) -> Step? {
        while counters.running < limits.maximumConcurrentCalls, let id = queue.popFirst() {
            guard let flight = flights[id] else { continue }
            if now > flight.queuedAt.advanced(by: limits.maximumQueueTime) {
                remove(id, flight)
                counters.overloaded += UInt64(flight.waiters.count)
                return .giveUp(flight.waiters)
            }
            flights[id]?.isRunning = true
            counters.running += 1
            counters.calls += 1
            return .call(id, key: flight.key)
        }
        isStarting = false
        return nil
    }

    /// Ends a running call. Nil when it had ended before.
    mutating func land(_ id: FlightID) -> Landing? {
        guard let flight = flights[id], flight.isRunning else { return nil }
        let isCurrent = current[flight.digest] == id
        remove(id, flight)
        counters.running -= 1
        return Landing(waiters: flight.waiters, storableDigest: isCurrent ? flight.digest : nil)
    }

    private mutating func remove(_ id: FlightID, _ flight: Flight) {
        flights[id] = nil
        if current[flight.digest] == id {
            current[flight.digest] = nil
        }
        counters.waiting -= flight.waiters.count
    }

    /// Leaves a running call of a key to itself, and queues a new one for those who wait for it.
    mutating func restart(_ digest: KeyDigest, now: MonotonicTime) {
        guard let id = current[digest], let flight = flights[id], flight.isRunning else { return }
        flights[id]?.waiters = []
        enqueue(Flight(digest: digest, key: flight.key, queuedAt: now, waiters: flight.waiters))
    }

    mutating func count(_ answer: Result<Grant, IntrospectionFailure>) {
        switch answer {
        case .success(let grant): counters.unknownScopes += UInt64(grant.unknownScopeCount)
        case .failure: counters.failures += 1
        }
    }
}
