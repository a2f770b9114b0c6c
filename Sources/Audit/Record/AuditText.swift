import Redaction

/// A text of a record, as bytes of bounded length. They need not be UTF-8: much of it comes from clients.
public struct AuditText: Hashable, Sendable {
    /// The bytes, at most as many as the field allows.
    public let bytes: [UInt8]
    /// Whether the text was longer.
    public let isTruncated: Bool

    /// Takes the first `maximumLength` bytes of a text, or up to three fewer where that would split a character.
    init(_ bytes: some Collection<UInt8>, maximumLength: Int) {
        // Only the first byte left out tells whether a character is split there.
        var kept = Array(bytes.prefix(maximumLength + 1))
        let length = TextLimits.keptLength(of: kept.span, limit: maximumLength)
        isTruncated = length < kept.count
        kept.removeSubrange(length...)
        self.bytes = kept
    }
}

extension AuditText {
    /// A short text of our own making, such as a code or an address.
    static func name(_ text: String) -> AuditText {
        AuditText(text.utf8, maximumLength: AuditLimits.name)
    }
}
