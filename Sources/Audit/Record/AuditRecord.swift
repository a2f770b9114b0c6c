/// One refused request, for the audit log.
///
/// A record holds what was decided, on what grounds, and for whom, and never the key. Its texts are bounded when it is
/// made, so that a queue of records is bounded too.
public struct AuditRecord: Hashable, Sendable {
    /// When the decision was made, in microseconds since 1970-01-01T00:00:00Z.
    public let timeMicroseconds: Int64
    /// The request's id, as in the response's `X-Request-Id`.
    public let requestID: AuditText
    /// The client's address.
    public let client: AuditText
    /// The request's method; nil when the request line couldn't be read.
    public let method: AuditText?
    /// The request's path, as sent but without the query, which may hold secrets; nil when it couldn't be read.
    public let path: AuditText?
    /// The template of the route map that the path matched.
    public let template: AuditText?
    /// The reason of the refusal, as in the response: `forbidden_scope`, `invalid_key`, …
    public let code: AuditText
    /// The status that was answered.
    public let status: Int
    /// The scope that the response names as missing.
    public let requiredScope: AuditText?
    /// All scopes of the requirement, when it has several.
    public let requiredScopes: [AuditText]
    /// The scopes that the key has; nil when its grant isn't known.
    public let grantedScopes: [AuditText]?
    /// The issuer's name for the key.
    public let keyID: AuditText?
    /// Whom the key stands for.
    public let subject: AuditText?
    /// The key's fingerprint: the first 16 hexadecimal digits of its HMAC under the audit secret.
    public let keyFingerprint: AuditText?
    /// The number of the route map that made the decision.
    public let generation: UInt64
    /// What the client calls itself.
    public let userAgent: AuditText?

    /// A record of what is known of a refused request; leave out what isn't. Texts beyond ``AuditLimits`` are cut, and
    /// a path loses what follows a `?` or a `#`.
    public init(
        timeMicroseconds: Int64,
        requestID: some Collection<UInt8>,
        client: String,
        method: [UInt8]? = nil,
        path: [UInt8]? = nil,
        template: String? = nil,
        code: String,
        status: Int,
        requiredScope: String? = nil,
        requiredScopes: [String] = [],
        grantedScopes: [String]? = nil,
        keyID: String? = nil,
        subject: String? = nil,
        keyFingerprint: String? = nil,
        generation: UInt64,
        userAgent: [UInt8]? = nil
    ) {
        let name = { (text: String) in AuditText(text.utf8, maximumLength: AuditLimits.name) }
        let names = { (texts: [String]) in texts.prefix(AuditLimits.scopes).map(name) }
        self.timeMicroseconds = timeMicroseconds
        self.requestID = AuditText(requestID, maximumLength: AuditLimits.name)
        self.client = name(client)
        self.method = method.map { AuditText($0, maximumLength: AuditLimits.method) }
        self.path = path.map { target in
            let path = target.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            return AuditText(path, maximumLength: AuditLimits.path)
        }
        self.template = template.map { AuditText($0.utf8, maximumLength: AuditLimits.path) }
        self.code = name(code)
        self.status = status
        self.requiredScope = requiredScope.map(name)
        self.requiredScopes = names(requiredScopes)
        self.grantedScopes = grantedScopes.map(names)
        self.keyID = keyID.map(name)
        self.subject = subject.map { AuditText($0.utf8, maximumLength: AuditLimits.subject) }
        self.keyFingerprint = keyFingerprint.map(name)
        self.generation = generation
        self.userAgent = userAgent.map { AuditText($0, maximumLength: AuditLimits.userAgent) }
    }
}

/// How long the texts of a record may be, in bytes, before they are escaped.
public enum AuditLimits {
    /// Ids, addresses, codes, fingerprints and scopes.
    public static let name = 256
    /// The method.
    public static let method = 64
    /// The path and the template.
    public static let path = 2048
    /// The subject.
    public static let subject = 1024
    /// The user agent.
    public static let userAgent = 256
    /// How many scopes a list of a record holds; as many as a catalog may have.
    public static let scopes = 256
}
