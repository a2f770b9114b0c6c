import HTTP1
import Testing

@Suite struct FieldNameTests {
    private static let names: [(String, FieldName)] = [
        ("Host", .host), ("Content-Length", .contentLength), ("Transfer-Encoding", .transferEncoding),
        ("Connection", .connection), ("Keep-Alive", .keepAlive), ("Proxy-Connection", .proxyConnection), ("TE", .te),
        ("Trailer", .trailer), ("Upgrade", .upgrade), ("HTTP2-Settings", .http2Settings),
        ("Proxy-Authenticate", .proxyAuthenticate), ("Proxy-Authorization", .proxyAuthorization), ("Proxy", .proxy),
        ("Expect", .expect), ("Authorization", .authorization), ("X-API-Key", .xAPIKey), ("Forwarded", .forwarded),
        ("X-Forwarded-For", .xForwardedFor), ("X-Forwarded-Proto", .xForwardedProto),
        ("X-Forwarded-Host", .xForwardedHost), ("X-Forwarded-Port", .xForwardedPort),
        ("X-Forwarded-Uri", .xForwardedOther), ("X-Forwarded-Method", .xForwardedOther),
        ("X-Forwarded-", .xForwardedOther), ("X-Forwarded-Server", .xForwardedOther), ("X-Real-IP", .xRealIP),
        ("X-Forwarded-Prefix", .xForwardedOther), ("X-Forwarded-Scheme-And-More", .xForwardedOther),
        ("X-Forwarded-A", .xForwardedOther), ("X-Forwarded-AB", .xForwardedOther),
        ("X-Request-Id", .xRequestID), ("traceparent", .traceparent), ("tracestate", .tracestate),
        ("X-HTTP-Method-Override", .xHTTPMethodOverride), ("X-HTTP-Method", .xHTTPMethod),
        ("X-Method-Override", .xMethodOverride), ("X-Original-URL", .xOriginalURL), ("X-Rewrite-URL", .xRewriteURL),
        ("X-Scopegate-Key-Id", .xScopegate), ("X-Scopegate-", .xScopegate), ("X-Scopegate-A", .xScopegate),
        ("X-Scopegate-Subjects", .xScopegate), ("Date", .date), ("Server", .server), ("Via", .via),
        ("Content-Type", .contentType), ("Cache-Control", .cacheControl), ("User-Agent", .userAgent),
        ("Accept", .accept), ("Accept-Encoding", .acceptEncoding), ("Client-Cert", .clientCert),
        ("Client-Cert-Chain", .clientCertChain),
    ]

    @Test(arguments: names) func recognises(_ text: String, _ name: FieldName) {
        for spelling in [text, text.lowercased(), text.uppercased()] {
            let bytes = wire(spelling)
            #expect(FieldName.recognise(bytes) == name)
        }
        // One byte more, less or other is another name, unless the name is a whole family.
        guard name != .xForwardedOther, name != .xScopegate else { return }
        let bytes = wire(text)
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            let isFamily = text.lowercased().hasPrefix("x-forwarded-") && index >= 12
            #expect(FieldName.recognise(other) == (isFamily ? .xForwardedOther : .other))
        }
        let underscored = wire(text.replacing("-", with: "_"))
        if text.contains("-") { #expect(FieldName.recognise(underscored) == .other) }
    }

    @Test func everyNameHasACase() {
        #expect(Set(Self.names.map(\.1)).union([.other]) == Set(FieldName.allCases))
    }

    @Test(arguments: ["", "a", "X-Forwarded", "X-Scopegate", "XX-Forwarded-For", "Content-Lengthy", "Content Length"])
    func leavesOthersAlone(_ text: String) {
        let bytes = wire(text)
        #expect(FieldName.recognise(bytes) == .other)
    }

    @Test func trailersMustNotSteer() {
        // RFC 9110 §6.5.1: framing, routing, request modifiers, authentication.
        for name: FieldName in [
            .transferEncoding, .contentLength, .host, .expect, .authorization, .connection, .xAPIKey,
        ] {
            #expect(name.isForbiddenInTrailers)
        }
        for name: FieldName in [.other, .date, .server, .tracestate] { #expect(!name.isForbiddenInTrailers) }
    }
}
