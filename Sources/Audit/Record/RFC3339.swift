import CivilCalendar

/// Times as RFC 3339 §5.6 writes them, in UTC with microseconds: `2026-01-31T23:59:59.000001Z`, always 27 bytes.
package enum RFC3339 {
    /// Appends a time in microseconds since 1970, moved into the years 0 to 9999 if it lies outside.
    package static func append(microseconds: Int64, to line: inout [UInt8]) {
        line.write(room: length) { append(microseconds: microseconds, to: &$0) }
    }

    /// How many bytes a time has.
    static let length = 27

    /// Appends a time in microseconds since 1970, moved into the years 0 to 9999 if it lies outside.
    static func append(microseconds: Int64, to line: inout ByteCursor) {
        let time = min(max(microseconds, earliest), latest)
        let (seconds, fraction) = floorDivide(time, 1_000_000)
        let (days, secondOfDay) = floorDivide(seconds, 86_400)
        let date = CivilDate(daysSinceEpoch: days).components
        // Pairs of digits: dividing by a constant is a multiplication.
        append(pair: date.year / 100, to: &line)
        append(pair: date.year % 100, to: &line)
        line.append(UInt8(ascii: "-"))
        append(pair: date.month, to: &line)
        line.append(UInt8(ascii: "-"))
        append(pair: date.day, to: &line)
        line.append(UInt8(ascii: "T"))
        append(pair: secondOfDay / 3600, to: &line)
        line.append(UInt8(ascii: ":"))
        append(pair: secondOfDay / 60 % 60, to: &line)
        line.append(UInt8(ascii: ":"))
        append(pair: secondOfDay % 60, to: &line)
        line.append(UInt8(ascii: "."))
        append(pair: fraction / 10_000, to: &line)
        append(pair: fraction / 100 % 100, to: &line)
        append(pair: fraction % 100, to: &line)
        line.append(UInt8(ascii: "Z"))
    }

    /// The microseconds since 1970 of a text as ``append(microseconds:to:)`` writes it; nil for any other text.
    static func parse(_ text: some RandomAccessCollection<UInt8>) -> Int64? {
        guard text.count == length else { return nil }
        var numbers: [Int64] = [0]
        for (byte, mark) in zip(text, "dddd-dd-ddTdd:dd:dd.ddddddZ".utf8) {
            if mark == UInt8(ascii: "d") {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int64(byte - UInt8(ascii: "0"))
            } else {
                guard byte == mark else { return nil }
                numbers.append(0)
            }
        }
        guard let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]), numbers[3] < 24,
            numbers[4] < 60, numbers[5] < 60
        else { return nil }
        let seconds = numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
        return (date.daysSinceEpoch * 86_400 + seconds) * 1_000_000 + numbers[6]
    }

    /// 0000-01-01T00:00:00.000000Z
    static let earliest: Int64 = -62_167_219_200_000_000
    /// 9999-12-31T23:59:59.999999Z
    static let latest: Int64 = 253_402_300_799_999_999

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// Appends the two digits of a number from 0 to 99.
    @inline(__always)
    private static func append(pair value: Int64, to line: inout ByteCursor) {
        line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
        line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }
}
