import Digests
import Redaction

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
        bytes.write(room: text.utf8CodeUnitCount) { $0.append(text) }
    }

    /// Appends bytes that are whole members, or a part of one, already.
    mutating func raw(_ members: Span<UInt8>) {
        bytes.write(room: members.count) { $0.append(members) }
    }

    /// Whole members, with the names of those that were cut.
    mutating func append(_ other: Span<UInt8>, truncated names: Span<UInt8>) {
        raw(other)
        guard !names.isEmpty else { return }
        if !truncated.isEmpty { truncated.append(UInt8(ascii: ",")) }
        truncated.write(room: names.count) { $0.append(names) }
    }

    /// A part of a head, without the request's keys; nothing when there is none.
    mutating func text(_ name: StaticString, _ part: RequestTexts.Part, of head: RequestTexts, in bytes: Span<UInt8>) {
        head.withRedacted(part, in: bytes) { text, isCut in
            string(name, text)
            if isCut { noteCut(name) }
        }
    }

    /// A text that clients or issuers may have had a hand in, without the request's keys.
    mutating func text(
        _ name: StaticString,
        _ text: Span<UInt8>,
        limit: Int,
        without secrets: RequestSecrets,
        in bytes: Span<UInt8>
    ) {
        secrets.withRedacted(text, limit: limit, in: bytes) { text, isCut in
            string(name, text)
            if isCut { noteCut(name) }
        }
    }

    /// A text that may be in a record; nothing when there is none.
    mutating func text(_ name: StaticString, _ text: RedactedText?) {
        guard let text else { return }
        string(name, text.bytes.span)
        if text.isCut { noteCut(name) }
    }

    /// A text of the gateway's own making, or of its configuration; nothing when there is none.
    mutating func text(_ name: StaticString, own text: String?) {
        guard let text else { return }
        self.text(name, own: text.utf8Span.span, limit: AuditLimits.name)
    }

    /// A text of the gateway's own making, or of its configuration; nothing when there is none.
    mutating func text(_ name: StaticString, own text: [UInt8]?, limit: Int = AuditLimits.name) {
        guard let text else { return }
        self.text(name, own: text.span, limit: limit)
    }

    private mutating func text(_ name: StaticString, own text: Span<UInt8>, limit: Int) {
        let kept = TextLimits.keptLength(of: text, limit: limit)
        string(name, text.extracting(..<kept))
        if kept < text.count { noteCut(name) }
    }

    mutating func text(_ name: StaticString, _ text: AuditText?) {
        guard let text else { return }
        string(name, text.bytes.span)
        if text.isTruncated { noteCut(name) }
    }

    /// A text that needs no escapes.
    mutating func constant(_ name: StaticString, _ text: StaticString) {
        write(name, room: text.utf8CodeUnitCount + 2) { cursor in
            cursor.append(UInt8(ascii: "\""))
            cursor.append(text)
            cursor.append(UInt8(ascii: "\""))
        }
    }

    /// The first hexadecimal digits of a digest, 16 or all 64.
    mutating func digest(_ name: StaticString, _ digest: Digest256, isShort: Bool = false) {
        write(name, room: 66) { cursor in
            cursor.append(UInt8(ascii: "\""))
            cursor.append(Digest256.hexDigits(of: digest.word0))
            if !isShort {
                cursor.append(Digest256.hexDigits(of: digest.word1))
                cursor.append(Digest256.hexDigits(of: digest.word2))
                cursor.append(Digest256.hexDigits(of: digest.word3))
            }
            cursor.append(UInt8(ascii: "\""))
        }
    }

    /// A number with spaces before it, up to a width of 20 at most.
    mutating func number(_ name: StaticString, _ value: some BinaryInteger, width: Int = 0) {
        write(name, room: 21) { cursor in
            if value < 0 { cursor.append(UInt8(ascii: "-")) }
            cursor.append(decimal: UInt64(value.magnitude), width: width)
        }
    }

    /// The beginning of an object, with the time as its first member.
    mutating func time(_ microseconds: Int64) {
        bytes.write(room: RFC3339.length + 10) { cursor in
            cursor.append("{\"time\":\"")
            RFC3339.append(microseconds: microseconds, to: &cursor)
            cursor.append(UInt8(ascii: "\""))
        }
    }

    mutating func moment(_ name: StaticString, _ microseconds: Int64) {
        write(name, room: RFC3339.length + 2) { cursor in
            cursor.append(UInt8(ascii: "\""))
            RFC3339.append(microseconds: microseconds, to: &cursor)
            cursor.append(UInt8(ascii: "\""))
        }
    }

    /// Names of scopes, no more than ``AuditLimits/scopes`` of them; nothing when there is no list.
    mutating func list(_ name: StaticString, _ texts: [[UInt8]]?) {
        guard let texts else { return }
        write(name, room: 1) { $0.append(UInt8(ascii: "[")) }
        var isCut = false
        for (index, text) in texts.prefix(AuditLimits.scopes).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let kept = TextLimits.keptLength(of: text.span, limit: AuditLimits.name)
            AuditStringEscape.append(text.span.extracting(..<kept), to: &bytes)
            if kept < text.count { isCut = true }
        }
        bytes.append(UInt8(ascii: "]"))
        if isCut { noteCut(name) }
    }

    /// Appends the names of those that were cut as they are, for ``append(_:truncated:)``.
    mutating func rawTruncated() {
        let names = truncated
        if !names.isEmpty { raw(names.span) }
    }

    /// Names those that were cut, in a member of its own.
    mutating func finishTruncated() {
        guard !truncated.isEmpty else { return }
        write("truncated", room: 1) { $0.append(UInt8(ascii: "[")) }
        bytes += truncated
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func string(_ name: StaticString, _ text: Span<UInt8>) {
        let plain = AuditStringEscape.plainLength(of: text)
        write(name, room: plain + 2) { cursor in
            cursor.append(UInt8(ascii: "\""))
            cursor.append(text.extracting(..<plain))
            if plain == text.count { cursor.append(UInt8(ascii: "\"")) }
        }
        if plain < text.count { AuditStringEscape.appendRest(text.extracting(plain...), to: &bytes) }
    }

    /// Writes the name of a member and then its value, of at most `room` bytes.
    @inline(__always)
    private mutating func write(_ name: StaticString, room: Int, _ value: (inout ByteCursor) -> Void) {
        bytes.write(room: name.utf8CodeUnitCount + 4 + room) { cursor in
            cursor.append(",\"")
            cursor.append(name)
            cursor.append("\":")
            value(&cursor)
        }
    }

    private mutating func noteCut(_ name: StaticString) {
        if !truncated.isEmpty { truncated.append(UInt8(ascii: ",")) }
        truncated.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { truncated.append(contentsOf: $0) }
        truncated.append(UInt8(ascii: "\""))
    }
}
