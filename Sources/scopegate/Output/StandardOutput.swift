@preconcurrency import Glibc

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
            if count < 0, errno != EPIPE { Self.fail(errno) }
            if count <= 0 { isClosed = true } else { rest = rest.dropFirst(count) }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Ends the process with a status once all that was printed is written: an answer that was cut off, as by a full
    /// disk, must not pass for a whole one. A reader that has gone has seen what it wanted.
    static func end(_ status: Int32) -> Never {
        let code = fflush(stdout) == 0 ? 0 : errno
        var polled = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        let isReaderGone = poll(&polled, 1, 0) > 0 && polled.revents & Int16(POLLERR) != 0
        if ferror(stdout) != 0 || code != 0, code != EPIPE, !isReaderGone { fail(code) }
        Glibc.exit(status)
    }

    private static func fail(_ code: Int32) -> Never {
        let reason = code == 0 ? "an error" : String(cString: strerror(code))
        StandardError.write("error: not all could be written to standard output: \(reason)")
        Glibc.exit(ExitStatus.badInput.rawValue)
    }

    /// Whether a person looks at it, and wants colours.
    static let isColoured = isatty(STDOUT_FILENO) == 1 && Environment.variables["NO_COLOR"] == nil
}
