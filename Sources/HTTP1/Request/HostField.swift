/// The grammar of a Host field value or an authority: `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2).
///
/// It is narrower than the RFC where that has no use but to confuse: a registered name is made of unreserved
/// characters (no sub-delims, no percent-encoding), an IP literal is an IPv6 address without a zone, and a port, when
/// its colon is there, is 1 to 5 digits up to 65535.
public enum HostField {
    /// Whether `bytes` are such a value.
    public static func isValid(_ bytes: Span<UInt8>) -> Bool {
        isValid(bytes, ByteRange(0, bytes.count))
    }

    /// How long the host at the beginning of a valid value is, without a port.
    public static func hostLength(_ value: Span<UInt8>) -> Int {
        var end = value.count
        while end > 0, ASCII.isDigit(value[end - 1]) { end -= 1 }
        // A colon within an IPv6 address has the closing bracket behind it.
        return end > 0 && value[end - 1] == ASCII.colon ? end - 1 : value.count
    }

    static func isValid(_ bytes: Span<UInt8>, _ value: ByteRange) -> Bool {
        var index = Int(value.start)
        let end = Int(value.end)
        guard index < end else { return false }
        if bytes[index] == ASCII.openBracket {
            index += 1
            guard skipAddress(bytes, &index, end) else { return false }
        } else {
            let start = index
            while index < end, ByteSet.unreserved.contains(bytes[index]) { index += 1 }
            guard index > start else { return false }
        }
        return index == end || isPort(bytes, index, end)
    }

    /// Moves `index` past the characters of an IPv6 address and its closing bracket.
    private static func skipAddress(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        let start = index
        var colons = 0
        while index < end, bytes[index] != ASCII.closeBracket {
            let byte = bytes[index]
            guard byte == ASCII.colon || byte == ASCII.dot || ASCII.hexValue(byte) != nil else { return false }
            if byte == ASCII.colon { colons += 1 }
            index += 1
        }
        // The longest form is ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255.
        guard index < end, 2...8 ~= colons, 2...45 ~= index - start else { return false }
        index += 1
        return true
    }

    private static func isPort(_ bytes: Span<UInt8>, _ colon: Int, _ end: Int) -> Bool {
        guard bytes[colon] == ASCII.colon, 1...5 ~= end - colon - 1 else { return false }
        var port = 0
        for index in colon + 1..<end {
            guard ASCII.isDigit(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] - ASCII.zero)
        }
        return port <= 65535
    }
}
