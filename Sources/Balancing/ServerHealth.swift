/// What is made of a server by what becomes of its requests, and by checks of it. It has no clock: times are
/// nanoseconds on whatever monotonic scale the caller has, above 0.
///
/// Requests: after ``Ejection/failures`` failed ones in a row the server is ejected for a back-off. When that is over,
/// it is on probation: the first request to succeed ends it, the first to fail ejects the server again, for twice as
/// long. Checks: after ``Checks/unhealthyAfter`` failed ones in a row the server is unhealthy, until
/// ``Checks/healthyAfter`` have succeeded in a row. The two know nothing of each other: a server may be used that
/// neither has anything against.
public struct ServerHealth: Sendable {
    /// When failed requests eject a server.
    public struct Ejection: Equatable, Sendable {
        /// After how many in a row; 0 for never.
        public var failures: Int
        /// For how long at first, in nanoseconds.
        public var backOff: UInt64
        /// For how long at most, in nanoseconds.
        public var maximumBackOff: UInt64

        /// A way to eject servers.
        public init(failures: Int, backOff: UInt64, maximumBackOff: UInt64) {
            self.failures = failures
            self.backOff = backOff
            self.maximumBackOff = max(maximumBackOff, backOff)
        }
    }

    /// How many checks have to agree.
    public struct Checks: Equatable, Sendable {
        /// How many have to succeed in a row before an unhealthy server is healthy; at least 1.
        public var healthyAfter: Int
        /// How many have to fail in a row before a healthy server is unhealthy; at least 1.
        public var unhealthyAfter: Int

        /// Thresholds.
        public init(healthyAfter: Int = 1, unhealthyAfter: Int = 1) {
            self.healthyAfter = max(1, healthyAfter)
            self.unhealthyAfter = max(1, unhealthyAfter)
        }
    }

    /// What an operator is told of.
    public enum Change: Equatable, Sendable {
        /// It gets no requests for so many nanoseconds.
        case ejected(UInt64)
        /// A request has succeeded after an ejection.
        case returned
        /// Checks have found it unhealthy.
        case unhealthy
        /// Checks have found it healthy again.
        case healthy
    }

    /// How a server fares at a moment.
    public enum Condition: Equatable, Sendable {
        /// Nothing is held against it.
        case healthy
        /// Its requests have failed, and it gets none before this time.
        case ejected(until: UInt64)
        /// Its ejection is over: the next request to succeed or to fail decides.
        case probation
        /// Its checks fail, whatever its requests do.
        case unhealthy
    }

    /// The time of a server that gets no requests until something else changes.
    public static let never = UInt64.max

    private let ejection: Ejection
    private let checks: Checks
    private var failures = 0
    /// The end of the ejection that is under way or whose probation is; 0 for neither.
    private var ejectedUntil: UInt64 = 0
    /// How long the next ejection lasts.
    private var nextBackOff: UInt64
    private var isUnhealthy = false
    private var agreeingChecks = 0

    /// A server that is taken for healthy.
    public init(ejection: Ejection, checks: Checks = Checks()) {
        self.ejection = ejection
        self.checks = checks
        nextBackOff = ejection.backOff
    }

    /// Since when, or from when on, it may get requests: 0 when it is well, ``never`` when checks have found it
    /// unhealthy. One whose time has come is on probation.
    public var usableFrom: UInt64 { isUnhealthy ? Self.never : ejectedUntil }

    /// How it fares at a time.
    public func condition(at now: UInt64) -> Condition {
        if isUnhealthy { return .unhealthy }
        guard ejectedUntil > 0 else { return .healthy }
        return now < ejectedUntil ? .ejected(until: ejectedUntil) : .probation
    }

    /// Whether a request that succeeds would change anything, which lets most of them go unreported.
    public var heedsSuccess: Bool { failures > 0 || ejectedUntil > 0 }

    /// A request has failed in a way that is the server's.
    public mutating func requestFailed(at now: UInt64) -> Change? {
        guard ejection.failures > 0 else { return nil }
        if ejectedUntil > 0 {
            // Requests that were under way when it was ejected tell nothing new.
            guard now >= ejectedUntil else { return nil }
        } else {
            failures += 1
            guard failures >= ejection.failures else { return nil }
        }
        failures = 0
        let backOff = nextBackOff
        let (doubled, overflows) = backOff.multipliedReportingOverflow(by: 2)
        nextBackOff = overflows ? ejection.maximumBackOff : min(doubled, ejection.maximumBackOff)
        ejectedUntil = now &+ max(1, backOff)
        return .ejected(backOff)
    }

    /// A request has succeeded.
    public mutating func requestSucceeded(at now: UInt64) -> Change? {
        // Of one that was sent before the ejection.
        guard ejectedUntil == 0 || now >= ejectedUntil else { return nil }
        failures = 0
        guard ejectedUntil > 0 else { return nil }
        ejectedUntil = 0
        nextBackOff = ejection.backOff
        return .returned
    }

    /// A check has found it well.
    public mutating func checkSucceeded() -> Change? { checked(agrees: isUnhealthy, after: checks.healthyAfter) }

    /// A check has failed.
    public mutating func checkFailed() -> Change? { checked(agrees: !isUnhealthy, after: checks.unhealthyAfter) }

    private mutating func checked(agrees: Bool, after threshold: Int) -> Change? {
        guard agrees else {
            agreeingChecks = 0
            return nil
        }
        agreeingChecks += 1
        guard agreeingChecks >= threshold else { return nil }
        agreeingChecks = 0
        isUnhealthy.toggle()
        return isUnhealthy ? .unhealthy : .healthy
    }
}
