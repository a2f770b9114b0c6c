import CivilCalendar

/// Times as people write them; without a zone they are UTC.
public enum AuditTimeText {
    /// What is understood, for help texts.
    public static let forms =
        "2h, 30m, 7d (ago), now, today, yesterday, 08:30 (the last time that it was), 2026-11-24, 2026-11-24T08:30, "
        + "2026-11-24T09:30:00+01:00, @1795000000. Without a zone times are UTC"

    private static let microsecondsPerDay: Int64 = 86_400_000_000
    /// The times that a log can have.
    private static let range = RFC3339.earliest...RFC3339.latest

    /// The time that a text means, in microseconds since 1970 and from the year 0 to 9999; nil when it means none.
    ///
    /// - Parameter now: The time now.
    public static func parse(_ text: String, now: Int64) -> Int64? {
        let now = min(max(now, range.lowerBound), range.upperBound)
        guard let time = time(text, now: now), range.contains(time) else { return nil }
        return time
    }

    private static func time(_ text: String, now: Int64) -> Int64? {
        let words = text.lowercased().split(separator: " ").map(String.init)
        let today = startOfDay(now)
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
            guard let seconds = Int64(text.dropFirst()),
                case let (value, false) = seconds.multipliedReportingOverflow(by: 1_000_000)
            else { return nil }
            return value
        }
        if let time = date(text) { return time }
        if let first = words.first, ["today", "yesterday"].contains(first) {
            let day = first == "today" ? today : today - microsecondsPerDay
            return timeOfDay(words.dropFirst().joined(separator: " ")).map { day + $0 }
        }
        guard let time = timeOfDay(text) else { return nil }
        // The zone may have moved it into another day.
        let latest = today + modulo(time)
        return latest <= now ? latest : latest - microsecondsPerDay
    }

    private static func startOfDay(_ time: Int64) -> Int64 { time - modulo(time) }

    /// What of a time is behind the start of its day.
    private static func modulo(_ value: Int64) -> Int64 {
        let rest = value % microsecondsPerDay
        return rest < 0 ? rest + microsecondsPerDay : rest
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

    /// RFC 3339 §5.6, from the date alone to fractions of a second.
    private static func date(_ text: String) -> Int64? {
        var scanner = Scanner(text)
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
            let day = scanner.number(2), let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let start = date.daysSinceEpoch * microsecondsPerDay
        if scanner.isAtEnd { return start }
        guard scanner.take("Tt "), let time = timeOfDay(&scanner) else { return nil }
        return start + time
    }

    /// `08:30`, with seconds, fractions of them and a zone or without, in microseconds since midnight of UTC.
    private static func timeOfDay(_ text: String) -> Int64? {
        var scanner = Scanner(text)
        return timeOfDay(&scanner)
    }

    private static func timeOfDay(_ scanner: inout Scanner) -> Int64? {
        guard let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2), hour < 24, minute < 60
        else { return nil }
        var time = (hour * 3600 + minute * 60) * 1_000_000
        if scanner.take(":") {
            guard let second = scanner.number(2), second <= 60 else { return nil }
            time += second * 1_000_000
            if scanner.take(".") {
                guard let fraction = scanner.fraction() else { return nil }
                time += fraction
            }
        }
        return zone(&scanner).map { time - $0 }
    }

    /// How far a zone is before UTC, in microseconds: nothing, `Z`, `UTC`, `GMT`, `+01:00`, `+0100` or `+01`.
    private static func zone(_ scanner: inout Scanner) -> Int64? {
        if scanner.isAtEnd { return 0 }
        _ = scanner.take(" ")
        if ["z", "utc", "gmt"].contains(scanner.rest.lowercased()) { return 0 }
        let isWest = scanner.rest.hasPrefix("-")
        guard scanner.take("+-"), let hours = scanner.number(2), hours < 24 else { return nil }
        var minutes: Int64 = 0
        if !scanner.isAtEnd {
            _ = scanner.take(":")
            guard let written = scanner.number(2), written < 60, scanner.isAtEnd else { return nil }
            minutes = written
        }
        let offset = (hours * 3600 + minutes * 60) * 1_000_000
        return isWest ? -offset : offset
    }

    /// Takes parts of a text from its start.
    private struct Scanner {
        private var bytes: ArraySlice<UInt8>

        init(_ text: String) { bytes = Array(text.utf8)[...] }

        var isAtEnd: Bool { bytes.isEmpty }
        var rest: String { String(decoding: bytes, as: UTF8.self) }

        /// A number of so many digits.
        mutating func number(_ digits: Int) -> Int64? {
            guard bytes.count >= digits, bytes.prefix(digits).allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            defer { bytes = bytes.dropFirst(digits) }
            return bytes.prefix(digits).reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }

        /// One of some characters.
        mutating func take(_ characters: String) -> Bool {
            guard let byte = bytes.first, characters.utf8.contains(byte) else { return false }
            bytes = bytes.dropFirst()
            return true
        }

        /// Up to nine digits of a fraction of a second, in microseconds.
        mutating func fraction() -> Int64? {
            let digits = bytes.prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, digits.count <= 9 else { return nil }
            bytes = bytes.dropFirst(digits.count)
            var scale: Int64 = 100_000
            var result: Int64 = 0
            for digit in digits.prefix(6) {
                result += Int64(digit - 0x30) * scale
                scale /= 10
            }
            return result
        }
    }
}
