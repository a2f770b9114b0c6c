/// The bounds of an introspector.
public struct IntrospectorLimits: Hashable, Sendable {
    /// How many calls may run at a time; at least 1.
    public var maximumConcurrentCalls: Int
    /// How many requests may wait for an answer at a time; at least 1. Those with keys that were good when they were
    /// last asked about and those with other keys are counted apart.
    public var maximumWaiters: Int
    /// How long a request may wait for its call to begin while others run, in nanoseconds. The wait is looked at
    /// whenever a running call ends, so it can be longer by the time limit of a call.
    public var maximumQueueTime: Int64
    /// How many calls in a row have to fail for the endpoint to be left alone; zero for never.
    public var breakerFailures: Int
    /// How long the endpoint is left alone the first time, in nanoseconds; each further time twice as long.
    public var breakerBackOff: Int64
    /// How long the endpoint is left alone at most, in nanoseconds.
    public var breakerMaximumBackOff: Int64

    /// The defaults: 64 calls, 10,000 waiters, 1 s; the breaker opens after 5 failures for 1 s, then up to 5 s.
    public init(
        maximumConcurrentCalls: Int = 64,
        maximumWaiters: Int = 10_000,
        maximumQueueTime: Int64 = 1_000_000_000,
        breakerFailures: Int = 5,
        breakerBackOff: Int64 = 1_000_000_000,
        breakerMaximumBackOff: Int64 = 5_000_000_000
    ) {
        self.maximumConcurrentCalls = max(maximumConcurrentCalls, 1)
        self.maximumWaiters = max(maximumWaiters, 1)
        self.maximumQueueTime = maximumQueueTime
        self.breakerFailures = max(breakerFailures, 0)
        self.breakerBackOff = max(breakerBackOff, 0)
        self.breakerMaximumBackOff = max(breakerMaximumBackOff, 0)
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
    /// Requests refused because the endpoint is left alone.
    public var heldOff: UInt64 = 0
    /// Calls begun in the background for grants that are about to be out of date.
    public var refreshes: UInt64 = 0
    /// Requests answered from a grant that is out of date, because the endpoint fails.
    public var staleServed: UInt64 = 0
    /// Scopes in answers that the catalog doesn't have.
    public var unknownScopes: UInt64 = 0
    /// Calls running now.
    public var running = 0
    /// Requests waiting now.
    public var waiting = 0
    /// What is made of the endpoint.
    public var breaker = BreakerState.closed

    /// Nothing done.
    public init() {}
}
