/// Checks chunk extensions byte by byte: `*( ";" name [ "=" ( token / quoted-string ) ] )` (RFC 9112 §7.1.1).
///
/// The "bad whitespace" that the grammar has around `;` and `=` is refused: no sender may make it, and parsers differ.
struct ChunkExtensionReader: Sendable {
    private enum State {
        case nameStart
        case name
        case valueStart
        case value
        case quoted
        case quotedPair
        case quotedEnd
    }

    private var state = State.nameStart

    /// Whether the line may end here.
    var canEnd: Bool {
        switch state {
        case .name, .value, .quotedEnd: true
        case .nameStart, .valueStart, .quoted, .quotedPair: false
        }
    }

    /// Takes a byte behind the first `;`; `false` when it can't stand here.
    mutating func accept(_ byte: UInt8) -> Bool {
        switch state {
        case .nameStart: return enter(.name, if: ByteSet.token.contains(byte))
        case .name:
            if byte == ASCII.equals { return enter(.valueStart, if: true) }
            return byte == ASCII.semicolon ? enter(.nameStart, if: true) : ByteSet.token.contains(byte)
        case .valueStart:
            return byte == ASCII.quote ? enter(.quoted, if: true) : enter(.value, if: ByteSet.token.contains(byte))
        case .value:
            return byte == ASCII.semicolon ? enter(.nameStart, if: true) : ByteSet.token.contains(byte)
        case .quoted:
            if byte == ASCII.quote { return enter(.quotedEnd, if: true) }
            return byte == ASCII.backslash ? enter(.quotedPair, if: true) : Self.isText(byte)
        case .quotedPair: return enter(.quoted, if: Self.isText(byte))
        case .quotedEnd: return enter(.nameStart, if: byte == ASCII.semicolon)
        }
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
