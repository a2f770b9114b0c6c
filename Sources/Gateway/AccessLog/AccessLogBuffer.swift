/// The entries of one event loop that are yet to be handed to the log, so that its lock is taken once for many.
/// Loop-bound.
struct AccessLogBuffer {
    private let log: AccessLog
    private var entries: [AccessLogEntry] = []
    private var count = 0

    private static let batch = 128

    init(_ log: AccessLog) {
        self.log = log
    }

    /// Whether the request that begins now is among those that are logged.
    mutating func samples() -> Bool {
        count &+= 1
        guard count >= log.sample else { return false }
        count = 0
        return true
    }

    mutating func append(_ entry: AccessLogEntry) {
        guard log.admit(entry) else { return }
        entries.append(entry)
        if entries.count >= Self.batch { flush() }
    }

    /// Hands over what is there.
    mutating func flush() {
        guard !entries.isEmpty else { return }
        log.append(entries)
        entries.removeAll(keepingCapacity: true)
    }
}
