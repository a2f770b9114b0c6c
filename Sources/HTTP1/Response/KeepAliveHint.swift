/// What a server says of how long it keeps an idle connection: `timeout=5, max=100` in Keep-Alive (RFC 2068 §19.7.1.1),
/// which some put into Connection behind `keep-alive;`.
enum KeepAliveHint {
    /// The longest time that is told apart; a day is as good as forever.
    private static let maximumSeconds = 86400

    /// The seconds of `timeout` in a value, or 0 if `max` says that no further request is served; `nil` if it tells
    /// neither.
    static func seconds(_ bytes: Span<UInt8>, _ value: ByteRange) -> Int? {
        var index = Int(value.start)
        let end = Int(value.end)
        var result: Int?
        while index < end {
            // Parameters come in lists of either kind, with or without white space.
            if !isParameterByte(bytes[index]) {
                index += 1
                continue
            }
            let start = index
            while index < end, isParameterByte(bytes[index]) { index += 1 }
            let nameEnd = index
            while index < end, ASCII.isWhitespace(bytes[index]) { index += 1 }
            guard index < end, bytes[index] == ASCII.equals else { continue }
            index += 1
            while index < end, ASCII.isWhitespace(bytes[index]) || bytes[index] == ASCII.quote { index += 1 }
            guard let number = number(bytes, &index, end) else { continue }
            if ASCII.equals(bytes, start, nameEnd, ignoringCase: "timeout") {
                result = min(result ?? number, number)
            } else if number == 0, ASCII.equals(bytes, start, nameEnd, ignoringCase: "max") {
                result = 0
            }
        }
        return result
    }

    private static func isParameterByte(_ byte: UInt8) -> Bool {
        ByteSet.token.contains(byte)
    }

    private static func number(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Int? {
        guard index < end, ASCII.isDigit(bytes[index]) else { return nil }
        var number = 0
        while index < end, ASCII.isDigit(bytes[index]) {
            number = min(number * 10 + Int(bytes[index] - ASCII.zero), maximumSeconds)
            index += 1
        }
        return number
    }
}
