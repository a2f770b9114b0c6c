/// Why a request is refused. Each has one code, which callers may rely on, and one status.
public enum DenialReason: UInt8, CaseIterable, Sendable {
    /// The route needs a key and there is none (RFC 6750 §3).
    case missingKey
    /// The key is unknown, revoked or not yet valid (RFC 6750 §3.1).
    case invalidKey
    /// The key's time is over.
    case expiredKey
    /// More than one key, or a key in more than one place.
    case ambiguousKey

    /// The key lacks a scope that the route needs (RFC 6750 §3.1).
    case forbiddenScope
    /// No template matches the path, or the map denies the route whatever the key.
    case unmappedRoute
    /// A template matches, but it does not have the method (RFC 9110 §15.5.6).
    case methodNotAllowed

    /// The request is malformed in a way that no other reason says (RFC 9112 §3).
    case invalidRequest
    /// The request target breaks a rule (RFC 9112 §3.2).
    case invalidRequestTarget
    /// Content-Length and Transfer-Encoding break a rule, or the chunked coding does (RFC 9112 §6, §7).
    case invalidRequestFraming
    /// A header field breaks a rule (RFC 9112 §5).
    case invalidRequestHeader
    /// Host is missing, repeated or malformed (RFC 9112 §3.2).
    case invalidRequestHost
    /// The request is for a host that isn't served here (RFC 9110 §15.5.20).
    case misdirectedRequest
    /// The major version isn't 1 (RFC 9110 §15.6.6).
    case httpVersionNotSupported
    /// Expect asks for something other than 100-continue (RFC 9110 §10.1.1).
    case expectationFailed
    /// The request has a body, which its method gives no meaning and its route doesn't allow (RFC 9110 §9.3.1).
    case unexpectedBody
    /// The body is longer than allowed (RFC 9110 §15.5.14).
    case bodyTooLarge
    /// The request line is longer than allowed (RFC 9110 §15.5.15).
    case targetTooLong
    /// There are more header fields, or more bytes of them, than allowed (RFC 6585 §5).
    case headersTooLarge
    /// The request did not arrive in time (RFC 9110 §15.5.9).
    case requestTimeout

    /// It can't be learnt whether the key is valid.
    case introspectionUnavailable
    /// The refusal or the request can't be recorded, so it is not served.
    case auditUnavailable
    /// There is more to do than the limits allow (RFC 9110 §15.6.4).
    case overloaded

    /// No connection to the backend could be made (RFC 9110 §15.6.3).
    case upstreamUnreachable
    /// The backend's answer is not HTTP that can be passed on exactly (RFC 9110 §15.6.3).
    case upstreamInvalidResponse
    /// The backend did not answer in time (RFC 9110 §15.6.5).
    case upstreamTimeout

    /// The code of the error envelope, `error.code`.
    public var code: StaticString {
        switch self {
        case .missingKey: "missing_key"
        case .invalidKey: "invalid_key"
        case .expiredKey: "expired_key"
        case .ambiguousKey: "ambiguous_key"
        case .forbiddenScope: "forbidden_scope"
        case .unmappedRoute: "unmapped_route"
        case .methodNotAllowed: "method_not_allowed"
        case .invalidRequest: "invalid_request"
        case .invalidRequestTarget: "invalid_request_target"
        case .invalidRequestFraming: "invalid_request_framing"
        case .invalidRequestHeader: "invalid_request_header"
        case .invalidRequestHost: "invalid_request_host"
        case .misdirectedRequest: "misdirected_request"
        case .httpVersionNotSupported: "http_version_not_supported"
        case .expectationFailed: "expectation_failed"
        case .unexpectedBody: "unexpected_body"
        case .bodyTooLarge: "body_too_large"
        case .targetTooLong: "target_too_long"
        case .headersTooLarge: "headers_too_large"
        case .requestTimeout: "request_timeout"
        case .introspectionUnavailable: "introspection_unavailable"
        case .auditUnavailable: "audit_unavailable"
        case .overloaded: "overloaded"
        case .upstreamUnreachable: "upstream_unreachable"
        case .upstreamInvalidResponse: "upstream_invalid_response"
        case .upstreamTimeout: "upstream_timeout"
        }
    }

    /// The status of the answer.
    public var status: Int {
        switch self {
        case .missingKey, .invalidKey, .expiredKey: 401
        case .forbiddenScope, .unmappedRoute: 403
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .expectationFailed: 417
        case .misdirectedRequest: 421
        case .headersTooLarge: 431
        case .ambiguousKey, .invalidRequest, .invalidRequestTarget, .invalidRequestFraming, .invalidRequestHeader,
            .invalidRequestHost, .unexpectedBody:
            400
        case .upstreamUnreachable, .upstreamInvalidResponse: 502
        case .introspectionUnavailable, .auditUnavailable, .overloaded: 503
        case .upstreamTimeout: 504
        case .httpVersionNotSupported: 505
        }
    }
}
