import Foundation
import Testing

extension EndToEndTests {
    @Suite("Metrics")
    struct MetricsTests {
        /// The text of `/metrics`, without comments, by line.
        private static func series(_ gateway: GatewayProcess) throws -> [String] {
            try gateway.admin("GET", "/metrics").text.split(separator: "\n").map(String.init).filter {
                !$0.hasPrefix("#")
            }
        }

        private static func names(_ series: [String]) -> Set<String> {
            Set(series.map { String($0[..<($0.lastIndex(of: " ") ?? $0.endIndex)]) })
        }

        @Test func requestsAreCountedByRouteMethodDecisionAndStatus() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let reader = servers.key(["read:trades"])
                    let client = try gateway.client()
                    for _ in 0..<3 { #expect(try client.exchange("GET", "/api/v1/trades", key: reader).status == 200) }
                    #expect(try client.exchange("HEAD", "/api/v1/trades", key: reader).status == 200)
                    #expect(try client.exchange("GET", "/api/v1/trades/none", key: reader).status == 404)
                    #expect(try client.exchange("DELETE", "/api/v1/trades/1", key: reader).status == 403)
                    #expect(try client.exchange("BREW", "/api/v1/trades", key: reader).status == 405)
                    #expect(try client.exchange("GET", "/nowhere", key: reader).status == 403)
                    #expect(try gateway.exchange("GET", "/a/../b", key: reader).status == 400)
                    let labels = [
                        ("/api/v1/trades", "GET", "allow", "2xx", 3), ("/api/v1/trades", "HEAD", "allow", "2xx", 1),
                        ("/api/v1/trades/{tradeId}", "GET", "allow", "4xx", 1),
                        ("/api/v1/trades/{tradeId}", "DELETE", "deny", "4xx", 1),
                        ("/api/v1/trades", "other", "deny", "4xx", 1), ("unmapped", "GET", "deny", "4xx", 1),
                        ("unreadable", "other", "none", "4xx", 1),
                    ]
                    for (route, method, decision, status, count) in labels {
                        let name = """
                            http_requests_total{route="\(route)",method="\(method)",decision="\(decision)",\
                            status="\(status)"}
                            """
                        // The answer reaches the client before the request is counted.
                        try waitUntil(name) { try gateway.metricIfPresent(name) == count }
                    }
                    for (decision, count) in [("allow", 5), ("deny", 3), ("none", 1)] {
                        #expect(
                            try gateway.metric("http_request_duration_seconds_count{decision=\"\(decision)\"}") == count
                        )
                    }
                    #expect(try gateway.metric("upstream_first_byte_seconds_count") == 5)
                    #expect(try gateway.metric("introspection_duration_seconds_count{result=\"success\"}") == 1)
                    #expect(try gateway.metric("upstream_connections_opened_total") >= 1)
                    #expect(try gateway.metric("refusals_total{code=\"forbidden_scope\"}") == 1)
                    let text = try gateway.admin("GET", "/metrics").text
                    #expect(text.contains("\nprocess_cpu_seconds_total ") && text.contains("\nprocess_open_fds "))
                    #expect(!text.contains(reader))
                }
            }
        }

        @Test func countsOutliveAReload() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.routes = "version: 1\nroutes: {/api/v1/scopes: {GET: public}}\n"
                try await withGateway(settings) { gateway in
                    let name =
                        #"http_requests_total{route="/api/v1/scopes",method="GET",decision="allow",status="2xx"}"#
                    #expect(try gateway.exchange("GET", "/api/v1/scopes").status == 200)
                    try waitUntil("it is counted") { try gateway.metricIfPresent(name) == 1 }
                    let routes = gateway.configurationPath.replacing("scopegate.yaml", with: "routes.yaml")
                    let map = """
                        version: 1
                        routes: {"/first/{x}": {GET: public}, /api/v1/scopes: {GET: public}, /last: {GET: public}}
                        """
                    try Data(map.utf8).write(to: URL(fileURLWithPath: routes))
                    #expect(try gateway.admin("POST", "/reload").status == 200)
                    #expect(try gateway.exchange("GET", "/api/v1/scopes").status == 200)
                    #expect(try gateway.exchange("GET", "/last").status == 404)
                    try waitUntil("it is counted") { try gateway.metricIfPresent(name) == 2 }
                    let last = #"http_requests_total{route="/last",method="GET",decision="allow",status="4xx"}"#
                    try waitUntil("the new route is counted") { try gateway.metricIfPresent(last) == 1 }
                }
            }
        }

        /// Nothing that clients send makes a series: neither paths, nor methods, nor keys. `E2E_DISTINCT` says how
        /// many.
        @Test func clientsMakeNoSeries() async throws {
            let count = ProcessInfo.processInfo.environment["E2E_DISTINCT"].flatMap { Int($0) } ?? 10_000
            let clients = 16
            try await withJournal { servers in
                var settings = servers.settings
                settings.audit = ["durability: buffered"]
                try await withGateway(settings) { gateway in
                    @Sendable func requests(_ number: Int) -> LoadClient.Call {
                        // In turn an unknown path with an unknown method, and a known template with a key of its own.
                        let line =
                            number.isMultiple(of: 2)
                            ? "M\(number) /nowhere/\(number)" : "GET /api/v1/trades/t\(number)"
                        return LoadClient.Call(
                            request: "\(line) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer key\(number)\r\n\r\n",
                            status: number.isMultiple(of: 2) ? 403 : 401,
                            field: ("Cache-Control", "no-store")
                        )
                    }
                    func run(_ count: Int, from start: Int) async throws -> LoadClient.Outcome {
                        try await LoadClient(port: gateway.port, clients: clients, requestsPerClient: count / clients) {
                            requests(start + $0 * count / clients + $1)
                        }.run()
                    }
                    #expect(try await run(clients * 2, from: 0).right == clients * 2)
                    try waitUntil("all are counted") {
                        try gateway.metric("http_request_duration_seconds_count{decision=\"deny\"}") == clients * 2
                    }
                    let before = Self.names(try Self.series(gateway))
                    let outcome = try await run(count, from: 1000)
                    #expect(outcome.right == count / clients * clients, "\(outcome.wrong.first ?? "")")
                    try waitUntil("all are counted") {
                        let counted = try gateway.metric("http_request_duration_seconds_count{decision=\"deny\"}")
                        return counted == clients * 2 + count / clients * clients
                    }
                    #expect(Self.names(try Self.series(gateway)) == before)
                }
            }
        }

        @Test func alertRulesFireOnWhatTheyAreForAndOnNothingElse() throws {
            let folder = "\(Repository.root)/deploy/prometheus"
            for arguments in [
                ["check", "rules", "\(folder)/alerts.yaml"], ["test", "rules", "\(folder)/alerts_test.yaml"],
            ] {
                let result = try ChildProcess.run("promtool", arguments)
                #expect(result.end == .exited(0), "\(result.output)\(result.errors)")
            }
        }

        @Test func promtoolFindsNothingToComplainAbout() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let key = servers.key(["read:trades"])
                    #expect(try gateway.exchange("GET", "/api/v1/trades", key: key).status == 200)
                    let folder = try TemporaryFolder()
                    let file = try folder.write("metrics.txt", gateway.admin("GET", "/metrics").text)
                    let result = try ChildProcess.run("promtool", ["check", "metrics"], input: file)
                    #expect(result.end == .exited(0), "\(result.output)\(result.errors)")
                    #expect(result.output.isEmpty && result.errors.isEmpty, "\(result.output)\(result.errors)")
                }
            }
        }
    }
}
