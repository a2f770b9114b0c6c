/// Base64 with padding (RFC 4648 §4).
enum Base64 {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// The text of some bytes: four characters for every three of them, and for what is left at the end.
    static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        alphabet.withUTF8Buffer { digits in
            var index = 0
            while index < bytes.count {
                let count = min(3, bytes.count - index)
                var group: UInt32 = 0
                for offset in 0..<3 { group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0) }
                for position in 0..<4 {
                    let digit = Int(group >> UInt32(18 - 6 * position) & 0x3F)
                    text.append(position <= count ? digits[digit] : UInt8(ascii: "="))
                }
                index += count
            }
        }
        return text
    }
}
