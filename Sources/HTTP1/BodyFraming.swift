/// How the end of a message body is found (RFC 9112 §6.3).
public enum BodyFraming: Equatable, Sendable {
    /// There is no body.
    case none
    /// The body has this many bytes, at most `Int64.max`.
    case length(UInt64)
    /// The body is in chunked coding (RFC 9112 §7.1).
    case chunked
    /// The body ends with the connection; responses only.
    case untilClose

    /// Whether there is a body, or may be one: only a length of 0 says beforehand that there is none.
    public var mayHaveContent: Bool {
        switch self {
        case .none, .length(0): false
        case .length, .chunked, .untilClose: true
        }
    }
}
