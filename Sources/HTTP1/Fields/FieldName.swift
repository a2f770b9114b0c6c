/// The field names that a gateway has rules for. Every other name is `other` and is told apart by its bytes.
public enum FieldName: UInt8, CaseIterable, Sendable {
    /// Any name not listed here.
    case other = 0
    /// Host, RFC 9110 §7.2.
    case host
    /// Content-Length, RFC 9110 §8.6.
    case contentLength
    /// Transfer-Encoding, RFC 9112 §6.1.
    case transferEncoding
    /// Connection, RFC 9110 §7.6.1.
    case connection
    /// Keep-Alive, RFC 9112 Appendix C.2.2.
    case keepAlive
    /// Proxy-Connection, RFC 9112 Appendix C.2.2.
    case proxyConnection
    /// TE, RFC 9110 §10.1.4.
    case te
    /// Trailer, RFC 9110 §6.6.2.
    case trailer
    /// Upgrade, RFC 9110 §7.8.
    case upgrade
    /// HTTP2-Settings, RFC 7540 §3.2.1.
    case http2Settings
    /// Proxy-Authenticate, RFC 9110 §11.7.1.
    case proxyAuthenticate
    /// Proxy-Authorization, RFC 9110 §11.7.2.
    case proxyAuthorization
    /// Proxy, which CGI turns into an environment variable (CVE-2016-5385).
    case proxy
    /// Expect, RFC 9110 §10.1.1.
    case expect
    /// Authorization, RFC 9110 §11.6.2.
    case authorization
    /// X-API-Key.
    case xAPIKey
    /// Forwarded, RFC 7239.
    case forwarded
    /// X-Forwarded-For.
    case xForwardedFor
    /// X-Forwarded-Proto.
    case xForwardedProto
    /// X-Forwarded-Host.
    case xForwardedHost
    /// X-Forwarded-Port.
    case xForwardedPort
    /// Any other name that begins with `X-Forwarded-`.
    case xForwardedOther
    /// X-Real-IP.
    case xRealIP
    /// Client-Cert, RFC 9440 §2.2.
    case clientCert
    /// Client-Cert-Chain, RFC 9440 §2.3.
    case clientCertChain
    /// X-Request-Id.
    case xRequestID
    /// traceparent, W3C Trace Context §3.2.
    case traceparent
    /// tracestate, W3C Trace Context §3.3.
    case tracestate
    /// X-HTTP-Method-Override.
    case xHTTPMethodOverride
    /// X-HTTP-Method.
    case xHTTPMethod
    /// X-Method-Override.
    case xMethodOverride
    /// X-Original-URL.
    case xOriginalURL
    /// X-Rewrite-URL.
    case xRewriteURL
    /// Any name that begins with `X-Scopegate-`.
    case xScopegate
    /// Date, RFC 9110 §6.6.1.
    case date
    /// Server, RFC 9110 §10.2.4.
    case server
    /// Via, RFC 9110 §7.6.3.
    case via
    /// Content-Type, RFC 9110 §8.3.
    case contentType
    /// Cache-Control, RFC 9111 §5.2.
    case cacheControl
    /// User-Agent, RFC 9110 §10.1.5.
    case userAgent
    /// Accept, RFC 9110 §12.5.1.
    case accept
    /// Accept-Encoding, RFC 9110 §12.5.3.
    case acceptEncoding

    /// Whether the name is one of those that RFC 9110 §6.5.1 bars from trailers, as they frame, route, authenticate
    /// or otherwise steer a message whose head has been acted upon by then.
    public var isForbiddenInTrailers: Bool {
        switch self {
        case .other, .traceparent, .tracestate, .date, .server, .via, .cacheControl, .contentType, .userAgent, .accept,
            .acceptEncoding, .xRequestID:
            false
        default:
            true
        }
    }
}
