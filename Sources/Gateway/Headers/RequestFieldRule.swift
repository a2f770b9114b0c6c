import HTTP1

/// What becomes of a field of the client's request on its way upstream.
enum RequestFieldRule {
    /// It goes on, whatever Connection says.
    case keep
    /// It goes on unless Connection names it.
    case keepUnlessNominated
    /// It says where the request came from: believed, and kept, only from a trusted proxy.
    case origin
    /// It would have the upstream see another request than was checked.
    case steering
    /// It goes no further.
    case drop

    /// The rule of a field by its name alone, as far as no setting and no key has a say in it.
    @inline(__always)
    init(_ field: FieldLine, in bytes: Span<UInt8>) {
        switch field.name {
        case .other:
            self.init(FieldFamily.of(bytes.extracting(field.nameRange.range)))
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
        case .xHTTPMethodOverride, .xHTTPMethod, .xMethodOverride, .xOriginalURL, .xRewriteURL:
            self = .steering
        // `Proxy` becomes HTTP_PROXY in CGI programs (CVE-2016-5385); the rest are the gateway's own to say.
        case .proxy, .xScopegate, .xRequestID:
            self = .drop
        default:
            self = .keepUnlessNominated
        }
    }

    @inline(__always)
    private init(_ family: FieldFamily) {
        self =
            switch family {
            case .none: .keepUnlessNominated
            case .origin: .origin
            case .steering: .steering
            }
    }
}
