/// A text of a record, as bytes of bounded length. They need not be UTF-8: much of it comes from clients.
public struct AuditText: Hashable, Sendable {
    /// The bytes, at most as many as the field allows.
    public let bytes: [UInt8]
    /// Whether the text was longer.
    public let isTruncated: Bool

    /// Takes the first `maximumLength` bytes of a text, or up to three fewer where that would split a character.
    init(_ bytes: some Collection<UInt8>, maximumLength: Int) {
        let prefix = bytes.prefix(maximumLength + 1)
        guard prefix.count > maximumLength else {
            self.bytes = Array(prefix)
            isTruncated = false
            return
        }
        var kept = Array(prefix)
        let continuation = { (byte: UInt8) in byte & 0xC0 == 0x80 }
        // Only the first byte left out tells whether a character is split there.
        if let next = kept.popLast(), continuation(next) {
            let head = kept.suffix(4).lastIndex { !continuation($0) }
            if let head, kept[head] >= 0xC0 {
                kept.removeSubrange(head...)
            }
        }
        self.bytes = kept
        isTruncated = true
    }
}

extension AuditText {
    /// A short text of our own making, such as a code or an address.
    static func name(_ text: String) -> AuditText {
        AuditText(text.utf8, maximumLength: AuditLimits.name)
    }
}
