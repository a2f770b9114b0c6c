import Digests

/// One request, for the audit log: refused, passed on, or one on which two route maps disagree.
///
/// A record holds what was decided, on what grounds, and for whom, and never the key. It is the members of its line in
/// one piece of memory, made from the bytes of the request where they are; its texts are bounded, so that a queue of
/// records is bounded too.
public struct AuditRecord: Hashable, Sendable {
    /// When the decision was made, in microseconds since 1970-01-01T00:00:00Z.
    public private(set) var timeMicroseconds: Int64
    /// The status that was answered; 0, which isn't written, when it isn't known yet. In the log it is 503 when the
    /// refusal couldn't be recorded in time, whatever the code says.
    public var status: Int
    /// The value of the member `event`.
    var event: StaticString { kind.name }

    private var kind: Kind
    /// The members of the line, from the request's id on, but for the status.
    private var members: [UInt8]
    /// The names of those that were cut, as the elements of a JSON array.
    private let truncated: [UInt8]
    /// Where the code begins and ends among the members, and what is required of the key ends.
    private let codeStart: Int
    private var codeEnd: Int
    private var requirementEnd: Int

    private enum Kind: Hashable {
        case denied
        case allowed
        case shadow

        var name: StaticString {
            switch self {
            case .denied: "denied"
            case .allowed: "allowed"
            case .shadow: "shadow"
            }
        }
    }

    /// A record of what is known of a request; leave out what isn't. Texts beyond ``AuditLimits`` are cut, and a path
    /// loses what follows a `?` or a `#`.
    ///
    /// - Parameters:
    ///   - timeMicroseconds: When the decision was made, in microseconds since 1970-01-01T00:00:00Z.
    ///   - decision: What was decided.
    ///   - requestID: The request's id, as in the response's `X-Request-Id`.
    ///   - client: The client's address.
    ///   - forwardedClient: The address for which a trusted proxy says that it forwards.
    ///   - head: What of it stands where in `bytes`, and the keys that must not be in the record.
    ///   - query: The query, when it is kept: what follows the `?`.
    ///   - template: The template of the route map that the path matched.
    ///   - code: The reason of the refusal, as in the response: `forbidden_scope`, `invalid_key`, …; `allowed` when it
    ///     was passed on.
    ///   - status: See ``status``.
    ///   - requiredScope: The scope that the response names as missing.
    ///   - requiredScopes: All scopes of the requirement, when it has several.
    ///   - grantedScopes: The scopes that the key has; nil when its grant isn't known.
    ///   - keyID: The issuer's name for the key.
    ///   - subject: Whom the key stands for.
    ///   - keyFingerprint: The key's HMAC under the audit secret, of which the first 16 hexadecimal digits are shown.
    ///   - grant: What tells of the key and its grant, where that was rendered before: then it stands for the four above.
    ///   - generation: The number of the route map that made the decision.
    public init(
        timeMicroseconds: Int64,
        decision: AuditDecision = .denied,
        requestID: Span<UInt8>,
        client: String,
        forwardedClient: String? = nil,
        head: AuditedHead,
        in bytes: Span<UInt8>,
        query: [UInt8]? = nil,
        template: [UInt8]? = nil,
        code: StaticString,
        status: Int,
        requiredScope: [UInt8]? = nil,
        requiredScopes: [[UInt8]] = [],
        grantedScopes: [[UInt8]]? = nil,
        keyID: [UInt8]? = nil,
        subject: String? = nil,
        keyFingerprint: Digest256? = nil,
        grant: AuditedGrant? = nil,
        generation: UInt64
    ) {
        self.timeMicroseconds = timeMicroseconds
        self.status = status
        var members = AuditMembers(room: Self.usualLength)
        func sent(_ name: StaticString, _ text: Span<UInt8>, _ limit: Int) {
            members.text(name, text, limit: limit, without: head, in: bytes)
        }
        sent("request_id", requestID, AuditLimits.name)
        if let range = head.traceID { sent("trace_id", bytes.extracting(range), AuditLimits.name) }
        members.text("client", client)
        members.text("forwarded_client", forwardedClient)
        if let range = head.method { sent("method", bytes.extracting(range), AuditLimits.method) }
        if let range = head.path {
            let target = bytes.extracting(range)
            sent("path", target.extracting(0..<Self.pathLength(target)), AuditLimits.path)
        }
        if let query { sent("query", query.span, AuditLimits.path) }
        members.text("template", template, limit: AuditLimits.path)
        codeStart = members.bytes.count
        members.constant("code", code)
        codeEnd = members.bytes.count
        members.text("required_scope", requiredScope)
        if !requiredScopes.isEmpty { members.list("required_scopes", requiredScopes) }
        requirementEnd = members.bytes.count
        if let grant {
            members.append(grant.members.span, truncated: grant.truncated)
        } else {
            members.grant(grantedScopes, keyID: keyID, subject: subject, keyFingerprint, head: head, in: bytes)
        }
        members.number("generation", generation)
        switch decision {
        case .denied: kind = .denied
        case .allowed: kind = .allowed
        case .shadow(let shadow):
            kind = .shadow
            members.text("shadow_code", shadow.code)
            members.text("shadow_required_scope", shadow.requiredScope)
            members.text("shadow_template", shadow.template)
            members.text("shadow_digest", shadow.digest)
        }
        if let range = head.userAgent { sent("user_agent", bytes.extracting(range), AuditLimits.userAgent) }
        self.members = members.bytes
        truncated = members.truncated
    }

    /// The record of the same request, which was passed on at first and is refused after all.
    public func refused(code: StaticString, status: Int, timeMicroseconds: Int64) -> AuditRecord {
        var other = AuditMembers(room: members.count + 32)
        other.raw(members.span.extracting(..<codeStart))
        other.constant("code", code)
        var record = self
        record.codeEnd = other.bytes.count
        // What the key would have needed is no ground of this refusal.
        record.requirementEnd = record.codeEnd
        other.raw(members.span.extracting(requirementEnd...))
        record.members = other.bytes
        record.timeMicroseconds = timeMicroseconds
        record.kind = .denied
        record.status = status
        return record
    }

    /// Appends the members.
    ///
    /// - Parameter wasRetained: The client was answered 503 instead, for the record couldn't be written in time.
    func append(wasRetained: Bool, to line: inout AuditMembers) {
        line.raw(members.span.extracting(..<codeEnd))
        if status > 0 { line.number("status", wasRetained ? 503 : status) }
        line.append(members.span.extracting(codeEnd...), truncated: truncated)
    }

    private static let usualLength = 640

    /// How long a path is without what follows a `?` or a `#`.
    private static func pathLength(_ target: Span<UInt8>) -> Int {
        for index in target.indices where target[index] == UInt8(ascii: "?") || target[index] == UInt8(ascii: "#") {
            return index
        }
        return target.count
    }
}

/// How long the texts of a record may be, in bytes, before they are escaped.
public enum AuditLimits {
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
    /// What was wrong with a reload.
    public static let problem = 1024
    /// How many scopes a list of a record holds; as many as a catalog may have.
    public static let scopes = 256
    /// How much of a torn line is kept.
    public static let torn = 16 << 10
}
