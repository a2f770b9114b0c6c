import HTTP1

/// Copies the field lines that are to be kept, byte for byte, in as few copies as there are runs of them. Only the
/// white space around a value, which is no part of it, isn't copied.
struct FieldRuns {
    private var start: Int?

    /// Takes the next field in order.
    @inline(__always)
    mutating func keep(_ field: FieldLine, _ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        let lineStart = Int(field.nameRange.start)
        if field.isTidy {
            if start == nil { start = lineStart }
        } else {
            drop(lineStart: lineStart, bytes, to: &cursor)
            cursor.append(field: field.nameRange, field.valueRange, bytes)
        }
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

extension ByteCursor {
    /// Appends a field line of this name and value, without white space at the end.
    mutating func append(field name: ByteRange, _ value: ByteRange, _ bytes: Span<UInt8>) {
        append(bytes, name)
        append(value.isEmpty ? ":" : ": ")
        append(bytes, value)
        append("\r\n")
    }
}
