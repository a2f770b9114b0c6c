import HTTP1
import Testing

@Suite struct FieldFamilyTests {
    private static func family(_ name: String) -> FieldFamily {
        let bytes = wire(name)
        return FieldFamily.of(bytes.span)
    }

    @Test(arguments: [
        "X-Forwarded", "X-Forwarded-Scheme", "X-ForwardedFor", "X-Forwarded-Client-Cert", "Forwarded-For", "X-Real-IP",
        "X-Real-Port", "X-Client-IP", "Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP",
        "CF-Ray",
        "Fastly-Client-IP", "Fastly-SSL", "X-SSL-Client-Verify", "SSL-Client-Cert", "SSL-Client-S-DN", "Remote-User",
        "Remote-Groups", "X-Remote-User", "X-Remote-Addr", "X-Authenticated-User", "X-Authenticated-Groups",
        "X-Auth-Request-Email", "X-Auth-User", "X-User", "X-User-Id", "X-UserId", "X-Username",
        "X-Envoy-External-Address",
        "X-Envoy-Internal", "X-Host", "X-Scheme", "X-Proto", "X-Protocol-Version", "Front-End-Https",
        "X-Consumer-Username",
        "X-Credential-Identifier", "X-Goog-Authenticated-User-Email", "X-Goog-IAP-JWT-Assertion", "X-Amzn-Oidc-Data",
        "X-Ms-Client-Principal", "X-Azure-ClientIP", "X-WebAuth-User", "WL-Proxy-SSL", "X-ARR-ClientCert",
        "Client-Cert-Foo",
        "X-Originating-IP", "Proxy-Client-IP", "X-Url-Scheme",
    ])
    func origin(_ name: String) {
        for spelling in Self.spellings(name) { #expect(Self.family(spelling) == .origin, "\(spelling)") }
    }

    @Test(arguments: [
        "X-Original-URL", "X-Original-Method", "X-Original-Host", "X-Rewrite-URL", "X-Rewrite-Path", "X-Override-URL",
        "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Method", "Script-Name", "X-Script-Name",
        "Path-Info", "Request-Uri", "X-Envoy-Original-Path", "X-Middleware-Subrequest", "X-Accel-Mapping",
        "X-Sendfile-Type", "X-Matched-Path", "X-Invoke-Path",
    ])
    func steering(_ name: String) {
        for spelling in Self.spellings(name) { #expect(Self.family(spelling) == .steering, "\(spelling)") }
    }

    @Test(arguments: [
        "", "X", "X-", "Accept", "Accept-Language", "Cookie", "Content-Encoding", "Content-Language", "Cf", "Cfx-A",
        "Origin", "Referer", "Sec-Fetch-Mode", "If-None-Match", "Range", "Priority", "X-Requested-With", "X-Forwarder",
        "X-Custom", "X-User-Agent", "X-Hosting", "X-CSRF-Token", "Idempotency-Key", "X-Request-Start", "X-Amz-Date",
        "X-Goog-Api-Key", "X-Real", "X-Ssl", "Ssl", "Remote", "X-Clients", "XForwardedFor", "X1Forwarded-For",
        "Last-Modified",
        "X-Correlation-Id", "Stripe-Signature", "X-Hub-Signature-256", "X-GitHub-Event", "Server-Timing", "Depth",
    ])
    func none(_ name: String) {
        for spelling in [name, name.lowercased(), name.uppercased()] { #expect(Self.family(spelling) == .none) }
    }

    /// Every byte that is neither letter nor digit makes the same variable of CGI.
    private static func spellings(_ name: String) -> [String] {
        [name, name.lowercased(), name.uppercased()]
            + ["_", ".", "~", "!", "|", "'", "+"].map { name.replacing("-", with: $0) }
    }

    /// The lists say of themselves what they hold; the first that fits counts, so none may hide another.
    @Test func everyEntryIsFound() {
        var seen: Set<String> = []
        for (pattern, family) in FieldFamily.all {
            let name = pattern.replacing("*", with: "")
            #expect(Self.family(pattern.hasSuffix("*") ? name + "x" : name) == family, "\(pattern)")
            #expect(seen.insert(pattern).inserted, "\(pattern) stands twice")
            #expect(pattern == pattern.lowercased())
        }
        #expect(seen.count > 60)
    }

    @Test func foldedNames() {
        let name = wire("X_Forwarded.For!9~")
        #expect(FieldFamily.foldedName(name.span) == wire("x-forwarded-for-9-"))
    }
}
