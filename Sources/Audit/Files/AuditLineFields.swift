import Digests
import Glibc

/// The fields of a line that place it in the chain, found at the ends of the line, where the renderer puts them.
struct AuditLineFields {
    var sequence: UInt64?
    /// The digest of the line before.
    var previous: Digest256?
    /// Where the name of its event stands.
    var eventRange = 0..<0
    /// The line ends with a code.
    var isSigned = false

    init() {}

    /// Looks at a line without its line feed.
    init(_ line: UnsafeRawBufferPointer) {
        if Self.has(line, at: 0, "{\"time\":\""), Self.has(line, at: 36, "\",\"seq\":") {
            var index = 44
            sequence = Self.number(line, at: &index)
            if Self.has(line, at: index, ",\"event\":\"") { eventRange = Self.word(line, at: index + 10) }
        }
        var end = line.count
        if end > Self.tailLength, Self.has(line, at: end - 74, ",\"mac\":\"") {
            isSigned = true
            end -= 73
        }
        // `,"prev":"` and 64 digits and `"}`, or `",` before the code.
        if end >= Self.tailLength, Self.has(line, at: end - Self.tailLength, ",\"prev\":\"") {
            previous = Digest256(hex: line[(end - 66)..<(end - 2)])
        }
    }

    /// When the line's event was, in microseconds since 1970.
    static func time(of line: UnsafeRawBufferPointer) -> Int64? {
        has(line, at: 0, "{\"time\":\"") && line.count > 36 ? RFC3339.parse(line[9..<36]) : nil
    }

    /// How long `,"prev":"…"}` is.
    private static let tailLength = 75

    static func has(_ line: UnsafeRawBufferPointer, at offset: Int, _ text: StaticString) -> Bool {
        guard offset >= 0, offset + text.utf8CodeUnitCount <= line.count, let base = line.baseAddress else {
            return false
        }
        return memcmp(base + offset, text.utf8Start, text.utf8CodeUnitCount) == 0
    }

    /// Whether the line's event has a name.
    func isEvent(_ name: StaticString, in line: UnsafeRawBufferPointer) -> Bool {
        eventRange.count == name.utf8CodeUnitCount && Self.has(line, at: eventRange.lowerBound, name)
    }

    private static func number(_ line: UnsafeRawBufferPointer, at index: inout Int) -> UInt64? {
        var value: UInt64 = 0
        let start = index
        while index < line.count, index - start < 19, (0x30...0x39).contains(line[index]) {
            value = value * 10 + UInt64(line[index] - 0x30)
            index += 1
        }
        // One of more digits than any record's number has is none.
        let isCut = index < line.count && (0x30...0x39).contains(line[index])
        return index > start && !isCut ? value : nil
    }

    private static func word(_ line: UnsafeRawBufferPointer, at start: Int) -> Range<Int> {
        var end = start
        while end < line.count, end - start < 32, line[end] != UInt8(ascii: "\"") { end += 1 }
        return start..<end
    }
}
