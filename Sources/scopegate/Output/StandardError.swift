import Glibc

/// The stream for people and logs; results go to standard output.
enum StandardError {
    /// Writes lines; the last one is ended if it isn't.
    static func write(_ text: String) {
        write(exactly: text.hasSuffix("\n") ? text : text + "\n")
    }

    /// Writes a text as it is.
    static func write(exactly text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
