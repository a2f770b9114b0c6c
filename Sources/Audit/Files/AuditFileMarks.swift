/// What programs that take a log for a text of their own put into it: a byte order mark before the first line, and
/// carriage returns at the ends of lines. The records are what is between.
enum AuditFileMarks {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Whether a file's first line begins with a byte order mark.
    static func hasByteOrderMark(_ line: UnsafeRawBufferPointer) -> Bool { line.starts(with: byteOrderMark) }

    /// Whether a line without its line feed ends with a carriage return.
    static func hasCarriageReturn(_ line: UnsafeRawBufferPointer) -> Bool { line.last == 0x0D }

    /// A line without both.
    static func without(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = hasByteOrderMark(line) ? byteOrderMark.count : 0
        let end = hasCarriageReturn(line) ? line.count - 1 : line.count
        return start == 0 && end == line.count ? line : UnsafeRawBufferPointer(rebasing: line[start..<max(start, end)])
    }
}
