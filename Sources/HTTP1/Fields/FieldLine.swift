/// One field line of a head (RFC 9112 §5), as ranges of the bytes that were parsed.
public struct FieldLine: Equatable, Sendable {
    /// What the name is recognised as.
    public var name: FieldName
    /// Where the name is.
    public var nameRange: ByteRange
    /// Where the value is, without the whitespace around it.
    public var valueRange: ByteRange
    /// Whether `_` is in the name, which some servers take for `-`.
    public var nameHasUnderscore: Bool

    /// Makes a field line.
    public init(name: FieldName, nameRange: ByteRange, valueRange: ByteRange, nameHasUnderscore: Bool) {
        self.name = name
        self.nameRange = nameRange
        self.valueRange = valueRange
        self.nameHasUnderscore = nameHasUnderscore
    }
}

/// What is wrong with a field section, whichever message it is in.
enum FieldFault {
    case line(LineFault)
    case tooManyFields
    case obsoleteFolding
    case emptyName
    case whitespaceInName
    case invalidName
}

extension FieldLine {
    enum Reading {
        case line(FieldLine)
        case fault(FieldFault)
    }

    /// Reads a field line whose bytes `start..<end` are known to hold no control byte but HTAB, and not to be empty.
    @inline(__always)
    static func read(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Reading {
        precondition(start >= 0 && end <= bytes.count)
        // Most names are known ones, and a known one is a token as it stands.
        let colon = ASCII.first(ASCII.colon, in: bytes, from: start, to: end)
        if colon < end, colon > start {
            let name = FieldName.recognise(bytes, start, colon)
            if name.isWhole { return .line(FieldLine(bytes, name, start, colon, end, hasUnderscore: false)) }
        }
        var index = start
        var underscore = false
        while index < end, ByteSet.token.contains(bytes[unchecked: index]) {
            if bytes[unchecked: index] == ASCII.underscore { underscore = true }
            index &+= 1
        }
        let nameEnd = index
        guard index < end, bytes[unchecked: index] == ASCII.colon else {
            // RFC 9112 §5.2: obs-fold is refused. §5.1: no whitespace before the colon.
            guard index < end, ASCII.isWhitespace(bytes[unchecked: index]) else { return .fault(.invalidName) }
            return .fault(index == start ? .obsoleteFolding : .whitespaceInName)
        }
        guard nameEnd > start else { return .fault(.emptyName) }
        let name = FieldName.recognise(bytes, start, nameEnd)
        return .line(FieldLine(bytes, name, start, nameEnd, end, hasUnderscore: underscore))
    }

    /// A line whose name ends with the colon at `colon`.
    @inline(__always)
    private init(
        _ bytes: Span<UInt8>,
        _ name: FieldName,
        _ start: Int,
        _ colon: Int,
        _ end: Int,
        hasUnderscore: Bool
    ) {
        var valueStart = colon &+ 1
        while valueStart < end, ASCII.isWhitespace(bytes[unchecked: valueStart]) { valueStart &+= 1 }
        var valueEnd = end
        while valueEnd > valueStart, ASCII.isWhitespace(bytes[unchecked: valueEnd &- 1]) { valueEnd &-= 1 }
        self.init(
            name: name,
            nameRange: ByteRange(start, colon),
            valueRange: ByteRange(valueStart, valueEnd),
            nameHasUnderscore: hasUnderscore
        )
    }
}
