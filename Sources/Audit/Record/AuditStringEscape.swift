/// JSON strings (RFC 8259 §7) from bytes that may be anything, so that a line can be shown on a terminal and searched.
///
/// Control characters, and those that reorder or break the text around them, become `\u` escapes. A byte that isn't
/// part of well-formed UTF-8 becomes the four characters `\xNN`; a backslash of the text becomes two, so that the two
/// can't be mixed up: a reader gets the exact bytes back by resolving `\xNN` and `\\` in the string's value.
package enum AuditStringEscape {
    /// Appends the string with its quotes.
    package static func append(_ bytes: [UInt8], to line: inout [UInt8]) {
        append(bytes.span, to: &line)
    }

    /// Appends the string with its quotes.
    static func append(_ bytes: Span<UInt8>, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        appendRest(bytes, to: &line)
    }

    /// Appends the rest of a string that has begun, with its last quote.
    static func appendRest(_ bytes: Span<UInt8>, to line: inout [UInt8]) {
        var index = 0
        while index < bytes.count {
            let length = plainLength(of: bytes.extracting(index...))
            if length > 0 {
                let plain = bytes.extracting(index..<index + length)
                line.write(room: length) { $0.append(plain) }
                index += length
            } else if bytes[index] < 0x80 {
                append(ascii: bytes[index], to: &line)
                index += 1
            } else {
                index += append(character: bytes.extracting(index..<min(index + 4, bytes.count)), to: &line)
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    /// How many bytes a text begins with that stand for themselves.
    static func plainLength(of text: Span<UInt8>) -> Int {
        text.withUnsafeBytes { memory in
            var index = 0
            while memory.count - index >= 8 {
                let word = UInt64(littleEndian: memory.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let marks = marks(ofEscaped: word)
                if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
                index += 8
            }
            while index < memory.count, isPlain(memory[index]) { index += 1 }
            return index
        }
    }

    /// Marks by its highest bit the first of eight bytes that doesn't stand for itself; those behind it may be marked
    /// wrongly.
    @inline(__always)
    private static func marks(ofEscaped word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        @inline(__always) func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        let controls = (word &- ones &* 0x20) & ~word
        let quotes = zeros(word ^ ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = zeros(word ^ ones &* UInt64(UInt8(ascii: "\\")))
        let deletes = zeros(word ^ ones &* 0x7F)
        return (controls | quotes | backslashes | deletes | word) & (ones &* 0x80)
    }

    /// Whether a byte stands for itself, whatever is beside it.
    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte &- 0x20 < 0x5F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Appends the character that bytes outside of ASCII begin with, or the first of them if there is none. Returns how
    /// many bytes it has.
    private static func append(character bytes: Span<UInt8>, to line: inout [UInt8]) -> Int {
        let parsed = bytes.withUnsafeBufferPointer { pointer in
            var parser = Unicode.UTF8.ForwardParser()
            var rest = pointer.makeIterator()
            return parser.parseScalar(from: &rest)
        }
        switch parsed {
        case .valid(let encoded):
            let scalar = Unicode.UTF8.decode(encoded)
            if isMisleading(scalar.value) {
                append(unit: UInt16(truncatingIfNeeded: scalar.value), to: &line)
            } else {
                line.append(contentsOf: encoded)
            }
            return encoded.count
        case .error, .emptyInput:
            line.append(contentsOf: "\\\\x".utf8)
            line.append(hexDigit(bytes[0] >> 4))
            line.append(hexDigit(bytes[0] & 0xF))
            return 1
        }
    }

    private static func append(ascii byte: UInt8, to line: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): line.append(contentsOf: "\\\"".utf8)
        case UInt8(ascii: "\\"): line.append(contentsOf: "\\\\\\\\".utf8)
        default: append(unit: UInt16(byte), to: &line)
        }
    }

    /// C1 controls, marks and overrides of direction, line and paragraph separators, the byte order mark: all below
    /// U+10000.
    private static func isMisleading(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x80...0x9F, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// Whether a scalar is written as an escape though JSON would not ask for it, or is a control character.
    static func isControl(_ scalar: UInt32) -> Bool {
        scalar < 0x20 || scalar == 0x7F || isMisleading(scalar)
    }

    private static func append(unit: UInt16, to line: inout [UInt8]) {
        line.append(contentsOf: "\\u".utf8)
        for shift in [12, 8, 4, 0] {
            line.append(hexDigit(UInt8(truncatingIfNeeded: unit >> shift) & 0xF))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
