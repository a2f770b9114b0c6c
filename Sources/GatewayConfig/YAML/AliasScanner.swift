/// Finds aliases before YAML is parsed: composing a document follows them, and a few lines of aliases of aliases
/// stand for more than fits in memory.
enum AliasScanner {
    /// The offset of the first `*name` for which there is an `&name` anywhere; an alias without an anchor is an error
    /// of the parser's. What looks like both in text that is neither is refused too, which costs nobody anything.
    static func firstAlias(in bytes: [UInt8]) -> Int? {
        var anchors: Set<ArraySlice<UInt8>> = []
        for index in bytes.indices where bytes[index] == UInt8(ascii: "&") {
            anchors.insert(name(in: bytes, at: index + 1))
        }
        anchors.remove([])
        guard !anchors.isEmpty else { return nil }
        return bytes.indices.first { index in
            bytes[index] == UInt8(ascii: "*") && anchors.contains(name(in: bytes, at: index + 1))
        }
    }

    /// What libyaml takes for the name of an anchor.
    private static func name(in bytes: [UInt8], at start: Int) -> ArraySlice<UInt8> {
        bytes[start...].prefix { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
