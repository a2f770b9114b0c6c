import HTTP1

/// Copies the field lines that are to be kept, byte for byte, in as few copies as there are runs of them.
struct FieldRuns {
    private var start: Int?

    /// Takes the next field in order; `lineStart` is where its name begins.
    @inline(__always)
    mutating func keep(lineStart: Int) {
        if start == nil { start = lineStart }
    }

    /// Leaves the next field out; what was kept before it, which ends where its line begins, is copied.
    @inline(__always)
    mutating func drop(lineStart: Int, _ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        guard let from = start else { return }
        start = nil
        cursor.append(bytes, ByteRange(from, lineStart))
    }

    /// Copies what is left, up to the empty line that ends the head.
    @inline(__always)
    mutating func finish(headEnd: Int, _ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        drop(lineStart: headEnd - 2, bytes, to: &cursor)
    }
}

/// What the Connection fields of a message name (RFC 9110 §7.6.1).
struct ConnectionNominations {
    private var fields: [ByteRange] = []

    /// Whether nothing is named that a proxy must look for.
    var isEmpty: Bool { fields.isEmpty }

    init(_ lines: [FieldLine], in bytes: Span<UInt8>) {
        for line in lines where line.name == .connection && !ConnectionOptions.isPlain(bytes, line.valueRange) {
            var options = ConnectionOptions(line.valueRange)
            while let option = options.next(in: bytes) {
                // close and keep-alive name no field that isn't dropped anyway.
                if ConnectionOptions.isPlain(bytes, option) { continue }
                fields.append(line.valueRange)
                break
            }
        }
    }

    func names(_ line: FieldLine, in bytes: Span<UInt8>) -> Bool {
        let name = bytes.extracting(line.nameRange.range)
        return fields.contains { ConnectionOptions.contains(name, in: bytes, $0) }
    }
}
