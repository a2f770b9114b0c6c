/// Whose keys were revoked, when it isn't one key that is named.
public enum RevokedIdentity: Hashable, Sendable {
    /// All keys of which introspection says this key id.
    case keyID(String)
    /// All keys of which introspection says this subject.
    case subject(String)
    /// All keys, and all that is known of keys that are not valid.
    case everybody

    /// Whether a grant is of such a key.
    func covers(_ grant: Grant) -> Bool {
        switch self {
        case .keyID(let keyID): grant.keyIDUTF8.elementsEqual(keyID.utf8)
        case .subject(let subject): grant.subject == subject
        case .everybody: true
        }
    }
}

/// What a revocation found.
public struct RevocationEffect: Hashable, Sendable {
    /// Answers that were forgotten.
    public var forgotten: Int
    /// Calls that ran when the revocation came, whose answers are not used.
    public var callsDisregarded: Int

    /// An effect.
    public init(forgotten: Int, callsDisregarded: Int) {
        self.forgotten = forgotten
        self.callsDisregarded = callsDisregarded
    }
}
