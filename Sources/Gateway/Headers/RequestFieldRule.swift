import HTTP1

/// What becomes of a field of the client's request on its way upstream.
enum RequestFieldRule {
    /// It goes on byte for byte.
    case keep
    /// It goes on unless Connection names it.
    case keepUnlessNominated
    /// It says where the request came from: believed, and kept, only from a trusted proxy.
    case origin
    /// It goes no further.
    case drop

    @inline(__always)
    init(_ name: FieldName) {
        switch name {
        // Connection must not be able to remove what the upstream's view of the request rests on (CVE-2022-31813).
        case .host, .contentLength, .authorization, .xAPIKey:
            self = .keep
        case .forwarded, .xForwardedFor, .xForwardedProto, .xForwardedHost, .xForwardedPort, .xForwardedOther,
            .xRealIP, .clientCert, .clientCertChain:
            self = .origin
        // Hop-by-hop (RFC 9110 §7.6.1) and what would start another protocol. Trailer goes because request trailers do:
        // nobody has checked them.
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .http2Settings,
            .proxyAuthorization, .proxyAuthenticate:
            self = .drop
        // Answered by the gateway itself, after the decision (RFC 9110 §10.1.1).
        case .expect:
            self = .drop
        // Would let the upstream see another method or path than was checked.
        case .xHTTPMethodOverride, .xHTTPMethod, .xMethodOverride, .xOriginalURL, .xRewriteURL:
            self = .drop
        // `Proxy` becomes HTTP_PROXY in CGI programs (CVE-2016-5385); the rest are the gateway's own to say.
        case .proxy, .xScopegate, .xRequestID:
            self = .drop
        default:
            self = .keepUnlessNominated
        }
    }
}
