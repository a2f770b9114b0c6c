/// Writes the parts of the chunked coding that go around data (RFC 9112 §7.1).
///
/// A chunk is `sizeLine(count)`, `count` bytes of data, `dataEnd`; the body ends with `lastChunk`.
public enum ChunkedEncoder {
    /// The CRLF behind a chunk's data.
    public static let dataEnd: StaticString = "\r\n"
    /// The chunk of size 0 and the empty trailer section.
    public static let lastChunk: StaticString = "0\r\n\r\n"
    /// The chunk of size 0 alone: field lines with their CRLF and an empty line follow.
    public static let lastChunkBeforeTrailers: StaticString = "0\r\n"

    /// The line that announces `count` bytes of data. `count` must be positive: a chunk of size 0 would end the body.
    public static func sizeLine(_ count: Int) -> ChunkSizeLine {
        precondition(count > 0, "a chunk holds at least one byte")
        return ChunkSizeLine(UInt64(count))
    }
}

/// A chunk size in lower-case hexadecimal digits and CRLF, held inline.
public struct ChunkSizeLine: Sendable {
    private var storage = InlineArray<18, UInt8>(repeating: 0)
    /// The line's length in bytes, `3...18`.
    public let count: Int

    init(_ size: UInt64) {
        let digits = max(1, (64 - size.leadingZeroBitCount + 3) / 4)
        count = digits + 2
        for index in 0..<digits {
            let digit = UInt8(truncatingIfNeeded: size >> UInt64(4 * (digits - 1 - index))) & 0xF
            storage[index] = digit < 10 ? digit + ASCII.zero : digit - 10 + 0x61
        }
        storage[digits] = ASCII.carriageReturn
        storage[digits + 1] = ASCII.lineFeed
    }

    /// Calls `body` with the line's bytes.
    public func withSpan<R>(_ body: (Span<UInt8>) throws -> R) rethrows -> R {
        try body(storage.span.extracting(0..<count))
    }
}
