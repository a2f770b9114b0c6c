import CivilCalendar

/// Reads times as RFC 3339 §5.6 writes them: `2026-11-24T08:20:46Z`, `2026-11-24T09:20:46.25+01:00`.
enum RFC3339Time {
    /// To which second a fraction counts.
    enum Rounding {
        case down, up
    }

    /// The seconds since 1970, or nil when the text is no such time or lies before 1970.
    ///
    /// A leap second (`:60`) is refused: seconds since 1970 don't have it.
    static func seconds(_ text: [UInt8], rounding: Rounding) -> Int64? {
        var reader = Reader(text: text)
        guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2),
            reader.take("-"), let day = reader.number(digits: 2), reader.take("Tt"),
            let hour = reader.number(digits: 2), reader.take(":"), let minute = reader.number(digits: 2),
            reader.take(":"), let second = reader.number(digits: 2), let fraction = reader.fraction(),
            let offset = reader.offset(), reader.isAtEnd,
            let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60, second < 60
        else { return nil }
        let whole = date.daysSinceEpoch * 86_400 + (hour * 60 + minute - offset) * 60 + second
        let seconds = whole + (rounding == .up && fraction ? 1 : 0)
        return seconds >= 0 ? seconds : nil
    }

    private struct Reader {
        let text: [UInt8]
        var index = 0

        var isAtEnd: Bool { index == text.count }

        mutating func take(_ characters: String) -> Bool {
            guard index < text.count, characters.utf8.contains(text[index]) else { return false }
            index += 1
            return true
        }

        mutating func number(digits: Int) -> Int64? {
            guard index + digits <= text.count else { return nil }
            var value: Int64 = 0
            for _ in 0..<digits {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        private mutating func digit() -> Int64? {
            guard index < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else { return nil }
            defer { index += 1 }
            return Int64(text[index] - UInt8(ascii: "0"))
        }

        /// Whether there is a fraction of a second above zero; nil when it is malformed.
        mutating func fraction() -> Bool? {
            guard take(".") else { return false }
            guard var sum = digit() else { return nil }
            while let digit = digit() { sum |= digit }
            return sum > 0
        }

        /// Minutes ahead of UTC.
        mutating func offset() -> Int64? {
            if take("Zz") { return 0 }
            let isBehind = index < text.count && text[index] == UInt8(ascii: "-")
            guard take("+-"), let hours = number(digits: 2), take(":"), let minutes = number(digits: 2), hours < 24,
                minutes < 60
            else { return nil }
            return (isBehind ? -1 : 1) * (hours * 60 + minutes)
        }
    }
}
