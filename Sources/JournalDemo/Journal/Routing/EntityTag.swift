/// Entity tags of response bodies (RFC 9110 §8.8.3).
enum EntityTag {
    /// A strong tag: the 64-bit FNV-1a hash of the body. It tells versions apart; it is no defence against forgery.
    static func tag(of body: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return "\"\(String(hash, radix: 16))\""
    }

    /// Whether an If-None-Match field names the tag, by weak comparison (RFC 9110 §8.8.3.2, §13.1.2).
    static func matches(_ fieldValue: String, _ tag: String) -> Bool {
        fieldValue.split(separator: ",").contains { listed in
            let trimmed = listed.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined()
            return trimmed == "*" || trimmed == tag || trimmed == "W/" + tag
        }
    }
}
