import Glibc

/// What a test waited for did not happen.
struct WaitTimeout: Error, CustomStringConvertible {
    let description: String
}

/// Seconds on the monotonic clock.
func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Waits until something is there, looking every few milliseconds.
func waitFor<Value>(
    _ what: String,
    within seconds: Double = 10,
    _ look: () throws -> Value?
) throws -> Value {
    let deadline = monotonicSeconds() + seconds
    while true {
        if let value = try look() { return value }
        guard monotonicSeconds() < deadline else { throw WaitTimeout(description: "not within \(seconds) s: \(what)") }
        usleep(2000)
    }
}

/// Waits until a condition holds.
func waitUntil(_ what: String, within seconds: Double = 10, _ condition: () throws -> Bool) throws {
    try waitFor(what, within: seconds) { try condition() ? () : nil }
}
