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
}
