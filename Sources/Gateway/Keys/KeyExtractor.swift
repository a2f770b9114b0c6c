import HTTP1

/// Finds the API key of a request: exactly one, in exactly one place, or none at all.
///
/// Pure. A key is a range of the request's own bytes, so nothing copies it.
struct KeyExtractor: Sendable {
    /// A place in which a key may stand.
    enum Source: Equatable, Sendable {
        /// `Authorization: Bearer <key>` (RFC 6750 §2.1).
        case bearer
        /// A header field of this name, in lower case, whose whole value is the key.
        case header([UInt8])
    }

    /// What was found.
    enum Outcome: Equatable {
        case key(ByteRange)
        case missing
        /// There is something where a key should be, but it has not the syntax of one.
        case malformed
        /// More than one, so that the upstream might take another than the one that was checked.
        case ambiguous
    }

    /// How long a key may be, in bytes.
    static let maximumLength = 4096

    private let acceptsBearer: Bool
    private let headers: [[UInt8]]

    init(sources: [Source]) {
        acceptsBearer = sources.contains(.bearer)
        headers = sources.compactMap { source in
            if case .header(let name) = source { return name }
            return nil
        }
    }

    /// Whether a field can carry a key: one of the configured ones, or one that upstreams commonly take a key from.
    /// Connection must not be able to remove such a field.
    @inline(__always)
    func isKeyField(_ field: FieldLine, in bytes: Span<UInt8>) -> Bool {
        switch field.name {
        case .authorization, .xAPIKey: return true
        case .other: return isConfigured(field, in: bytes)
        default: return false
        }
    }

    /// The key of a request. Authorization and X-API-Key both count as places of a key even where only the other is
    /// configured: an upstream that reads both must not find a second one that nobody has checked.
    func extract(_ fields: [FieldLine], in bytes: Span<UInt8>) -> Outcome {
        var found: FieldLine?
        for field in fields where isKeyField(field, in: bytes) {
            if found != nil { return .ambiguous }
            found = field
        }
        guard let found else { return .missing }
        if found.name == .authorization, acceptsBearer {
            return bearer(found.valueRange, in: bytes)
        }
        guard isConfigured(found, in: bytes) else { return .missing }
        return isToken(found.valueRange, in: bytes) ? .key(found.valueRange) : .malformed
    }

    private func isConfigured(_ field: FieldLine, in bytes: Span<UInt8>) -> Bool {
        for name in headers where isEqual(bytes, field.nameRange, lowercase: name) { return true }
        return false
    }

    private func bearer(_ value: ByteRange, in bytes: Span<UInt8>) -> Outcome {
        let scheme: StaticString = "bearer"
        let length = scheme.utf8CodeUnitCount
        guard value.count >= length else { return .missing }
        for index in 0..<length where lowercased(bytes[Int(value.start) + index]) != scheme.utf8Start[index] {
            return .missing
        }
        guard value.count > length else { return .malformed }
        // "Bearerx" is another scheme; "Bearer  x" isn't the one space of RFC 6750 §2.1.
        guard bytes[Int(value.start) + length] == UInt8(ascii: " ") else { return .missing }
        let token = ByteRange(Int(value.start) + length + 1, Int(value.end))
        return isToken(token, in: bytes) ? .key(token) : .malformed
    }

    /// RFC 6750 §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
    private func isToken(_ range: ByteRange, in bytes: Span<UInt8>) -> Bool {
        guard 1...Self.maximumLength ~= range.count else { return false }
        var index = Int(range.start)
        let end = Int(range.end)
        while index < end, isTokenByte(bytes[index]) { index += 1 }
        guard index > Int(range.start) else { return false }
        while index < end, bytes[index] == UInt8(ascii: "=") { index += 1 }
        return index == end
    }

    @inline(__always)
    private func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

/// Whether a range of the bytes is a text given in lower case, ASCII case aside.
@inline(__always)
func isEqual(_ bytes: Span<UInt8>, _ range: ByteRange, lowercase text: [UInt8]) -> Bool {
    guard range.count == text.count else { return false }
    for index in text.indices where lowercased(bytes[Int(range.start) + index]) != text[index] { return false }
    return true
}

@inline(__always)
func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
}
