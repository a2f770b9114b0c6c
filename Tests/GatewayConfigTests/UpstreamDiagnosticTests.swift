import GatewayConfig
import RouteMap
import Testing

@Suite("Diagnostics of upstreams")
struct UpstreamDiagnosticTests {
    private static let introspection = "introspection: {url: \"http://127.0.0.1:9002/introspect\"}\n"

    private static func diagnostics(_ upstream: String) -> [String] {
        var files = MemoryFiles()
        files["scopegate.yaml"] = "\(upstream)\n" + introspection
        files["cert.pem"] = "certificate of gate.example"
        files["old.pem"] = "certificate of gate.example until 100"
        files["key.pem"] = "its own"
        files["other.pem"] = "other"
        return Fixture.diagnostics(files).map(\.description)
    }

    @Test(
        arguments: [
            ("upstream: {}", ["1:11: error: upstream.url is missing"]),
            ("upstream: {servers: []}", ["1:21: error: upstream.servers is an empty list"]),
            (
                "upstream: {url: \"http://a\", servers: [{url: \"http://b\"}]}",
                ["1:12: error: upstream.url and upstream.servers are both given"]
            ),
            (
                "upstream: {servers: [{url: \"http://a\"}, {url: \"http://A:80\"}, {url: \"http://a/\"}]}",
                ["1:63: error: http://a is listed twice"]
            ),
            (
                "upstream: {servers: [{url: \"http://a/b\", weight: 0}, {weight: 2}]}",
                [
                    "1:28: error: upstream.servers[0].url can't have a path or a query",
                    "1:50: error: upstream.servers[0].weight has to be from 1 to 256",
                    "1:54: error: upstream.servers[1].url is missing",
                ]
            ),
            ("upstream: {url: \"unix:\"}", ["1:17: error: upstream.url: \"unix:\" has no path"]),
            ("upstream: {url: \"ftp://a\"}", ["1:17: error: upstream.url: \"ftp://a\" is not an http or https URL"]),
            (
                "upstream: {url: \"http://a\", tls: {server_name: b}}",
                ["1:35: warning: upstream.tls.server_name has no effect on an http URL"]
            ),
            (
                "upstream: {url: \"https://a\", tls: {server_name: \"b:1\"}}",
                ["1:49: error: upstream.tls.server_name: \"b:1\" is not a name alone"]
            ),
            (
                "upstream: {url: \"https://a\", tls: {certificate_file: cert.pem}}",
                ["1:35: error: upstream.tls has to have certificate_file and key_file, or neither"]
            ),
            (
                "upstream: {url: \"https://a\", tls: {certificate_file: cert.pem, key_file: other.pem}}",
                ["1:74: error: other.pem is not the key of cert.pem"]
            ),
            (
                "upstream: {url: \"https://a\", tls: {certificate_file: old.pem, key_file: key.pem}}",
                ["1:54: warning: old.pem has expired, so servers refuse it"]
            ),
            ("upstream: {url: \"https://a\", tls: {certificate_file: cert.pem, key_file: key.pem}}", []),
            ("upstream: {url: \"http://a\", health_check: {}}", ["1:43: error: upstream.health_check.path is missing"]),
            (
                "upstream: {url: \"http://a\", health_check: {path: x, interval: 1ms, statuses: [99]}}",
                ["1:50: error: upstream.health_check.path: \"x\" is not a path"]
            ),
            (
                "upstream: {url: \"http://a\", health_check: {path: /, interval: 1ms, statuses: [99, 200, 200]}}",
                [
                    "1:63: error: upstream.health_check.interval has to be from 100ms to 1h",
                    "1:79: error: upstream.health_check.statuses has to be from 200 to 599",
                    "1:88: error: 200 is listed twice",
                ]
            ),
            (
                "upstream: {url: \"http://a\", ejection: {back_off: 2s, max_back_off: 1s, failures: -1}}",
                [
                    "1:54: error: upstream.ejection.max_back_off is below back_off",
                    "1:82: error: upstream.ejection.failures has to be from 0 to 1000",
                ]
            ),
            (
                "upstream: {url: \"http://a\", retry: {attempts: 0, budget: 101, timeouts: maybe}}",
                [
                    "1:47: error: upstream.retry.attempts has to be from 1 to 10",
                    "1:58: error: upstream.retry.budget has to be from 0 to 100",
                    "1:73: error: upstream.retry.timeouts has to be true or false",
                ]
            ),
            ("upstream: {url: \"http://a\", prefix: /b}", ["1:29: error: upstream.prefix has no place here"]),
            (
                "upstream: {url: \"http://a\"}\nupstreams: [{url: \"http://b\"}, {prefix: /b}, {prefix: b, url: \"http://c\"}]",
                [
                    "2:13: error: upstreams[0].prefix is missing", "2:32: error: upstreams[1].url is missing",
                    "2:55: error: upstreams[2].prefix: \"b\" is not the beginning of a path",
                ]
            ),
            (
                "upstream: {url: \"http://a\"}\nupstreams: [{prefix: /b, url: \"http://b\"}, {prefix: /b, url: \"http://c\"}]",
                ["2:53: error: /b is the prefix of two upstreams"]
            ),
        ] as [(String, [String])]
    )
    func areExact(upstream: String, expected: [String]) {
        let found = Self.diagnostics(upstream)
        let told = found.map { $0.prefix { $0 != "\n" } }
        let agrees =
            told.count == expected.count
            && zip(told, expected).allSatisfy { $0.hasPrefix("scopegate.yaml:" + $1) }
        #expect(agrees, "\(found)")
    }

    @Test func isRead() throws {
        var files = MemoryFiles()
        files["etc/scopegate.yaml"] = """
            upstream:
              servers:
                - {url: "http://a.example:9001", weight: 3}
                - {url: "unix:b.sock"}
            upstreams:
              - {prefix: /api/v1/reports, url: "http://c.example"}

            """ + Self.introspection
        let configuration = try Fixture.load(files, path: "etc/scopegate.yaml").configuration
        let first = HTTPEndpoint(scheme: .http, host: "a.example", port: 9001)
        #expect(
            configuration.upstream.servers == [
                UpstreamServer(.url(first), weight: 3), UpstreamServer(.unix("etc/b.sock")),
            ]
        )
        #expect(configuration.upstreams.map(\.prefix.description) == ["/api/v1/reports"])
        #expect(configuration.allUpstreams.count == 2)
    }

    @Test(arguments: [
        ("{scope: public, first_byte_timeout: 2s}", RouteTimeouts(firstByte: .seconds(2))),
        ("{any: [read:trades], idle_timeout: 1m}", RouteTimeouts(idle: .seconds(60))),
        ("read:trades", RouteTimeouts()),
    ])
    func timeoutsOfRoutesAreRead(requirement: String, expected: RouteTimeouts) throws {
        var files = MemoryFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: routes.yaml\n"
        files["routes.yaml"] = "version: 1\nroutes:\n  /a: {GET: \(requirement)}\n"
        #expect(try Fixture.load(files).routeMap.routes[0].timeouts == expected)
    }

    @Test(arguments: [
        (
            "{scope: public, first_byte_timeout: 1ms}",
            "3:49: error: GET /a.first_byte_timeout has to be from 10ms to 1h"
        ),
        ("{scope: public, idle_timeout: long}", "3:43: error: GET /a.idle_timeout: \"long\" is not a duration"),
        ("{scope: public, idle_timeout: }", "3:29: error: GET /a.idle_timeout has no value"),
        ("{scope: public, idle_timout: 1s}", "3:29: error: unknown key \"idle_timout\" in GET /a"),
    ])
    func timeoutsOfRoutesAreReportedWithTheirPlace(requirement: String, expected: String) {
        var files = MemoryFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: routes.yaml\n"
        files["routes.yaml"] = "version: 1\nroutes:\n  /a: {GET: \(requirement)}\n"
        let found = Fixture.diagnostics(files).map(\.description)
        #expect(found.count == 1 && found.allSatisfy { $0.hasPrefix("routes.yaml:" + expected) }, "\(found)")
    }
}
