import GatewayConfig
import Introspection
import Probe
import RouteMap
import ScopeModel
import Testing

@testable import Gateway

/// What the gateway makes of requests without a server is what it makes of them with one.
@Suite("PassageRules")
struct PassageRulesTests {
    private static func rules(
        headers: HeadersConfiguration = HeadersConfiguration(),
        bodies: UpstreamConfiguration.BodyReading = .trusted
    ) throws -> PassageRules {
        let catalog = try ScopeCatalog(definitions: [], presets: [])
        func route(
            _ method: String,
            _ template: String,
            _ requirement: Requirement,
            _ limit: BodyLimit
        ) throws
            -> RouteDefinition
        {
            RouteDefinition(
                method: method,
                template: try RouteTemplate(parsing: template),
                requirement: requirement,
                bodyLimit: limit
            )
        }
        let map = try RouteMap(
            definitions: [
                route("GET", "/a", .public, .inherited), route("POST", "/a", .authenticated, .inherited),
                route("GET", "/a/{b}", .authenticated, .unlimited), route("GET", "/a/c", .denied, .inherited),
                route("GET", "/p/{x}", .public, .inherited),
            ],
            catalog: catalog,
            generation: 1,
            digest: ""
        )
        let server = UpstreamServer(.unix("/s"))
        var upstream = UpstreamConfiguration(servers: [server])
        upstream.bodies = bodies
        let endpoint = HTTPEndpoint(scheme: .http, host: "127.0.0.1", port: 1)
        return PassageRules(
            GatewayConfiguration(
                upstream: upstream,
                upstreams: [PrefixedUpstream(prefix: try PathPrefix(parsing: "/p"), upstream: upstream)],
                introspection: IntrospectionConfiguration(endpoints: [endpoint]),
                headers: headers
            ),
            map
        )
    }

    private static func code(_ request: ProbeRequest) throws -> String {
        switch try rules().passage(request) {
        case .refused(let code, _): code
        case .passes(let passing): "\(passing.place)"
        }
    }

    @Test(arguments: [
        ("/a", "0"), ("/a/x", "0"), ("/p/x", "1"), ("/a/c", "unmapped_route"), ("/A", "unmapped_route"),
        ("/a;x", "invalid_request_target"), ("//a", "invalid_request_target"), ("/a/../a", "invalid_request_target"),
        ("/a/%63", "invalid_request_target"), ("/a/x%2Fx", "invalid_request_target"), ("/a/%E2%80%A6", "0"),
        ("/a\\b", "invalid_request_target"),
    ])
    func targets(_ target: String, _ expected: String) throws {
        #expect(try Self.code(ProbeRequest(target)) == expected)
    }

    @Test func methodsAndBodies() throws {
        let body = Array("b".utf8)
        #expect(try Self.code(ProbeRequest("PUT", "/a")) == "method_not_allowed")
        #expect(try Self.code(ProbeRequest("/a", body: body)) == "unexpected_body")
        #expect(try Self.code(ProbeRequest("/a", body: body, framing: .chunked)) == "unexpected_body")
        #expect(try Self.code(ProbeRequest("POST", "/a", body: body)) == "0")
        #expect(try Self.code(ProbeRequest("/a/x", body: body)) == "0")
    }

    private static func isReused(_ request: ProbeRequest, _ bodies: UpstreamConfiguration.BodyReading) throws -> Bool? {
        guard case .passes(let passing) = try rules(bodies: bodies).passage(request) else { return nil }
        return passing.isReusedAfterSuccess
    }

    @Test func connectionsThatAreUsedAgain() throws {
        let post = ProbeRequest("POST", "/a", body: [1])
        #expect(try Self.isReused(ProbeRequest("/a"), .untrusted) == true)
        #expect(try Self.isReused(post, .trusted) == true)
        #expect(try Self.isReused(post, .untrusted) == false)
        #expect(try Self.isReused(ProbeRequest("/a/x", body: [1]), .trusted) == false)
    }

    @Test(arguments: [
        ("X-Tenant", true), ("X-HTTP-Method-Override", false), ("X-Original-URL", false), ("X-Remote-User", false),
        ("X-Scopegate-Key-Id", false), ("X_Tenant", false), ("X-Dropped", false), ("X-Rewrite-URL", true),
    ])
    func fields(_ name: String, _ isKept: Bool) throws {
        let headers = HeadersConfiguration(
            drop: [try HeaderPattern(parsing: "X-Dropped")],
            keep: [try HeaderPattern(parsing: "X-Rewrite-URL")]
        )
        let field = ProbeField(name, "value")
        guard case .passes(let passing) = try Self.rules(headers: headers).passage(ProbeRequest("/a", fields: [field]))
        else {
            Issue.record("refused")
            return
        }
        #expect(passing.keeps(field) == isKept, "\(passing.head)")
    }

    /// Without a configuration the defaults hold.
    @Test func defaults() throws {
        let map = try RouteMap(
            definitions: [
                RouteDefinition(method: "GET", template: try RouteTemplate(parsing: "/a"), requirement: .public)
            ],
            catalog: try ScopeCatalog(definitions: [], presets: []),
            generation: 1,
            digest: ""
        )
        guard case .passes(let passing) = PassageRules(nil, map).passage(ProbeRequest("/a")) else {
            Issue.record("refused")
            return
        }
        #expect(passing.place == 0 && passing.head.hasPrefix("GET /a HTTP/1.1\r\nHost: gateway.invalid\r\n"))
    }
}
