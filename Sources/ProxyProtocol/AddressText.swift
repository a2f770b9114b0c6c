/// Addresses and numbers as text, in exactly one spelling where there could be several readings.
enum AddressText {
    /// A number in decimal without a sign and without leading zeros.
    static func decimal(_ text: [UInt8], upTo maximum: Int) -> Int? {
        guard (1...5).contains(text.count), text.count == 1 || text[0] != UInt8(ascii: "0") else { return nil }
        var value = 0
        for byte in text {
            let digit = Int(byte) - 0x30
            guard (0...9).contains(digit) else { return nil }
            value = value * 10 + digit
        }
        return value <= maximum ? value : nil
    }

    /// Four decimal numbers; leading zeros, which some take for octal, are refused.
    static func ipv4(_ text: [UInt8]) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let bytes = parts.compactMap { decimal(Array($0), upTo: 255).map(UInt8.init) }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    /// An address in the text form of RFC 4291 §2.2, without a zone.
    static func ipv6(_ text: [UInt8]) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        guard text.count <= 45 else { return nil }
        var head: [UInt8] = []
        var tail: [UInt8]?
        var rest = text[...]
        if rest.starts(with: [colon, colon]) {
            tail = []
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let group = rest.prefix { $0 != colon }
            let isLast = group.endIndex == rest.endIndex
            guard let bytes = isLast && group.contains(UInt8(ascii: ".")) ? ipv4(Array(group)) : hexGroup(group) else {
                return nil
            }
            if tail == nil { head += bytes } else { tail?.append(contentsOf: bytes) }
            guard !isLast else { break }
            rest = rest[(group.endIndex + 1)...]
            if rest.first == colon {
                guard tail == nil else { return nil }
                tail = []
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        guard let tail else { return head.count == 16 ? head : nil }
        // `::` stands for one group at least.
        let missing = 16 - head.count - tail.count
        return missing >= 2 ? head + [UInt8](repeating: 0, count: missing) + tail : nil
    }

    /// One to four hexadecimal digits.
    private static func hexGroup(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard (1...4).contains(text.count) else { return nil }
        var value = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | Int(byte - 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                value = value << 4 | Int((byte | 0x20) - 0x57)
            default: return nil
            }
        }
        return [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
}
