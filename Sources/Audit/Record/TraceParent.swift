/// The `traceparent` field (W3C Trace Context, level 2, §3.2).
public enum TraceParent {
    /// Where the trace id, 32 lower-case hexadecimal digits, stands in a well-formed field value; nil for any other.
    public static func traceID(in value: Span<UInt8>) -> Range<Int>? {
        guard value.count >= length, value[2] == dash, value[35] == dash, value[52] == dash,
            isHex(value, version), isHex(value, traceID), isHex(value, parentID), isHex(value, flags),
            !(value[0] == UInt8(ascii: "f") && value[1] == UInt8(ascii: "f")),
            // Version 00 has four parts; later ones may have more.
            value.count == length || (value[length] == dash && !isZero(value, version)),
            !isZero(value, traceID), !isZero(value, parentID)
        else { return nil }
        return traceID
    }

    private static let version = 0..<2
    private static let traceID = 3..<35
    private static let parentID = 36..<52
    private static let flags = 53..<55
    private static let length = 55
    private static let dash = UInt8(ascii: "-")

    private static func isHex(_ value: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range {
            switch value[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): continue
            default: return false
            }
        }
        return true
    }

    private static func isZero(_ value: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where value[index] != UInt8(ascii: "0") { return false }
        return true
    }
}
