import Digests
import Redaction

/// A record whose members lie in memory that others may share: see ``AuditRecord``.
///
/// So the records of a turn take one piece of memory for all of them.
public struct AuditDraft: Sendable {
    /// When the decision was made, in microseconds since 1970-01-01T00:00:00Z.
    public private(set) var timeMicroseconds: Int64
    /// The status that was answered; 0, which isn't written, when it isn't known yet. In the log it is 503 when the
    /// refusal couldn't be recorded in time, whatever the code says.
    public internal(set) var status: Int
    /// Why the response did not come to its end, when it is known that it didn't.
    var cut: StaticString?
    /// The value of the member `event`.
    var event: StaticString { kind.name }

    private var kind: Kind
    /// Where the members of the line begin, from the request's id on, but for the status.
    private let start: Int
    /// Where the code begins and ends, and what is required of the key ends.
    private let codeStart: Int
    private let codeEnd: Int
    private let requirementEnd: Int
    /// Where the members end.
    private let end: Int
    /// Where the names of those end that were cut, as the elements of a JSON array.
    private let truncatedEnd: Int

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

    /// Makes a record of what is known of a request; leave out what isn't. Texts beyond ``AuditLimits`` are cut.
    ///
    /// - Parameters:
    ///   - timeMicroseconds: When the decision was made, in microseconds since 1970-01-01T00:00:00Z.
    ///   - decision: What was decided.
    ///   - requestID: The request's id, as in the response's `X-Request-Id`. The client's own, where it has another, is
    ///     in `head`.
    ///   - client: The client's address.
    ///   - forwardedClient: The address for which a trusted proxy says that it forwards.
    ///   - clientCertificate: The SHA-256 of the certificate that the client has shown.
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
    ///   - grant: What tells of the key and its grant, where that was rendered before: then it stands for the four
    ///     above.
    ///   - generation: The number of the route map that made the decision.
    ///   - memory: Where its members are appended.
    public init(
        timeMicroseconds: Int64,
        decision: AuditDecision = .denied,
        requestID: Span<UInt8>,
        client: String,
        forwardedClient: String? = nil,
        clientCertificate: Digest256? = nil,
        head: RequestTexts,
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
        generation: UInt64,
        to memory: inout [UInt8]
    ) {
        self.timeMicroseconds = timeMicroseconds
        self.status = status
        start = memory.count
        var members = AuditMembers(after: memory)
        memory = []
        let secrets = head.secrets
        members.text("request_id", requestID, limit: AuditLimits.name, without: secrets, in: bytes)
        members.text("client_request_id", .requestID, of: head, in: bytes)
        members.text("trace_id", .traceID, of: head, in: bytes)
        members.text("client", own: client)
        if let forwardedClient {
            let text = forwardedClient.utf8Span.span
            members.text("forwarded_client", text, limit: AuditLimits.name, without: secrets, in: bytes)
        }
        if let clientCertificate { members.digest("client_certificate", clientCertificate) }
        members.text("method", .method, of: head, in: bytes)
        members.text("path", .path, of: head, in: bytes)
        if let query { members.text("query", query.span, limit: AuditLimits.path, without: secrets, in: bytes) }
        members.text("template", own: template, limit: AuditLimits.path)
        codeStart = members.bytes.count
        members.constant("code", code)
        codeEnd = members.bytes.count
        members.text("required_scope", own: requiredScope)
        if !requiredScopes.isEmpty { members.list("required_scopes", requiredScopes) }
        requirementEnd = members.bytes.count
        if let grant {
            members.append(grant.members.span, truncated: grant.truncated.span)
        } else {
            members.grant(grantedScopes, keyID: keyID, subject: subject, keyFingerprint, secrets, in: bytes)
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
        members.text("user_agent", .userAgent, of: head, in: bytes)
        end = members.bytes.count
        members.rawTruncated()
        memory = members.bytes
        truncatedEnd = memory.count
    }

    /// Makes the record of the same request, which was passed on at first and is refused after all.
    fileprivate init(
        refusing passed: AuditDraft,
        in its: Span<UInt8>,
        code: StaticString,
        status: Int,
        timeMicroseconds: Int64,
        to memory: inout [UInt8]
    ) {
        self.timeMicroseconds = timeMicroseconds
        self.status = status
        kind = .denied
        start = memory.count
        var members = AuditMembers(after: memory)
        memory = []
        members.raw(its.extracting(passed.start..<passed.codeStart))
        codeStart = members.bytes.count
        members.constant("code", code)
        codeEnd = members.bytes.count
        // What the key would have needed is no ground of this refusal.
        requirementEnd = codeEnd
        members.raw(its.extracting(passed.requirementEnd..<passed.end))
        end = members.bytes.count
        members.raw(its.extracting(passed.end..<passed.truncatedEnd))
        memory = members.bytes
        truncatedEnd = memory.count
    }

    /// Appends the members, which lie in these bytes.
    fileprivate func append(_ bytes: Span<UInt8>, wasRetained: Bool, to line: inout AuditMembers) {
        line.raw(bytes.extracting(start..<codeEnd))
        if status > 0 { line.number("status", wasRetained ? 503 : status) }
        if let cut { line.constant("cut", cut) }
        line.append(bytes.extracting(codeEnd..<end), truncated: bytes.extracting(end..<truncatedEnd))
    }

    /// What tells it from others: its line.
    fileprivate func line(_ bytes: Span<UInt8>) -> [UInt8] {
        var line = AuditMembers()
        line.time(timeMicroseconds)
        line.constant("event", event)
        append(bytes, wasRetained: false, to: &line)
        line.finishTruncated()
        return line.bytes
    }
}

/// One request, for the audit log: refused, passed on, or one on which two route maps disagree.
///
/// A record holds what was decided, on what grounds, and for whom, and never the key. It is the members of its line in
/// one piece of memory, made from the bytes of the request where they are; its texts are bounded, so that a queue of
/// records is bounded too.
public struct AuditRecord: Sendable {
    private(set) var draft: AuditDraft
    let memory: [UInt8]

    /// A record from its draft and the memory in which that lies.
    public init(_ draft: AuditDraft, in memory: [UInt8]) {
        self.draft = draft
        self.memory = memory
    }

    /// A record in memory of its own.
    public init(_ draft: (_ memory: inout [UInt8]) -> AuditDraft) {
        var memory: [UInt8] = []
        memory.reserveCapacity(Self.usualLength)
        self.draft = draft(&memory)
        self.memory = memory
    }

    private static let usualLength = 640

    /// When the decision was made, in microseconds since 1970-01-01T00:00:00Z.
    public var timeMicroseconds: Int64 { draft.timeMicroseconds }
    /// The value of the member `event`.
    var event: StaticString { draft.event }

    /// The record with what became of the request.
    ///
    /// - Parameters:
    ///   - status: See ``AuditDraft/status``.
    ///   - cut: Why the response did not come to its end; nil when it did.
    public func with(status: Int, cut: StaticString? = nil) -> AuditRecord {
        var other = self
        other.draft.status = status
        other.draft.cut = cut
        return other
    }

    /// Makes the record of the same request, which was passed on at first and is refused after all.
    public func refused(
        code: StaticString,
        status: Int,
        timeMicroseconds: Int64,
        to other: inout [UInt8]
    ) -> AuditDraft {
        AuditDraft(
            refusing: draft,
            in: memory.span,
            code: code,
            status: status,
            timeMicroseconds: timeMicroseconds,
            to: &other
        )
    }

    /// Appends the members.
    ///
    /// - Parameter wasRetained: The client was answered 503 instead, for the record couldn't be written in time.
    func append(wasRetained: Bool, to line: inout AuditMembers) {
        draft.append(memory.span, wasRetained: wasRetained, to: &line)
    }
}

extension AuditRecord: Hashable {
    /// Whether two records have the same line.
    public static func == (one: AuditRecord, other: AuditRecord) -> Bool {
        one.draft.line(one.memory.span) == other.draft.line(other.memory.span)
    }

    /// Feeds what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(draft.line(memory.span))
    }
}

/// How long the texts of a record may be, in bytes, before they are escaped.
public enum AuditLimits {
    /// Ids, addresses, codes, fingerprints and scopes.
    public static let name = TextLimits.name
    /// The method.
    public static let method = TextLimits.method
    /// The path, the query and the template.
    public static let path = TextLimits.path
    /// The subject.
    public static let subject = TextLimits.subject
    /// The user agent.
    public static let userAgent = TextLimits.userAgent
    /// What was wrong with a reload.
    public static let problem = 1024
    /// How many scopes a list of a record holds; as many as a catalog may have.
    public static let scopes = 256
    /// How much of a torn line is kept.
    public static let torn = 16 << 10
}
