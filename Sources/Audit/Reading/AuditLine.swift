import CAudit
import StrictJSON

/// A line of a log, whose members are found where they stand: nothing is parsed that isn't asked for.
///
/// It must not outlive the bytes that it was made of.
public struct AuditLine {
    /// The line without its line feed.
    public let bytes: UnsafeRawBufferPointer

    /// A line of these bytes, which have no line feed.
    public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The value of a member as it is written: a string without its quotes and with its escapes, a number, or a list
    /// with its brackets; nil when there is none.
    public func raw(_ field: AuditField) -> UnsafeRawBufferPointer? {
        // Quotes inside of strings are escaped, so that no text can hold `,"name":`. The first member has no comma.
        guard field != .time else { return firstMember }
        let mark = field.mark
        let found = scopegate_first_range(bytes.baseAddress, bytes.count, mark.utf8Start, mark.utf8CodeUnitCount)
        return found >= 0 ? value(at: found + mark.utf8CodeUnitCount) : nil
    }

    /// The value of a member as text; nil when there is none. Control characters in it stay escaped.
    public func text(_ field: AuditField) -> String? {
        raw(field).map(Self.text)
    }

    /// The strings of a list; nil when there is none.
    public func list(_ field: AuditField) -> [String]? {
        guard let raw = raw(field) else { return nil }
        let value = raw.withMemoryRebound(to: UInt8.self) { try? JSONValue(parsing: $0.span) }
        guard case .array(let elements)? = value else { return nil }
        return elements.compactMap(\.string).map(Self.printable)
    }

    /// Whether it begins and ends as a record does.
    var isRecord: Bool { firstMember != nil && bytes.last == UInt8(ascii: "}") }

    /// When it was, in microseconds since 1970.
    public var timeMicroseconds: Int64? { AuditLineFields.time(of: bytes) }

    private var firstMember: UnsafeRawBufferPointer? {
        AuditLineFields.has(bytes, at: 0, "{\"time\":\"") ? value(at: 8) : nil
    }

    private func value(at start: Int) -> UnsafeRawBufferPointer? {
        guard start < bytes.count else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "\""): return endOfString(from: start + 1).map { slice(start + 1, $0) }
        case UInt8(ascii: "["):
            var index = start + 1
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "]"): return slice(start, index + 1)
                case UInt8(ascii: "\""):
                    guard let end = endOfString(from: index + 1) else { return nil }
                    index = end + 1
                default: index += 1
                }
            }
            return nil
        default:
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: ","), bytes[end] != UInt8(ascii: "}") { end += 1 }
            return slice(start, end)
        }
    }

    private func endOfString(from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    private func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// A value as it is written, as text.
    static func text(_ raw: UnsafeRawBufferPointer) -> String {
        // Whoever wrote the line may have left out the escapes that we write.
        let isPlain = raw.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }
        guard !isPlain else { return String(decoding: raw, as: UTF8.self) }
        let quoted = [UInt8(ascii: "\"")] + raw + [UInt8(ascii: "\"")]
        let value = try? JSONValue(parsing: quoted.span).string
        return printable(value ?? String(decoding: raw, as: UTF8.self))
    }

    /// The text with an escape for every scalar that does something to a terminal or to the text around it.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { AuditStringEscape.isControl($0.value) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if AuditStringEscape.isControl(scalar.value) {
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// A member of audit lines.
public enum AuditField: String, CaseIterable, Sendable {
    /// The line's own.
    case time, sequence = "seq", event, instance
    /// The request's.
    case requestID = "request_id", clientRequestID = "client_request_id", traceID = "trace_id", client,
        forwardedClient = "forwarded_client"
    /// The request's, continued.
    case clientCertificate = "client_certificate", method, path, query, template, code, status, cut
    /// What it needs.
    case requiredScope = "required_scope", requiredScopes = "required_scopes"
    /// The key's.
    case grantedScopes = "granted_scopes", keyID = "key_id", subject, keyFingerprint = "key_fingerprint"
    /// The route map's and the client's.
    case generation, userAgent = "user_agent"
    /// What a route map that isn't in force would have decided.
    case shadowCode = "shadow_code", shadowRequiredScope = "shadow_required_scope"
    /// The template there, and that route map.
    case shadowTemplate = "shadow_template", shadowDigest = "shadow_digest"
    /// The fields that were cut.
    case truncated

    /// `,"name":`
    var mark: StaticString {
        switch self {
        case .time: ",\"time\":"
        case .sequence: ",\"seq\":"
        case .event: ",\"event\":"
        case .instance: ",\"instance\":"
        case .requestID: ",\"request_id\":"
        case .clientRequestID: ",\"client_request_id\":"
        case .traceID: ",\"trace_id\":"
        case .client: ",\"client\":"
        case .forwardedClient: ",\"forwarded_client\":"
        case .clientCertificate: ",\"client_certificate\":"
        case .method: ",\"method\":"
        case .path: ",\"path\":"
        case .query: ",\"query\":"
        case .template: ",\"template\":"
        case .code: ",\"code\":"
        case .status: ",\"status\":"
        case .cut: ",\"cut\":"
        case .requiredScope: ",\"required_scope\":"
        case .requiredScopes: ",\"required_scopes\":"
        case .grantedScopes: ",\"granted_scopes\":"
        case .keyID: ",\"key_id\":"
        case .subject: ",\"subject\":"
        case .keyFingerprint: ",\"key_fingerprint\":"
        case .generation: ",\"generation\":"
        case .userAgent: ",\"user_agent\":"
        case .shadowCode: ",\"shadow_code\":"
        case .shadowRequiredScope: ",\"shadow_required_scope\":"
        case .shadowTemplate: ",\"shadow_template\":"
        case .shadowDigest: ",\"shadow_digest\":"
        case .truncated: ",\"truncated\":"
        }
    }
}
