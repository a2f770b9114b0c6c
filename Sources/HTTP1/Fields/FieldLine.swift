/// One field line of a head (RFC 9112 §5), as ranges of the bytes that were parsed.
public struct FieldLine: Equatable, Sendable {
    /// What the name is recognised as.
    public var name: FieldName
    /// Where the name is.
    public var nameRange: ByteRange
    /// Where the value is, without the whitespace around it.
    public var valueRange: ByteRange
    /// Whether the name has a byte besides letters, digits and `-`, which servers that make CGI variables of names
    /// (RFC 3875 §4.1.18) take for the same as `-`.
    public var nameIsOdd: Bool
    /// Whether the line is name, colon, at most one space, value: without the white space that is no part of the value
    /// (RFC 9112 §5.1) and that some servers take for one.
    public var isTidy: Bool

    /// Makes a field line.
    public init(name: FieldName, nameRange: ByteRange, valueRange: ByteRange, nameIsOdd: Bool, isTidy: Bool = true) {
        self.name = name
        self.nameRange = nameRange
        self.valueRange = valueRange
        self.nameIsOdd = nameIsOdd
        self.isTidy = isTidy
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
    ///
    /// - Parameter mayPadName: White space between name and colon is removed, as a proxy does with a response (RFC 9112
    ///   §5.1), but not of fields that frame the message: without the colon right behind it, some don't know the name.
    @inline(__always)
    static func read(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, mayPadName: Bool = false) -> Reading {
        precondition(start >= 0 && end <= bytes.count)
        // Most names are known ones, and a known one is a token as it stands.
        let colon = ASCII.first(ASCII.colon, in: bytes, from: start, to: end)
        if colon < end, colon > start {
            let name = FieldName.recognise(bytes, start, colon)
            if name.isWhole { return .line(FieldLine(bytes, name, start, colon, colon, end, isOdd: false)) }
        }
        var index = start
        while index < end, ByteSet.commonName.contains(bytes[unchecked: index]) { index &+= 1 }
        let firstOdd = index
        while index < end, ByteSet.token.contains(bytes[unchecked: index]) { index &+= 1 }
        let nameEnd = index
        guard index < end, bytes[unchecked: index] == ASCII.colon else {
            // RFC 9112 §5.2: obs-fold is refused. §5.1: no whitespace before the colon.
            guard index < end, ASCII.isWhitespace(bytes[unchecked: index]) else { return .fault(.invalidName) }
            guard index > start else { return .fault(.obsoleteFolding) }
            guard mayPadName else { return .fault(.whitespaceInName) }
            return padded(bytes, start, nameEnd, end, isOdd: firstOdd < nameEnd)
        }
        guard nameEnd > start else { return .fault(.emptyName) }
        let name = FieldName.recognise(bytes, start, nameEnd)
        return .line(FieldLine(bytes, name, start, nameEnd, nameEnd, end, isOdd: firstOdd < nameEnd))
    }

    /// A line with white space behind its name.
    private static func padded(
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ nameEnd: Int,
        _ end: Int,
        isOdd: Bool
    ) -> Reading {
        var colon = nameEnd
        while colon < end, ASCII.isWhitespace(bytes[colon]) { colon += 1 }
        guard colon < end, bytes[colon] == ASCII.colon else { return .fault(.whitespaceInName) }
        let name = FieldName.recognise(bytes, start, nameEnd)
        switch name {
        case .contentLength, .transferEncoding, .connection: return .fault(.whitespaceInName)
        default: return .line(FieldLine(bytes, name, start, nameEnd, colon, end, isOdd: isOdd))
        }
    }

    /// A line whose name ends at `nameEnd`, and whose colon is at `colon`.
    @inline(__always)
    private init(
        _ bytes: Span<UInt8>,
        _ name: FieldName,
        _ start: Int,
        _ nameEnd: Int,
        _ colon: Int,
        _ end: Int,
        isOdd: Bool
    ) {
        var valueStart = colon &+ 1
        while valueStart < end, ASCII.isWhitespace(bytes[unchecked: valueStart]) { valueStart &+= 1 }
        var valueEnd = end
        while valueEnd > valueStart, ASCII.isWhitespace(bytes[unchecked: valueEnd &- 1]) { valueEnd &-= 1 }
        let padding = valueStart &- colon &- 1
        let hasCommonStart = padding == 0 || (padding == 1 && bytes[unchecked: colon &+ 1] == ASCII.space)
        self.init(
            name: name,
            nameRange: ByteRange(start, nameEnd),
            valueRange: ByteRange(valueStart, valueEnd),
            nameIsOdd: isOdd,
            // With no value all white space is behind it.
            isTidy: hasCommonStart && valueEnd == end && colon == nameEnd && (valueEnd > valueStart || padding == 0)
        )
    }
}
