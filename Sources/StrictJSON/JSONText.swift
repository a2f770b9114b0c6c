/// Where the content of a string lies in a JSON text, between its quotes. ``JSONReader`` has checked it.
public struct JSONText: Hashable, Sendable {
    /// The offsets of the content, escapes and all, without the quotes.
    public let range: Range<Int>
    /// Whether it holds a backslash, so that its bytes differ from its meaning.
    public let hasEscapes: Bool

    /// The UTF-8 bytes that the string means. `bytes` is the text that the reader was given.
    public func decoded(in bytes: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            guard let escape = JSONEscape(in: bytes, at: index, before: range.upperBound) else { break }
            result.append(contentsOf: escape.scalar.utf8)
            index += escape.length
        }
        return result
    }
}

/// One escape sequence of a string (RFC 8259 §7). A surrogate pair of two `\u` escapes is one.
struct JSONEscape {
    let scalar: Unicode.Scalar
    /// The bytes that it takes, from its backslash on.
    let length: Int

    /// Reads the escape whose backslash is at `index`; fails on a malformed one and on half of a surrogate pair.
    init?(in bytes: Span<UInt8>, at index: Int, before end: Int) {
        guard index + 1 < end else { return nil }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""): self.init(scalar: "\"", length: 2)
        case UInt8(ascii: "\\"): self.init(scalar: "\\", length: 2)
        case UInt8(ascii: "/"): self.init(scalar: "/", length: 2)
        case UInt8(ascii: "b"): self.init(scalar: "\u{8}", length: 2)
        case UInt8(ascii: "f"): self.init(scalar: "\u{C}", length: 2)
        case UInt8(ascii: "n"): self.init(scalar: "\n", length: 2)
        case UInt8(ascii: "r"): self.init(scalar: "\r", length: 2)
        case UInt8(ascii: "t"): self.init(scalar: "\t", length: 2)
        case UInt8(ascii: "u"):
            guard let unit = Self.codeUnit(in: bytes, at: index, before: end) else { return nil }
            if let scalar = Unicode.Scalar(unit) {
                self.init(scalar: scalar, length: 6)
                return
            }
            guard unit < 0xDC00, let low = Self.codeUnit(in: bytes, at: index + 6, before: end),
                (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
            else { return nil }
            self.init(scalar: scalar, length: 12)
        default: return nil
        }
    }

    private init(scalar: Unicode.Scalar, length: Int) {
        self.scalar = scalar
        self.length = length
    }

    /// The code unit of the `\uXXXX` at `index`, which may be half of a surrogate pair.
    static func codeUnit(in bytes: Span<UInt8>, at index: Int, before end: Int) -> UInt16? {
        guard index + 6 <= end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt16 = 0
        for offset in (index + 2)..<(index + 6) {
            let byte = bytes[offset]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
