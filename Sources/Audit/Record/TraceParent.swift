/// The `traceparent` field (W3C Trace Context, level 2, §3.2).
public enum TraceParent {
    /// The trace id, 32 lower-case hexadecimal digits, of a well-formed field value; nil for any other.
    public static func traceID(of value: [UInt8]) -> [UInt8]? {
        let parts = value.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[1].count == 32, parts[2].count == 16, parts[3].count == 2,
            parts.prefix(4).allSatisfy({ $0.allSatisfy(isHexDigit) }),
            !parts[0].elementsEqual("ff".utf8),
            // Version 00 has four parts; later ones may have more.
            parts.count == 4 || !parts[0].elementsEqual("00".utf8),
            parts[1].contains(where: { $0 != UInt8(ascii: "0") }),
            parts[2].contains(where: { $0 != UInt8(ascii: "0") })
        else { return nil }
        return Array(parts[1])
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
