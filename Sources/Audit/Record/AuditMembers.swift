import Digests

/// Writes the members of a JSON object one after the other, each with the comma before it.
///
/// All that leads to a line of the log goes through it, so it takes bytes where they are and allocates nothing of its
/// own beside the one array.
struct AuditMembers {
    private(set) var bytes: [UInt8]
    /// The names of the members that were cut, as the elements of a JSON array.
    private(set) var truncated: [UInt8] = []

    /// - Parameter bytes: What stands before the first member.
    init(after bytes: consuming [UInt8] = []) {
        self.bytes = bytes
    }

    /// - Parameter room: How many bytes there will be, or a guess at it.
    init(room: Int) {
        bytes = []
        bytes.reserveCapacity(room)
    }

    /// Appends bytes that are whole members, or a part of one, already.
    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends bytes that are whole members, or a part of one, already.
    mutating func raw(_ members: Span<UInt8>) {
        members.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// Whole members, with the names of those that were cut.
    mutating func append(_ other: Span<UInt8>, truncated names: [UInt8]) {
        raw(other)
        guard !names.isEmpty else { return }
        if !truncated.isEmpty { truncated.append(UInt8(ascii: ",")) }
        truncated += names
    }

    /// A text of which no more than `limit` bytes are kept.
    mutating func text(_ name: StaticString, _ text: Span<UInt8>, limit: Int) {
        key(name)
        if appendCut(text, to: limit) { noteCut(name) }
    }

    /// A text of which no more than `limit` bytes are kept; nothing when there is none.
    mutating func text(_ name: StaticString, _ text: String?, limit: Int = AuditLimits.name) {
        guard let text else { return }
        self.text(name, text.utf8Span.span, limit: limit)
    }

    mutating func text(_ name: StaticString, _ text: AuditText?) {
        guard let text else { return }
        key(name)
        AuditStringEscape.append(text.bytes.span, to: &bytes)
        if text.isTruncated { noteCut(name) }
    }

    /// A text that needs no escapes.
    mutating func constant(_ name: StaticString, _ text: StaticString) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        raw(text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// The first hexadecimal digits of a digest, 16 or all 64.
    mutating func digest(_ name: StaticString, _ digest: Digest256, isShort: Bool = false) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        digest.appendHex(isShort: isShort, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func number(_ name: StaticString, _ value: some BinaryInteger) {
        key(name)
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        append(UInt64(value.magnitude))
    }

    /// The beginning of an object, with the time as its first member.
    mutating func time(_ microseconds: Int64) {
        raw("{\"time\":\"")
        RFC3339.append(microseconds: microseconds, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func moment(_ name: StaticString, _ microseconds: Int64) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        RFC3339.append(microseconds: microseconds, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Names of scopes, no more than ``AuditLimits/scopes`` of them; nothing when there is no list.
    mutating func list(_ name: StaticString, _ texts: [String]?) {
        guard let texts else { return }
        key(name)
        bytes.append(UInt8(ascii: "["))
        var isCut = false
        for (index, text) in texts.prefix(AuditLimits.scopes).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if appendCut(text.utf8Span.span, to: AuditLimits.name) { isCut = true }
        }
        bytes.append(UInt8(ascii: "]"))
        if isCut { noteCut(name) }
    }

    /// Names those that were cut, in a member of its own.
    mutating func finishTruncated() {
        guard !truncated.isEmpty else { return }
        key("truncated")
        bytes.append(UInt8(ascii: "["))
        bytes += truncated
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func key(_ name: StaticString) {
        bytes.append(UInt8(ascii: ","))
        bytes.append(UInt8(ascii: "\""))
        raw(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// Appends a string of no more than `limit` bytes of a text. Returns whether there are more.
    private mutating func appendCut(_ text: Span<UInt8>, to limit: Int) -> Bool {
        let kept = AuditText.keptLength(of: text, limit: limit)
        AuditStringEscape.append(text.extracting(0..<kept), to: &bytes)
        return kept < text.count
    }

    private mutating func noteCut(_ name: StaticString) {
        if !truncated.isEmpty { truncated.append(UInt8(ascii: ",")) }
        truncated.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { truncated.append(contentsOf: $0) }
        truncated.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ value: UInt64) {
        // As many digits as there can be.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = digits.count
        var rest = value
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        raw(digits.span.extracting(first..<digits.count))
    }
}
