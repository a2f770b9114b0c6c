/// A moment of a clock that only goes forward, in nanoseconds since an arbitrary start.
public struct MonotonicTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock's start.
    public let nanoseconds: Int64

    /// The moment a number of nanoseconds after the clock's start.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The moment `nanoseconds` later, or the last one there is.
    public func advanced(by nanoseconds: Int64) -> MonotonicTime {
        let (sum, overflows) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return MonotonicTime(nanoseconds: overflows ? (nanoseconds < 0 ? .min : .max) : sum)
    }

    /// Whether the left moment is earlier.
    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

/// The time at which an introspection ends, which its caller can't know when it begins.
public protocol IntrospectionClock: Sendable {
    /// The same clock as the `now` that callers pass.
    var now: MonotonicTime { get }
    /// Seconds since 1970-01-01T00:00:00Z.
    var wallSeconds: Int64 { get }
}
