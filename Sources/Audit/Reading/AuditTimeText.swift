import CivilCalendar

/// Times as people write them, in UTC.
public enum AuditTimeText {
    /// What is understood, for help texts.
    public static let forms =
        "2h, 30m, 7d (ago), now, today, yesterday, 2026-11-24, 2026-11-24T08:30, 2026-11-24T08:30:00Z, "
        + "2026-11-24T09:30:00+01:00, @1795000000"

    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// The time that a text means, in microseconds since 1970; nil when it means none.
    ///
    /// - Parameter now: The time now.
    public static func parse(_ text: String, now: Int64) -> Int64? {
        let words = text.lowercased().split(separator: " ").map(String.init)
        let today = now - modulo(now, microsecondsPerDay)
        switch words {
        case ["now"]: return now
        case ["today"]: return today
        case ["yesterday"]: return today - microsecondsPerDay
        case let words where words.count == 2 && words[1] == "ago": return span(words[0]).map { now - $0 }
        case let words where words.count == 3 && words[2] == "ago":
            return span(words[0] + words[1]).map { now - $0 }
        default: break
        }
        if let span = span(text.lowercased()) { return now - span }
        if text.hasPrefix("@") {
            guard let seconds = Int64(text.dropFirst()), case let (value, false) = multiply(seconds, 1_000_000) else {
                return nil
            }
            return value
        }
        return date(Array(text.utf8))
    }

    private static func multiply(_ value: Int64, _ factor: Int64) -> (Int64, Bool) {
        let (result, isTooLarge) = value.multipliedReportingOverflow(by: factor)
        return (result, isTooLarge)
    }

    private static func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }

    /// `2h` in microseconds, at most a thousand years.
    private static func span(_ text: String) -> Int64? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let count = Int64(digits), count < 1_000_000_000 else { return nil }
        let seconds: Int64? =
            switch text[digits.endIndex...] {
            case "s", "sec", "second", "seconds": 1
            case "m", "min", "minute", "minutes": 60
            case "h", "hour", "hours": 3600
            case "d", "day", "days": 86_400
            case "w", "week", "weeks": 604_800
            default: nil
            }
        guard let seconds else { return nil }
        return min(count * seconds, 365_000 * 86_400) * 1_000_000
    }

    /// RFC 3339 §5.6, from the date alone to fractions of a second; without an offset it is UTC.
    private static func date(_ text: [UInt8]) -> Int64? {
        var rest = text[...]
        func number(_ digits: Int) -> Int64? {
            guard rest.count >= digits, rest.prefix(digits).allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            defer { rest = rest.dropFirst(digits) }
            return rest.prefix(digits).reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        func take(_ bytes: String) -> Bool {
            guard let byte = rest.first, bytes.utf8.contains(byte) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        var time = date.daysSinceEpoch * microsecondsPerDay
        if rest.isEmpty { return time }
        guard take("Tt "), let hour = number(2), take(":"), let minute = number(2), hour < 24, minute < 60 else {
            return nil
        }
        time += (hour * 3600 + minute * 60) * 1_000_000
        if take(":") {
            guard let second = number(2), second <= 60 else { return nil }
            time += second * 1_000_000
            if take(".") {
                let fraction = rest.prefix { (0x30...0x39).contains($0) }
                guard !fraction.isEmpty, fraction.count <= 9 else { return nil }
                var scale: Int64 = 100_000
                for digit in fraction.prefix(6) {
                    time += Int64(digit - 0x30) * scale
                    scale /= 10
                }
                rest = rest.dropFirst(fraction.count)
            }
        }
        if rest.isEmpty || take("Zz") { return rest.isEmpty ? time : nil }
        let isWest = rest.first == UInt8(ascii: "-")
        guard take("+-"), let hours = number(2), take(":"), let minutes = number(2), rest.isEmpty, hours < 24,
            minutes < 60
        else { return nil }
        let offset = (hours * 3600 + minutes * 60) * 1_000_000
        return isWest ? time + offset : time - offset
    }
}
