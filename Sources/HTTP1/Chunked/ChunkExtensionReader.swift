/// Checks chunk extensions byte by byte: `*( ";" name [ "=" ( token / quoted-string ) ] )` (RFC 9112 §7.1.1).
///
/// White space around `;` and `=` is read, as a recipient must (RFC 9110 §5.6.3); the coding is written anew without
/// it.
struct ChunkExtensionReader: Sendable {
    private enum State {
        case nameStart
        case name
        /// White space behind a name, after which only `=` or `;` may come.
        case nameEnd
        case valueStart
        case value
        case quoted
        case quotedPair
        /// Behind a value, with or without white space.
        case valueEnd
    }

    private var state = State.nameStart

    /// Whether the line may end here.
    var canEnd: Bool {
        switch state {
        case .name, .value, .nameEnd, .valueEnd: true
        case .nameStart, .valueStart, .quoted, .quotedPair: false
        }
    }

    /// Takes a byte behind the first `;`; `false` when it can't stand here.
    mutating func accept(_ byte: UInt8) -> Bool {
        switch state {
        case .nameStart: return ASCII.isWhitespace(byte) || enter(.name, if: ByteSet.token.contains(byte))
        case .name:
            if ByteSet.token.contains(byte) { return true }
            return behindName(byte)
        case .nameEnd: return behindName(byte)
        case .valueStart:
            if ASCII.isWhitespace(byte) { return true }
            return byte == ASCII.quote ? enter(.quoted, if: true) : enter(.value, if: ByteSet.token.contains(byte))
        case .value:
            return ByteSet.token.contains(byte) || behindValue(byte)
        case .quoted:
            if byte == ASCII.quote { return enter(.valueEnd, if: true) }
            return byte == ASCII.backslash ? enter(.quotedPair, if: true) : Self.isText(byte)
        case .quotedPair: return enter(.quoted, if: Self.isText(byte))
        case .valueEnd: return behindValue(byte)
        }
    }

    private mutating func behindName(_ byte: UInt8) -> Bool {
        if byte == ASCII.equals { return enter(.valueStart, if: true) }
        if byte == ASCII.semicolon { return enter(.nameStart, if: true) }
        return enter(.nameEnd, if: ASCII.isWhitespace(byte))
    }

    private mutating func behindValue(_ byte: UInt8) -> Bool {
        if byte == ASCII.semicolon { return enter(.nameStart, if: true) }
        return enter(.valueEnd, if: ASCII.isWhitespace(byte))
    }

    private mutating func enter(_ next: State, if allowed: Bool) -> Bool {
        state = next
        return allowed
    }

    /// HTAB, SP and VCHAR: quoted text (RFC 9110 §5.6.4) without its obsolete bytes.
    private static func isText(_ byte: UInt8) -> Bool {
        byte == ASCII.tab || (ASCII.space..<ASCII.delete).contains(byte)
    }
}
