/// The rule that the field section of an HTTP/2 request breaks; the request is malformed (RFC 9113 §8.1.1).
public enum RequestFieldError: UInt8, Error, CaseIterable, Sendable {
    /// A pseudo-header field other than those of requests (RFC 9113 §8.3).
    case unknownPseudoField
    /// A pseudo-header field twice (RFC 9113 §8.3).
    case repeatedPseudoField
    /// A pseudo-header field behind a regular one (RFC 9113 §8.3).
    case misplacedPseudoField
    /// No `:method`, `:scheme` or `:path` (RFC 9113 §8.3.1).
    case missingPseudoField
    /// CONNECT, which asks for a tunnel (RFC 9113 §8.5).
    case connectMethod
    /// A `:method` that is not a token (RFC 9110 §9.1).
    case invalidMethod
    /// A `:scheme` other than http and https (RFC 9113 §8.3.1).
    case invalidScheme
    /// A `:path` that is empty or has a byte that can't stand in a target (RFC 9113 §8.3.1).
    case invalidPath
    /// A `:path` that begins with neither `/` nor `*` (RFC 9113 §8.3.1).
    case unsupportedPathForm
    /// Neither `:authority` nor Host (RFC 9113 §8.3.1).
    case missingAuthority
    /// An `:authority` or a Host that is empty or has a byte that can't stand in it (RFC 9113 §8.3.1).
    case invalidAuthority
    /// More than one Host (RFC 9112 §3.2).
    case repeatedHost
    /// A Host that is not the `:authority` (RFC 9113 §8.3.1).
    case authorityMismatch
    /// A name that is not a token in lower case (RFC 9113 §8.2.1).
    case invalidName
    /// A value with a control, or whitespace at its ends (RFC 9113 §8.2.1).
    case invalidValue
    /// A field that is about the connection (RFC 9113 §8.2.2).
    case connectionField
    /// A TE other than `trailers` (RFC 9113 §8.2.2).
    case invalidTE
    /// A Content-Length that is not 1*DIGIT up to `Int64.max` (RFC 9110 §8.6).
    case invalidContentLength
    /// More than one Content-Length (RFC 9110 §8.6).
    case repeatedContentLength
    /// A Content-Length other than 0 of a request without a body (RFC 9113 §8.1.1).
    case bodyMissing

    /// What the caller is told.
    public var message: StaticString {
        switch self {
        case .unknownPseudoField: "The request has an unknown pseudo-header field."
        case .repeatedPseudoField: "The request has a pseudo-header field twice."
        case .misplacedPseudoField: "The request has a pseudo-header field behind a regular one."
        case .missingPseudoField: "The request lacks :method, :scheme or :path."
        case .connectMethod: "CONNECT is not supported."
        case .invalidMethod: "The method is not a token."
        case .invalidScheme: "The scheme is neither http nor https."
        case .invalidPath: "The path is empty, or has a character that can't stand in it."
        case .unsupportedPathForm: "The path has to begin with a slash."
        case .missingAuthority: "The request has no :authority."
        case .invalidAuthority: "The authority is malformed."
        case .repeatedHost: "The request has more than one Host."
        case .authorityMismatch: "Host is not what :authority says."
        case .invalidName: "A field name is not a token in lower case."
        case .invalidValue: "A field value has a control character, or whitespace at its ends."
        case .connectionField: "The request has a field that is about the connection."
        case .invalidTE: "TE can only be trailers."
        case .invalidContentLength: "Content-Length is malformed."
        case .repeatedContentLength: "The request has more than one Content-Length."
        case .bodyMissing: "The request has no body, and a Content-Length that is not 0."
        }
    }
}
