/// Walks over the members of a comma-separated list of tokens, such as the value of Connection (RFC 9110 §7.6.1).
///
/// ```swift
/// var options = ConnectionOptions(line.valueRange)
/// while let name = options.next(in: bytes) { … }
/// ```
/// Nothing is allocated. Empty members are skipped (RFC 9110 §5.6.1.2). A request that was parsed has no other than
/// well-formed Connection fields; `isWellFormed(_:_:)` tells it of any value. Of a response's members that are more
/// than a token, such as `keep-alive; timeout=5`, the token at their beginning counts.
public struct ConnectionOptions: Sendable {
    private var position: Int
    private let end: Int

    /// Starts at the first member of the list at `value`.
    public init(_ value: ByteRange) {
        position = Int(value.start)
        end = Int(value.end)
    }

    /// Where the token is with which the next member begins, or `nil` after the last one.
    ///
    /// `bytes` must be the span that the value's range was made for.
    public mutating func next(in bytes: Span<UInt8>) -> ByteRange? {
        while let member = nextMember(in: bytes) {
            var end = Int(member.start)
            while end < Int(member.end), ByteSet.token.contains(bytes[end]) { end += 1 }
            if end > Int(member.start) { return ByteRange(Int(member.start), end) }
        }
        return nil
    }

    /// Where the next member is as a whole, without whitespace around it, or `nil` after the last one.
    mutating func nextMember(in bytes: Span<UInt8>) -> ByteRange? {
        while position < end {
            var start = position
            while position < end, bytes[position] != ASCII.comma { position += 1 }
            var stop = position
            position += 1
            while start < stop, ASCII.isWhitespace(bytes[start]) { start += 1 }
            while stop > start, ASCII.isWhitespace(bytes[stop - 1]) { stop -= 1 }
            if start < stop { return ByteRange(start, stop) }
        }
        return nil
    }

    /// Whether the list at `value` has `name` as a member, without regard to ASCII case.
    public static func contains(_ name: Span<UInt8>, in bytes: Span<UInt8>, _ value: ByteRange) -> Bool {
        var options = ConnectionOptions(value)
        while let option = options.next(in: bytes) {
            guard option.count == name.count else { continue }
            var index = 0
            let start = Int(option.start)
            while index < name.count, ASCII.lowercased(name[index]) == ASCII.lowercased(bytes[start + index]) {
                index += 1
            }
            if index == name.count { return true }
        }
        return false
    }

    /// Whether every member of the list at `value` is a token.
    public static func isWellFormed(_ bytes: Span<UInt8>, _ value: ByteRange) -> Bool {
        read(bytes, value) != .malformed
    }

    /// Whether the value is `close` or `keep-alive` and nothing else, as nearly all are.
    @inline(__always)
    public static func isPlain(_ bytes: Span<UInt8>, _ value: ByteRange) -> Bool {
        plain(bytes, value) != nil
    }

    /// What a value that is plain says of the connection's life; nil for any other.
    @inline(__always)
    static func plain(_ bytes: Span<UInt8>, _ value: ByteRange) -> Persistence? {
        let (start, end) = (Int(value.start), Int(value.end))
        switch value.count {
        case 5: return FoldedText(bytes, start, end) == FoldedText("close") ? .close : nil
        case 10: return FoldedText(bytes, start, end) == FoldedText("keep-alive") ? .unsaid : nil
        default: return nil
        }
    }

    /// What the Connection field of a response at `value` says of the connection's life, where a member may have
    /// parameters behind its token. A member that has anything else about it is no reason to use the connection again.
    static func readOfResponse(_ bytes: Span<UInt8>, _ value: ByteRange) -> Persistence {
        var options = ConnectionOptions(value)
        var persistence = Persistence.unsaid
        while let member = options.nextMember(in: bytes) {
            var end = Int(member.start)
            while end < Int(member.end), ByteSet.token.contains(bytes[end]) { end += 1 }
            if ASCII.equals(bytes, Int(member.start), end, ignoringCase: "close") { persistence = .close }
            while end < Int(member.end), ASCII.isWhitespace(bytes[end]) { end += 1 }
            if end < Int(member.end), bytes[end] != ASCII.semicolon { persistence = .close }
        }
        return persistence
    }

    enum Persistence {
        case unsaid
        case close
        case malformed
    }

    /// What the Connection field at `value` says of the connection's life (RFC 9112 §9.3).
    static func read(_ bytes: Span<UInt8>, _ value: ByteRange) -> Persistence {
        if let plain = plain(bytes, value) { return plain }
        var options = ConnectionOptions(value)
        var persistence = Persistence.unsaid
        while let option = options.nextMember(in: bytes) {
            for index in option.range where !ByteSet.token.contains(bytes[index]) { return .malformed }
            if ASCII.equals(bytes, Int(option.start), Int(option.end), ignoringCase: "close") { persistence = .close }
        }
        return persistence
    }
}
