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
    static let isColoured = isatty(STDOUT_FILENO) == 1 && Environment.variables["NO_COLOR"] == nil
}
