import Balancing

/// How a server of a backend fares at a moment, and why. Times are those of ``CoarseClock``, in nanoseconds.
struct ServerStatus: Equatable, Sendable {
    /// What a check has found.
    struct Check: Equatable, Sendable {
        var time: UInt64
        /// What was wrong; nil for nothing.
        var problem: String?
    }

    var condition = ServerHealth.Condition.healthy
    /// What is held against it; nil when it is healthy.
    var reason: String?
    /// Since when something is; nil when it is healthy.
    var since: UInt64?
    /// The last check; nil before the first.
    var lastCheck: Check?
}
