import StrictJSON

/// Why the body of an introspection answer can't be taken for a "yes" or a "no". It quotes nothing of the body.
public enum IntrospectionAnswerError: Error, Hashable, Sendable {
    /// The body isn't JSON, or has two members of one name.
    case json(JSONError)
    /// The body is JSON but not an object (RFC 7662 §2.2).
    case notAnObject
    /// The required member that says whether the key is active is missing.
    case missingActive(member: String)
    /// A member is of a type that it must not be.
    case wrongType(member: String)
    /// Both `scope` and `scopes` are there.
    case conflictingScopes
    /// A scope isn't written as RFC 6749 §3.3 says, or scopes are separated by more than one space.
    case invalidScope(member: String)
    /// A time isn't a whole number of seconds or a text of RFC 3339, or lies outside of the years 1970 to 9999.
    case invalidTime(member: String)
    /// An identifier is empty, too long, or has characters that a header can't carry.
    case invalidIdentifier(member: String)
}

extension IntrospectionAnswerError: CustomStringConvertible {
    /// The error in words, fit for a log.
    public var description: String {
        switch self {
        case .json(let error): "not acceptable JSON: \(error)"
        case .notAnObject: "not a JSON object"
        case .missingActive(let member): "the member \"\(member)\" is missing"
        case .wrongType(let member): "the member \"\(member)\" has the wrong type"
        case .conflictingScopes: "both \"scope\" and \"scopes\" are present"
        case .invalidScope(let member): "the member \"\(member)\" holds a malformed scope"
        case .invalidTime(let member): "the member \"\(member)\" is not a time before the year 10000"
        case .invalidIdentifier(let member): "the member \"\(member)\" is empty, too long or has forbidden characters"
        }
    }
}
