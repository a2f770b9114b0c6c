/// The bound on interim responses (RFC 9110 §15.2), in bytes per second: however many come before the final one, a
/// backend that sends nothing else can't keep the gateway busy.
struct InterimAllowance: Equatable {
    /// How many bytes of interim heads may come within a second.
    static let bytesPerSecond = 64 << 10
    private static let second: UInt64 = 1_000_000_000

    private var begin: UInt64 = 0
    private var taken = 0

    /// Counts the head of an interim response.
    ///
    /// - Parameters:
    ///   - byteCount: Its length.
    ///   - now: A monotonic time in nanoseconds.
    /// - Returns: Whether it is within the bound.
    mutating func take(_ byteCount: Int, at now: UInt64) -> Bool {
        if taken == 0 || now >= begin + Self.second { (begin, taken) = (now, 0) }
        taken += byteCount
        return taken <= Self.bytesPerSecond
    }
}
