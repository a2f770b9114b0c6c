/// Reads a segment byte by byte with its percent-encodings decoded (RFC 3986 §2.1); a `%` that is not followed by two
/// hexadecimal digits stands for itself.
struct DecodingCursor {
    var index: Int
    let end: Int

    mutating func next(_ path: Span<UInt8>) -> UInt8? {
        guard index < end else { return nil }
        let byte = path[index]
        if byte == UInt8(ascii: "%"), index + 2 < end,
            let high = Self.digit(path[index + 1]), let low = Self.digit(path[index + 2])
        {
            index += 3
            return high << 4 | low
        }
        index += 1
        return byte
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
