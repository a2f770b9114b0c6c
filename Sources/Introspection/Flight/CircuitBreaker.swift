/// Leaves an endpoint alone that fails again and again, tries it with one call after a while, and comes back to full
/// speed step by step, so that its return isn't met by a stampede.
///
/// Pure: its owner tells it the time and guards it with a lock.
struct CircuitBreaker {
    /// When it opens and how long it stays open.
    struct Settings: Hashable, Sendable {
        /// How many failures in a row open it; zero for never.
        var failures = 5
        /// How long it stays open the first time, in nanoseconds. Each further time takes twice as long.
        var backOff: Int64 = 1_000_000_000
        /// How long it stays open at most, in nanoseconds.
        var maximumBackOff: Int64 = 5_000_000_000
    }

    private enum Phase {
        case closed
        /// No call begins before this moment.
        case open(until: MonotonicTime)
        /// One call tries.
        case halfOpen
        /// The endpoint answers again; so many calls may run.
        case recovering(permits: Int)
    }

    /// A call that the breaker was told of. Results of calls from before it opened don't count against what came after.
    struct Ticket: Sendable {
        fileprivate let era: UInt64
    }

    private let settings: Settings
    private var phase = Phase.closed
    private var failuresInRow = 0
    /// How often it has opened since the endpoint was last well.
    private var openings = 0
    private var era: UInt64 = 0
    /// Calls of this era that run.
    private var running = 0
    private var random: UInt64

    /// - Parameter seed: For what back-offs differ by, lest many gateways come back at one moment.
    init(_ settings: Settings, seed: UInt64) {
        self.settings = settings
        random = seed
    }

    /// The state for people and metrics.
    var state: BreakerState {
        switch phase {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        case .recovering: .recovering
        }
    }

    /// Whether new requests should be told at once that the endpoint is left alone.
    func isOpen(at now: MonotonicTime) -> Bool {
        guard case .open(let until) = phase else { return false }
        return now < until
    }

    /// Asks to begin a call while there may be `maximum` at a time. Nil when it can't begin now.
    mutating func begin(maximum: Int, now: MonotonicTime) -> Ticket? {
        let permits: Int
        switch phase {
        case .closed: permits = maximum
        case .recovering(let recovered): permits = min(recovered, maximum)
        case .halfOpen: permits = 1
        case .open(let until):
            guard now >= until else { return nil }
            phase = .halfOpen
            permits = 1
        }
        guard running < permits else { return nil }
        running += 1
        return Ticket(era: era)
    }

    /// Ends a call.
    ///
    /// - Parameter isWell: Whether the endpoint itself did its work, whatever it said.
    mutating func end(_ ticket: Ticket, isWell: Bool, maximum: Int, now: MonotonicTime) {
        guard ticket.era == era else { return }
        running -= 1
        if isWell { succeed(maximum: maximum) } else { fail(now: now) }
    }

    private mutating func succeed(maximum: Int) {
        failuresInRow = 0
        switch phase {
        case .closed, .open: break
        case .halfOpen: recover(to: 2, of: maximum)
        case .recovering(let permits): recover(to: permits + 1, of: maximum)
        }
    }

    private mutating func recover(to permits: Int, of maximum: Int) {
        guard permits < maximum else {
            phase = .closed
            openings = 0
            return
        }
        phase = .recovering(permits: permits)
    }

    private mutating func fail(now: MonotonicTime) {
        failuresInRow += 1
        switch phase {
        case .closed, .recovering:
            guard settings.failures > 0, failuresInRow >= settings.failures else { return }
            open(now: now)
        case .halfOpen: open(now: now)
        case .open: break
        }
    }

    private mutating func open(now: MonotonicTime) {
        var backOff = min(settings.backOff, settings.maximumBackOff)
        for _ in 0..<min(openings, 62) where backOff < settings.maximumBackOff {
            backOff = min(backOff * 2, settings.maximumBackOff)
        }
        openings += 1
        failuresInRow = 0
        era += 1
        running = 0
        random = random &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
        // Up to a fifth shorter.
        let shorter = random.multipliedFullWidth(by: UInt64(max(backOff / 5, 0))).high
        phase = .open(until: now.advanced(by: backOff - Int64(shorter)))
    }
}

/// What a breaker makes of its endpoint.
public enum BreakerState: String, Sendable, CaseIterable {
    /// Calls are made as they are needed.
    case closed
    /// No calls are made.
    case open
    /// One call is made to see whether the endpoint is back.
    case halfOpen = "half_open"
    /// The endpoint is back; the calls allowed at a time grow with every answer.
    case recovering
}
