/// What came of asking about a key.
public enum IntrospectionOutcome: Sendable {
    /// The key is active, and `exp` and `nbf` allow its use now.
    case active(Grant)
    /// The endpoint fails; not long ago it said that the key is active, and `exp` and `nbf` still allow its use.
    case stale(Grant)
    /// The endpoint doesn't know the key, or it was revoked.
    case inactive
    /// The endpoint said active, but the key's `exp` has come.
    case expired(Grant)
    /// The endpoint said active, but the key's `nbf` is still to come.
    case notYetValid(Grant)
    /// Nothing is known of the key: the request must be refused, and may be tried again later.
    case unavailable(IntrospectionFailure)
}

extension IntrospectionOutcome {
    /// What a grant is worth at a wall-clock time.
    init(_ grant: Grant, wallSeconds: Int64) {
        switch grant.validity(atWallSeconds: wallSeconds) {
        case .valid: self = .active(grant)
        case .expired: self = .expired(grant)
        case .notYetValid: self = .notYetValid(grant)
        case .inactive: self = .inactive
        }
    }
}

/// Why nothing is known of a key.
public enum IntrospectionFailure: Error, Hashable, Sendable {
    /// Too many introspections are in flight, or too many requests wait for one.
    case overloaded
    /// The endpoint has failed so often of late that it is left alone for a while.
    case breakerOpen
    /// The call brought no answer.
    case callFailed(IntrospectionCallFailure)
    /// The answer's status isn't 200. A redirect is one of these.
    case unexpectedStatus(Int)
    /// The answer isn't `application/json`.
    case unexpectedContentType
    /// The answer's body is longer than ``IntrospectionAnswer/maximumBodyLength``.
    case answerTooLarge
    /// The answer's body isn't as ``IntrospectionResponse`` wants it.
    case invalidAnswer(IntrospectionAnswerError)
}

extension IntrospectionFailure: CustomStringConvertible {
    /// The failure in words, fit for a log: it holds nothing of the key or of the answer.
    public var description: String {
        switch self {
        case .overloaded: "too many introspections in flight"
        case .breakerOpen: "the endpoint has failed too often and is left alone for a while"
        case .callFailed(let failure): "the call failed: \(failure)"
        case .unexpectedStatus(let status): "the answer's status is \(status), not 200"
        case .unexpectedContentType: "the answer is not application/json"
        case .answerTooLarge: "the answer is longer than \(IntrospectionAnswer.maximumBodyLength) bytes"
        case .invalidAnswer(let error): "the answer is invalid: \(error)"
        }
    }
}

extension IntrospectionFailure {
    /// Whether the endpoint itself is to blame, whatever the key: what it answers to one odd key mustn't count against
    /// it, or clients could have it left alone by sending such keys.
    public var blamesEndpoint: Bool {
        switch self {
        case .callFailed(.shutDown), .overloaded, .breakerOpen: false
        case .callFailed: true
        case .unexpectedStatus(let status): status >= 500 || status == 429
        case .unexpectedContentType, .answerTooLarge, .invalidAnswer: false
        }
    }
}
