import Audit

/// Times as the common log format has them: `10/Oct/2000:13:55:36 +0000`.
enum CommonLogTime {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Appends a time in microseconds since 1970, in UTC.
    static func append(microseconds: Int64, to text: inout [UInt8]) {
        // 2026-01-31T23:59:59.000001Z
        var time: [UInt8] = []
        RFC3339.append(microseconds: microseconds, to: &time)
        let month = Int(time[5] - 0x30) * 10 + Int(time[6] - 0x30)
        text += time[8..<10]
        text += "/\(months[(month - 1) % 12])/".utf8
        text += time[0..<4]
        text.append(UInt8(ascii: ":"))
        text += time[11..<19]
        text += " +0000".utf8
    }
}
