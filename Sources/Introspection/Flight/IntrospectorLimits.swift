/// The bounds of an introspector.
public struct IntrospectorLimits: Hashable, Sendable {
    /// How many calls may run at a time; at least 1.
    public var maximumConcurrentCalls: Int
    /// How many requests may wait for an answer at a time, all keys together; at least 1.
    public var maximumWaiters: Int
    /// How long a request may wait for its call to begin while others run, in nanoseconds. The wait is looked at
    /// whenever a running call ends, so it can be longer by the time limit of a call.
    public var maximumQueueTime: Int64

    /// The design's defaults: 64 calls, 10,000 waiters, 1 s.
    public init(
        maximumConcurrentCalls: Int = 64,
        maximumWaiters: Int = 10_000,
        maximumQueueTime: Int64 = 1_000_000_000
    ) {
        self.maximumConcurrentCalls = max(maximumConcurrentCalls, 1)
        self.maximumWaiters = max(maximumWaiters, 1)
        self.maximumQueueTime = maximumQueueTime
    }
}

/// What an introspector has done since it was made.
public struct IntrospectorCounters: Hashable, Sendable {
    /// Calls begun.
    public var calls: UInt64 = 0
    /// Calls that ended without a usable answer.
    public var failures: UInt64 = 0
    /// Requests that joined a call which another had caused.
    public var shared: UInt64 = 0
    /// Requests refused because of a bound.
    public var overloaded: UInt64 = 0
    /// Scopes in answers that the catalog doesn't have.
    public var unknownScopes: UInt64 = 0
    /// Calls running now.
    public var running = 0
    /// Requests waiting now.
    public var waiting = 0
}
