import GatewayConfig
import HTTP1
import Introspection

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

    private let acceptsBearer: Bool
    private let headers: [[UInt8]]
    /// Whether one of them has a name that ``FieldName`` doesn't know.
    private let hasOwnNames: Bool

    init(sources: [Source]) {
        acceptsBearer = sources.contains(.bearer)
        headers = sources.compactMap { source in
            if case .header(let name) = source { return name }
            return nil
        }
        hasOwnNames = headers.contains { FieldName.recognise($0.span) == .other }
    }

    /// The places of a configuration.
    init(_ configuration: KeysConfiguration) {
        self.init(
            sources: configuration.sources.map { source in
                switch source {
                case .bearer: .bearer
                case .header(let name): .header(Array(name.utf8).map { lowercased($0) })
                }
            }
        )
    }

    /// Whether a field can carry a key: one of the configured ones, or one that upstreams commonly take a key from.
    /// Connection must not be able to remove such a field.
    @inline(__always)
    func isKeyField(_ field: FieldLine, in bytes: Span<UInt8>) -> Bool {
        switch field.name {
        case .authorization, .xAPIKey: return true
        case .other: return hasOwnNames && isConfigured(field, in: bytes)
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
        return KeySyntax.isKey(bytes.extracting(found.valueRange.range)) ? .key(found.valueRange) : .malformed
    }

    private func isConfigured(_ field: FieldLine, in bytes: Span<UInt8>) -> Bool {
        for name in headers where isEqual(bytes, field.nameRange, lowercase: name) { return true }
        return false
    }

    /// Whether a name is that of a configured field.
    func isConfigured(_ name: Span<UInt8>) -> Bool {
        for header in headers where isEqual(name, ByteRange(0, name.count), lowercase: header) { return true }
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
        return KeySyntax.isKey(bytes.extracting(token.range)) ? .key(token) : .malformed
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
