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
        index &+= 1
        while index < end, ASCII.isWhitespace(bytes[unchecked: index]) { index &+= 1 }
        var valueEnd = end
        while valueEnd > index, ASCII.isWhitespace(bytes[unchecked: valueEnd &- 1]) { valueEnd &-= 1 }
        return .line(
            FieldLine(
                name: FieldName.recognise(bytes, start, nameEnd),
                nameRange: ByteRange(start, nameEnd),
                valueRange: ByteRange(index, valueEnd),
                nameHasUnderscore: underscore
            )
        )
    }
}
