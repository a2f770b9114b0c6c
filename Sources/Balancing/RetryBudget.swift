/// Bounds how many requests are sent once more, so that servers in trouble don't get twice their load on top: each
/// request earns a part of a retry, and a few are allowed a second however little is asked.
///
/// It has no clock: times are nanoseconds on whatever monotonic scale the caller has. One event loop uses it.
public struct RetryBudget: Sendable {
    /// A retry, in hundredths: what a request earns is in percent.
    private static let retry = 100
    /// How many retries a second are allowed beside those that are earned.
    public static let perSecond = 10
    /// How many retries can be saved up, so that all requests that a server takes down with it can be repeated at once.
    public static let maximumSaved = 1000

    private let percent: Int
    private var saved = Self.perSecond * Self.retry
    private var allowance = Self.perSecond
    private var allowanceSince: UInt64 = 0

    /// - Parameter percent: What a request earns, in percent of a retry: 0…100.
    public init(percent: Int) {
        self.percent = min(max(percent, 0), 100)
    }

    /// A request is sent for the first time.
    public mutating func earn() {
        saved = min(saved + percent, Self.maximumSaved * Self.retry)
    }

    /// Whether a request may be sent once more; if so, that is paid for.
    public mutating func spend(at now: UInt64) -> Bool {
        if saved >= Self.retry {
            saved -= Self.retry
            return true
        }
        if now >= allowanceSince &+ 1_000_000_000 {
            allowanceSince = now
            allowance = Self.perSecond
        }
        guard allowance > 0 else { return false }
        allowance -= 1
        return true
    }
}
