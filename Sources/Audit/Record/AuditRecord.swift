/// One request, for the audit log: refused, passed on, or one on which two route maps disagree.
///
/// A record holds what was decided, on what grounds, and for whom, and never the key. Its texts are bounded when it is
/// made, so that a queue of records is bounded too.
public struct AuditRecord: Hashable, Sendable {
    /// When the decision was made, in microseconds since 1970-01-01T00:00:00Z.
    public private(set) var timeMicroseconds: Int64
    /// What was decided.
    public private(set) var decision: AuditDecision
    /// The request's id, as in the response's `X-Request-Id`.
    public let requestID: AuditText
    /// The trace id of a well-formed `traceparent` (W3C Trace Context §3.2.2.3).
    public let traceID: AuditText?
    /// The client's address.
    public let client: AuditText
    /// The address for which a trusted proxy says that it forwards.
    public let forwardedClient: AuditText?
    /// The request's method; nil when the request line couldn't be read.
    public let method: AuditText?
    /// The request's path, as sent but without the query; nil when it couldn't be read.
    public let path: AuditText?
    /// The query, when it is kept: what follows the `?`.
    public let query: AuditText?
    /// The template of the route map that the path matched.
    public let template: AuditText?
    /// The reason of the refusal, as in the response: `forbidden_scope`, `invalid_key`, …; `allowed` when it was passed
    /// on.
    public private(set) var code: AuditText
    /// The status that was answered; 0, which isn't written, when it isn't known yet. In the log it is 503 when the
    /// refusal couldn't be recorded in time, whatever ``code`` says.
    public var status: Int
    /// The scope that the response names as missing.
    public let requiredScope: AuditText?
    /// All scopes of the requirement, when it has several.
    public private(set) var requiredScopes: [AuditText]
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

    /// A record of what is known of a request; leave out what isn't. Texts beyond ``AuditLimits`` are cut, and a path
    /// loses what follows a `?` or a `#`.
    ///
    /// - Parameter secrets: The keys that came with the request. Where a client has put one into a text as well, the
    ///   record has `[key]` instead.
    public init(
        timeMicroseconds: Int64,
        decision: AuditDecision = .denied,
        requestID: some Collection<UInt8>,
        traceID: [UInt8]? = nil,
        client: String,
        forwardedClient: String? = nil,
        method: [UInt8]? = nil,
        path: [UInt8]? = nil,
        query: [UInt8]? = nil,
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
        userAgent: [UInt8]? = nil,
        secrets: [[UInt8]] = []
    ) {
        let scrubber = SecretScrubber(secrets)
        let names = { (texts: [String]) in texts.prefix(AuditLimits.scopes).map(AuditText.name) }
        let sent = { (bytes: [UInt8], limit: Int) in
            AuditText(scrubber.scrub(bytes), maximumLength: limit)
        }
        self.timeMicroseconds = timeMicroseconds
        self.decision = decision
        self.requestID = sent(Array(requestID), AuditLimits.name)
        self.traceID = traceID.map { sent($0, AuditLimits.name) }
        self.client = .name(client)
        self.forwardedClient = forwardedClient.map(AuditText.name)
        self.method = method.map { sent($0, AuditLimits.method) }
        self.path = path.map { target in
            let path = target.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            return sent(Array(path), AuditLimits.path)
        }
        self.query = query.map { sent($0, AuditLimits.path) }
        self.template = template.map { AuditText($0.utf8, maximumLength: AuditLimits.path) }
        self.code = .name(code)
        self.status = status
        self.requiredScope = requiredScope.map(AuditText.name)
        self.requiredScopes = names(requiredScopes)
        self.grantedScopes = grantedScopes.map(names)
        self.keyID = keyID.map { sent(Array($0.utf8), AuditLimits.name) }
        self.subject = subject.map { sent(Array($0.utf8), AuditLimits.subject) }
        self.keyFingerprint = keyFingerprint.map(AuditText.name)
        self.generation = generation
        self.userAgent = userAgent.map { sent($0, AuditLimits.userAgent) }
    }

    /// The record of the same request, which was passed on at first and is refused after all.
    public func refused(code: String, status: Int, timeMicroseconds: Int64) -> AuditRecord {
        var record = self
        record.timeMicroseconds = timeMicroseconds
        record.decision = .denied
        record.code = .name(code)
        record.status = status
        // What the key would have needed is no ground of this refusal.
        record.requiredScopes = []
        return record
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
