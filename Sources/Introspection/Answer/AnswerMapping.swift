import StrictJSON

/// Where an introspection answer says what: as RFC 7662 §2.2 has it, or as another API does.
public struct AnswerMapping: Hashable, Sendable {
    /// What tells whether a key is active.
    public enum Activity: Hashable, Sendable {
        /// A boolean member.
        case member(JSONPointer)
        /// The status: 200 says yes, those of ``AnswerMapping/inactiveStatuses`` say no.
        case status
    }

    /// What tells whether a key is active.
    public var active: Activity
    /// Where the scopes are; at most one of the places may hold some.
    public var scopes: [JSONPointer]
    /// Where the time is from which on the key is not valid any more.
    public var expiresAt: JSONPointer?
    /// Where the time is before which the key is not valid.
    public var notBefore: JSONPointer?
    /// Where the key's id is; the first place that holds one counts.
    public var keyID: [JSONPointer]
    /// Where it is whom the key stands for.
    public var subject: JSONPointer?
    /// The statuses, of 4xx, that say that there is no such key.
    public var inactiveStatuses: Set<Int>
    /// Whether times may be written as RFC 3339 says or be `null` for none, and identifiers may be whole numbers. RFC
    /// 7662 knows neither.
    public var allowsAPITypes: Bool

    /// A mapping of another API than RFC 7662's.
    public init(
        active: Activity,
        scopes: JSONPointer? = nil,
        expiresAt: JSONPointer? = nil,
        notBefore: JSONPointer? = nil,
        keyID: JSONPointer? = nil,
        subject: JSONPointer? = nil,
        inactiveStatuses: Set<Int> = []
    ) {
        self.active = active
        self.scopes = scopes.map { [$0] } ?? []
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        self.keyID = keyID.map { [$0] } ?? []
        self.subject = subject
        self.inactiveStatuses = inactiveStatuses
        allowsAPITypes = true
    }

    private init() {
        active = .member(JSONPointer(member: "active"))
        scopes = [JSONPointer(member: "scope"), JSONPointer(member: "scopes")]
        expiresAt = JSONPointer(member: "exp")
        notBefore = JSONPointer(member: "nbf")
        keyID = ["key_id", "client_id", "jti"].map { JSONPointer(member: $0) }
        subject = JSONPointer(member: "sub")
        inactiveStatuses = []
        allowsAPITypes = false
    }

    /// RFC 7662 §2.2, with scopes as an array too, and the key id under `key_id`, `client_id` or `jti`.
    public static let rfc7662 = AnswerMapping()
}
