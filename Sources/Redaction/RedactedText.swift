/// A text of bounded length that a log, a record or a span may hold: one of the gateway's own making, or one that a
/// client or an issuer has written, without any key of the request (``RequestSecrets``).
///
/// Sinks take nothing else, so that redaction can't be left out. It need not be UTF-8.
public struct RedactedText: Hashable, Sendable {
    /// The bytes.
    public let bytes: [UInt8]
    /// Whether the text was longer.
    public let isCut: Bool

    init(bytes: [UInt8], isCut: Bool) {
        self.bytes = bytes
        self.isCut = isCut
    }

    /// A text of the gateway's own making, or of its configuration: nothing that a client or an issuer has written.
    public static func own(_ text: String, limit: Int = TextLimits.name) -> RedactedText {
        var bytes = Array(text.utf8)
        let kept = TextLimits.keptLength(of: bytes.span, limit: limit)
        let isCut = kept < bytes.count
        bytes.removeSubrange(kept...)
        return RedactedText(bytes: bytes, isCut: isCut)
    }

    /// A text of the gateway's own making, or of its configuration: nothing that a client or an issuer has written.
    public static func own(_ bytes: [UInt8]) -> RedactedText { RedactedText(bytes: bytes, isCut: false) }

    /// The text, with replacement characters for what isn't UTF-8.
    public var string: String { String(decoding: bytes, as: UTF8.self) }
}

/// How long the texts of records, log lines and spans may be, in bytes, before they are escaped.
public enum TextLimits {
    /// Ids, addresses, codes, fingerprints and scopes.
    public static let name = 256
    /// The method.
    public static let method = 64
    /// The path, the query and the template.
    public static let path = 2048
    /// The subject.
    public static let subject = 1024
    /// The user agent.
    public static let userAgent = 256
    /// The page that a request came from.
    public static let referer = 1024

    /// How many bytes of a text are kept: `limit`, or up to three fewer where that would split a character.
    public static func keptLength(of text: Span<UInt8>, limit: Int) -> Int {
        guard text.count > limit else { return text.count }
        guard isContinuation(text[limit]) else { return limit }
        // A character has at most three bytes after its first (RFC 3629 §3).
        var head = limit
        repeat { head -= 1 } while head > max(0, limit - 4) && isContinuation(text[head])
        return head >= 0 && text[head] >= 0xC0 ? head : limit
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
