/// The attempts that one call may take: each endpoint once, in order, within the time for all of them. A single
/// endpoint is tried once more when its connection failed before there was an answer, for then it may not have seen the
/// request at all.
public struct IntrospectionAttempts: Sendable {
    /// One attempt.
    public struct Attempt: Equatable, Sendable {
        /// The place of the endpoint.
        public var endpoint: Int
        /// How long it may take, in nanoseconds.
        public var timeout: Int64
    }

    /// How an attempt ended.
    public enum Ending: Sendable {
        /// The connection failed before there was an answer.
        case notReached
        /// There was an answer, or a part of one, that says that the endpoint is not well; or none in time.
        case failed
        /// There was an answer.
        case answered
    }

    private let deadline: MonotonicTime
    private let endpoints: [Int]
    private var begun = 0
    private var hasRetried = false

    /// The attempts at endpoints in an order, all of which end at `deadline`.
    public init(endpoints: [Int], deadline: MonotonicTime) {
        self.endpoints = endpoints
        self.deadline = deadline
    }

    /// The first attempt; nil when there is no endpoint or no time.
    public mutating func first(at now: MonotonicTime) -> Attempt? {
        attempt(at: now)
    }

    /// The attempt after one that has ended so; nil when that is the call's end.
    public mutating func next(after ending: Ending, at now: MonotonicTime) -> Attempt? {
        switch ending {
        case .answered: return nil
        case .notReached where endpoints.count == 1 && !hasRetried:
            hasRetried = true
            begun = 0
        case .notReached, .failed: break
        }
        return attempt(at: now)
    }

    /// The time that is left is shared out evenly among the endpoints that are left, so that one which accepts and then
    /// says nothing doesn't use it all.
    private mutating func attempt(at now: MonotonicTime) -> Attempt? {
        guard begun < endpoints.count, now < deadline else { return nil }
        let left = Int64(endpoints.count - begun)
        let attempt = Attempt(
            endpoint: endpoints[begun],
            timeout: max((deadline.nanoseconds - now.nanoseconds) / left, 1)
        )
        begun += 1
        return attempt
    }
}
