import NIOCore

/// Lets a line of a kind into the log at most once a second: a flood of requests must not become a flood of log lines.
struct LogThrottle {
    private struct Entry {
        var quietUntil = NIODeadline.uptimeNanoseconds(0)
        var unsaid = 0
    }

    private static let interval = TimeAmount.seconds(1)

    private var entries: [Entry]

    /// A throttle for so many kinds of lines.
    init(kinds: Int) {
        entries = [Entry](repeating: Entry(), count: kinds)
    }

    /// How many events of a kind a line that is written now stands for; nil when none is to be written.
    mutating func admit(_ kind: Int, now: NIODeadline) -> Int? {
        guard now >= entries[kind].quietUntil else {
            entries[kind].unsaid += 1
            return nil
        }
        defer { entries[kind] = Entry(quietUntil: now + Self.interval) }
        return entries[kind].unsaid + 1
    }
}
