/// Finds the ends of strings, numbers and literals in a JSON text, checking every byte of them (RFC 8259 §3, §6, §7).
enum JSONScanner {
    /// Reads the string whose opening quote is at `start`.
    static func string(in bytes: Span<UInt8>, at start: Int) throws(JSONError) -> JSONText {
        var index = start + 1
        var hasEscapes = false
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                return JSONText(range: (start + 1)..<index, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                guard let escape = JSONEscape(in: bytes, at: index, before: bytes.count) else {
                    throw escapeError(in: bytes, at: index)
                }
                index += escape.length
            case 0..<0x20:
                throw JSONError(.controlCharacter, at: index)
            case 0x20..<0x80:
                index += 1
            default:
                guard let length = UTF8Sequence.length(in: bytes, at: index) else {
                    throw JSONError(.invalidUTF8, at: index)
                }
                index += length
            }
        }
        throw JSONError(.unexpectedEnd, at: bytes.count)
    }

    private static func escapeError(in bytes: Span<UInt8>, at index: Int) -> JSONError {
        if let unit = JSONEscape.codeUnit(in: bytes, at: index, before: bytes.count), UTF16.isSurrogate(unit) {
            return JSONError(.loneSurrogate, at: index)
        }
        return JSONError(.invalidEscape, at: index)
    }

    /// The offsets of the number that begins at `start`.
    static func number(in bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Range<Int> {
        var index = start
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") {
            index += 1
        }
        let integer = index
        try digits(in: bytes, from: &index)
        if bytes[integer] == UInt8(ascii: "0"), index - integer > 1 {
            throw JSONError(.invalidNumber, at: integer)
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            try digits(in: bytes, from: &index)
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            try digits(in: bytes, from: &index)
        }
        return start..<index
    }

    /// Skips one or more digits.
    private static func digits(in bytes: Span<UInt8>, from index: inout Int) throws(JSONError) {
        let start = index
        while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) {
            index += 1
        }
        if index == start {
            throw JSONError(index == bytes.count ? .unexpectedEnd : .invalidNumber, at: index)
        }
    }

    /// Checks that `literal` stands at `start`, and gives the offset after it.
    static func literal(_ literal: StaticString, in bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
        var index = start
        for byte in literal.description.utf8 {
            guard index < bytes.count else { throw JSONError(.unexpectedEnd, at: index) }
            guard bytes[index] == byte else { throw JSONError(.unexpectedByte, at: index) }
            index += 1
        }
        return index
    }
}

/// The well-formed multi-byte sequences of UTF-8 (RFC 3629 §4).
enum UTF8Sequence {
    /// The length, 2 to 4, of the sequence whose first byte is at `index`; nil when it is malformed.
    static func length(in bytes: Span<UInt8>, at index: Int) -> Int? {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch bytes[index] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: length = 3
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return nil }
        for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 {
            return nil
        }
        return length
    }
}
