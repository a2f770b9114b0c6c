import Glibc

/// Writes much to standard output in large pieces, and notices when nobody reads it any more.
struct StandardOutput {
    private var buffer: [UInt8] = []
    /// The reader is gone, as `head` is when it has had enough.
    private(set) var isClosed = false

    private static let pieceLength = 64 << 10

    mutating func write(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.pieceLength { flush() }
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.pieceLength { flush() }
    }

    mutating func flush() {
        var rest = buffer[...]
        while !rest.isEmpty, !isClosed {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { isClosed = true } else { rest = rest.dropFirst(count) }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Whether a person looks at it, and wants colours.
    static let isColoured = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
}

/// Shows on a terminal how far a long command has got.
final class ProgressLine {
    private let isShown = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private var shownAt = ContinuousClock.now
    private var hasShown = false

    func update(_ done: UInt64, of total: UInt64?) {
        guard isShown else { return }
        let now = ContinuousClock.now
        // Short commands show nothing.
        guard now - start > .seconds(1), now - shownAt > .milliseconds(200) else { return }
        shownAt = now
        hasShown = true
        let seconds = Double((now - start).components.seconds) + Double((now - start).components.attoseconds) * 1e-18
        let rate = Int(Double(done) / seconds / 1_000_000)
        let share = total.map { $0 > 0 ? " of \($0 / 1_000_000) MB" : "" } ?? ""
        FileDescriptorText.write("\r\u{1B}[K\(done / 1_000_000) MB\(share), \(rate) MB/s", to: STDERR_FILENO)
    }

    func clear() {
        if hasShown { FileDescriptorText.write("\r\u{1B}[K", to: STDERR_FILENO) }
    }
}

private enum FileDescriptorText {
    static func write(_ text: String, to descriptor: Int32) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
