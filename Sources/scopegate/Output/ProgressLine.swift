import Glibc

/// Shows on a terminal how far a long command has got; elsewhere it shows nothing.
final class ProgressLine {
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var shownAt = ContinuousClock.now
    private var hasShown = false

    init() {
        isShown = isatty(STDERR_FILENO) == 1
    }

    /// Says how many bytes have been read, of how many if that is known; a few times a second.
    func update(_ done: UInt64, of total: UInt64?) {
        guard isShown else { return }
        let now = ContinuousClock.now
        // Short commands show nothing.
        guard now - start > .seconds(1), now - shownAt > .milliseconds(200) else { return }
        let seconds = Double((now - start).components.seconds) + Double((now - start).components.attoseconds) * 1e-18
        let rate = Int(Double(done) / seconds / 1_000_000)
        let share = total.map { $0 > 0 ? " of \($0 / 1_000_000) MB" : "" } ?? ""
        show("\(done / 1_000_000) MB\(share), \(rate) MB/s", at: now)
    }

    /// Says what is done now, for a step that may take long and can't say how far it has got.
    func step(_ text: String) {
        if isShown { show("\(text) …", at: .now) }
    }

    /// Takes away what it shows.
    func clear() {
        if hasShown { StandardError.write(exactly: "\r\u{1B}[K") }
        hasShown = false
    }

    private func show(_ text: String, at now: ContinuousClock.Instant) {
        shownAt = now
        hasShown = true
        StandardError.write(exactly: "\r\u{1B}[K\(text)")
    }
}
