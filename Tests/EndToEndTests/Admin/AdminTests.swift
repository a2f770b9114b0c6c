import Foundation
import Testing

extension EndToEndTests {
    @Suite("The admin listener")
    struct AdminTests {
        private static let token = "an admin token for tests only"

        private static func json(_ response: RawResponse) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any])
        }

        @Test func everythingIsDescribed() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let document = try Self.json(gateway.admin("GET", "/openapi.json"))
                    let paths = try #require(document["paths"] as? [String: [String: Any]])
                    // What isn't there is answered with a list of what is.
                    let message = try gateway.admin("GET", "/none").text
                    #expect(message.contains(paths.keys.sorted().joined(separator: ", ")))
                    for (template, operations) in paths where template != "/events" {
                        let path = template.replacing("{file}", with: "main.js")
                        let method = operations.keys.contains("post") ? "POST" : "GET"
                        let other = method == "POST" ? "GET" : "POST"
                        #expect(try gateway.admin(method, path).status != 404, "\(path)")
                        #expect(try gateway.admin(other, path).status == 405, "\(path)")
                        #expect(try gateway.admin("DELETE", path).status == 405, "\(path)")
                    }
                }
            }
        }

        @Test func readinessNamesWhatIsWrong() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.routes = GatewaySettings.openRoutes
                try await withGateway(settings) { gateway in
                    #expect(try gateway.admin("GET", "/readyz").text.hasPrefix("serving: ok\naudit: ok\n"))
                    let routes = gateway.configurationPath.replacing("scopegate.yaml", with: "routes.yaml")
                    try Data("version: 1\nroutes: 7\n".utf8).write(to: URL(fileURLWithPath: routes))
                    #expect(try gateway.admin("POST", "/reload").status == 422)
                    let response = try gateway.admin("GET", "/readyz", fields: ["Accept: application/json"])
                    #expect(response.status == 200)
                    let checks = try #require(try Self.json(response)["checks"] as? [[String: Any]])
                    let configuration = try #require(checks.first { $0["name"] as? String == "configuration" })
                    #expect(configuration["state"] as? String == "degraded")
                    #expect((configuration["reason"] as? String)?.contains("generation 1") == true)
                }
            }
        }

        @Test func beyondThisMachineItAsksForTheToken() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.admin = "{address: '0.0.0.0:0', token: {file: admin-token}}"
                settings.files["admin-token"] = Self.token
                try await withGateway(settings) { gateway in
                    for path in ["/livez", "/readyz", "/openapi.json", "/", "/console/main.js"] {
                        #expect(try gateway.admin("GET", path).status == 200)
                    }
                    let authorization = "Authorization: Bearer \(Self.token)"
                    for path in ["/metrics", "/routes", "/config", "/cache", "/audit", "/events", "/none"] {
                        let refused = try gateway.admin("GET", path)
                        #expect(refused.status == 401, "\(path)")
                        #expect(refused.field("WWW-Authenticate")?.hasPrefix("Bearer") == true)
                    }
                    #expect(try gateway.admin("GET", "/metrics", fields: [authorization]).status == 200)
                    // Strangers learn whether it is ready, and nothing else.
                    #expect(try gateway.admin("GET", "/readyz").text == "ready\n")
                    let json = "Accept: application/json"
                    let bare = try gateway.admin("GET", "/readyz", fields: [json, authorization + "x"]).text
                    #expect(bare == "{\"ready\":true,\"checks\":[]}\n")
                    #expect(try gateway.admin("GET", "/livez").text == "ok\n")
                    let whole = try gateway.admin("GET", "/readyz", fields: [authorization]).text
                    #expect(whole.hasPrefix("serving: ok\naudit: ok\n"))
                    #expect(try gateway.admin("POST", "/reload").status == 401)
                    #expect(try gateway.admin("POST", "/reload", fields: [authorization]).status == 200)
                    #expect(try gateway.admin("GET", "/metrics", fields: [authorization + "x"]).status == 401)
                    let config = try gateway.admin("GET", "/config", fields: [authorization]).text
                    #expect(!config.contains(Self.token) && !config.contains(JournalServers.secret))
                    #expect(config.contains("token: {file: ") && config.contains("secret: {env: "))
                    #expect(!gateway.log.contains(Self.token))
                    let reload = try ChildProcess.run(
                        Program.path,
                        ["reload", "--config", gateway.configurationPath, "--admin", "127.0.0.1:\(gateway.adminPort)"],
                        environment: ["E2E_INTROSPECTION_SECRET": JournalServers.secret]
                    )
                    #expect(reload.end == .exited(0), "\(reload.errors)")
                }
            }
        }

        /// One page that opens ever more streams of events loses its own oldest, and keeps nobody else out.
        @Test func onePageCannotHoldAllStreams() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let streams = try (0..<20).map { _ in
                        let client = try RawClient(port: gateway.adminPort)
                        try client.send("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                        #expect(try client.readHead().status == 200)
                        return client
                    }
                    for client in streams.prefix(4) { _ = try client.readToEnd() }
                    for client in streams.suffix(16) {
                        _ = try client.take("retry: 2000\n\nevent: sample".utf8.count)
                    }
                }
            }
        }

        @Test func beyondThisMachineItNeedsAToken() throws {
            let folder = try TemporaryFolder()
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.admin = "{address: '0.0.0.0:0'}"
            let path = try settings.write(to: folder)
            let result = try ChildProcess.run(Program.path, ["serve", "--config", path])
            #expect(result.end == .exited(2))
            #expect(result.errors.contains("admin.token is missing"), "\(result.errors)")
        }

        @Test func onAUnixSocket() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.admin = "{address: 'unix:admin.sock'}"
                try await withGateway(settings) { gateway in
                    let socket = gateway.configurationPath.replacing("scopegate.yaml", with: "admin.sock")
                    let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
                    #expect(mode == 0o600)
                    let result = try ChildProcess.run(
                        Program.path,
                        ["reload", "--config", gateway.configurationPath],
                        environment: ["E2E_INTROSPECTION_SECRET": JournalServers.secret]
                    )
                    #expect(result.end == .exited(0), "\(result.errors)")
                    #expect(result.output.contains("generation 2"))
                    gateway.child.signal(SIGTERM)
                    #expect(try gateway.child.wait(within: 30) == .exited(0))
                    #expect(!FileManager.default.fileExists(atPath: socket))
                }
            }
        }

        @Test func aUnixSocketOfAnotherGatewayIsLeftAlone() async throws {
            let folder = try TemporaryFolder()
            let path = folder.file("admin.sock")
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.admin = "{address: 'unix:\(path)'}"
            try await withGateway(settings) { _ in
                let second = try TemporaryFolder()
                let config = try settings.write(to: second)
                let result = try ChildProcess.run(Program.path, ["serve", "--config", config])
                #expect(result.end != .exited(0))
                #expect(result.errors.contains("admin.address: can't listen on unix:\(path)"), "\(result.errors)")
                #expect(result.errors.contains("another process does"), "\(result.errors)")
                let options = ["-sS", "-m", "20", "-w", "%{http_code}", "--unix-socket", path]
                #expect(try ChildProcess.run("curl", options + ["http://localhost/livez"]).output.hasSuffix("200"))
            }
            try folder.write("admin.sock", "not a socket")
            let config = try settings.write(to: folder)
            let result = try ChildProcess.run(Program.path, ["serve", "--config", config])
            #expect(result.errors.contains("a file of another kind"), "\(result.errors)")
            #expect(folder.read("admin.sock") == "not a socket")
        }

        @Test func pagesOfOtherSitesCannotAct() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    for path in ["/reload", "/revoke", "/cache/clear"] {
                        for field in ["Origin: http://evil.example", "Sec-Fetch-Site: cross-site"] {
                            #expect(try gateway.admin("POST", path, fields: [field]).status == 403)
                        }
                        #expect(try gateway.admin("GET", path).status == 405)
                    }
                    let client = try RawClient(port: gateway.adminPort)
                    try client.send("GET /config HTTP/1.1\r\nHost: rebound.example\r\n\r\n")
                    #expect(try client.readResponse().status == 403)
                    #expect(try gateway.metric("route_map_generation") == 1)
                }
            }
        }

        @Test func theAuditsNewestRecords() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let key = servers.key(["read:trades"])
                    #expect(try gateway.exchange("DELETE", "/api/v1/trades/1", key: key).status == 403)
                    #expect(try gateway.exchange("GET", "/nowhere").status == 403)
                    #expect(try gateway.exchange("GET", "/api/v1/trades").status == 401)
                    func codes(_ query: String) throws -> [String?] {
                        let answer = try Self.json(gateway.admin("GET", "/audit?\(query)"))
                        let records = try #require(answer["records"] as? [[String: Any]])
                        return records.map { $0["code"] as? String }
                    }
                    #expect(try codes("event=denied") == ["missing_key", "unmapped_route", "forbidden_scope"])
                    #expect(try codes("event=denied&limit=1") == ["missing_key"])
                    #expect(
                        try codes("reason=unmapped_route,forbidden_scope") == ["unmapped_route", "forbidden_scope"]
                    )
                    #expect(try codes("scope=write:trades&status=4xx&since=5m") == ["forbidden_scope"])
                    #expect(try codes("until=1h").isEmpty)
                    for query in [
                        "limit=0", "limit=1001", "since=x", "colour=red", "limit=1&limit=2", "scope=write:trade",
                    ] {
                        #expect(try gateway.admin("GET", "/audit?\(query)").status == 400, "\(query)")
                    }
                    #expect(try gateway.admin("GET", "/audit?scope=write:trade").text.contains("write:trades"))
                    let text = try gateway.admin("GET", "/audit").text
                    #expect(!text.contains(key))
                }
            }
        }

        @Test func eventsAsTheyHappen() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let listener = try RawClient(port: gateway.adminPort)
                    try listener.send("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    #expect(try listener.readHead().field("Content-Type") == "text/event-stream")
                    #expect(try gateway.exchange("GET", "/nowhere").status == 403)
                    #expect(try gateway.admin("POST", "/reload").status == 200)
                    var text = ""
                    func holds(_ part: String) throws -> Bool {
                        if text.contains(part) { return true }
                        text += String(decoding: try listener.take(1), as: UTF8.self)
                        return text.contains(part)
                    }
                    for part in ["event: denied\ndata: {", "unmapped_route", "event: reload\n", "event: sample\n"] {
                        try waitUntil(part) { try holds(part) }
                    }
                    try waitUntil("the sample is whole") { try holds("\"generation\":2}\n\n") }
                    let samples = try Self.json(gateway.admin("GET", "/figures"))["samples"] as? [[String: Any]]
                    let total = (samples?.last?["requests"] as? [String: Any])?["total"] as? Int
                    #expect(total == 1)
                }
            }
        }

        @Test func theCacheIsShownAndCleared() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let key = servers.key(["read:trades"])
                    for _ in 0..<4 { #expect(try gateway.exchange("GET", "/api/v1/trades", key: key).status == 200) }
                    let text = try gateway.admin("GET", "/cache").text
                    #expect(text.contains("\"hit_rate\":0.75") && text.contains("\"entries\":1") && !text.contains(key))
                    let effect = try Self.json(gateway.admin("POST", "/cache/clear"))
                    #expect(effect["forgotten"] as? Int == 1)
                    let calls = servers.keys.introspectionCount
                    #expect(try gateway.exchange("GET", "/api/v1/trades", key: key).status == 200)
                    #expect(servers.keys.introspectionCount == calls + 1)
                }
            }
        }

        @Test func whatTheMapMakesOfRequests() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    func explain(_ query: String) throws -> [String: Any] {
                        try Self.json(gateway.admin("GET", "/explain?\(query)"))
                    }
                    let denied = try explain("method=PUT&target=/api/v1/trades/42/tags&scopes=read:trades,made:up")
                    #expect(denied["outcome"] as? String == "forbidden_scope")
                    #expect(denied["required_scope"] as? String == "write:tags")
                    #expect(denied["unknown_scopes"] as? [String] == ["made:up"])
                    #expect(try explain("target=/api/v1/trades")["outcome"] as? String == "depends on the key")
                    #expect(try explain("target=/a/../b")["outcome"] as? String == "invalid_request_target")
                    #expect(try gateway.admin("GET", "/explain").status == 400)
                }
            }
        }

        @Test func reloadsAreRememberedWithTheirEffect() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.routes = "version: 1\nroutes: {/one: {GET: read:trades}}\n"
                try await withGateway(settings) { gateway in
                    let routes = gateway.configurationPath.replacing("scopegate.yaml", with: "routes.yaml")
                    let map = "version: 1\nroutes: {/one: {GET: public}, /two: {GET: read:trades}}\n"
                    try Data(map.utf8).write(to: URL(fileURLWithPath: routes))
                    #expect(try gateway.admin("POST", "/reload").status == 200)
                    let reloads = try Self.json(gateway.admin("GET", "/reloads"))["reloads"] as? [[String: Any]]
                    let changes = try #require(
                        reloads?.compactMap { $0["changes"] as? [[String: Any]] }.first { !$0.isEmpty }
                    )
                    let effects = changes.map { change in
                        "\(change["template"] ?? "") \(change["effect"] ?? "") \(change["widens"] as? Bool ?? false)"
                    }
                    #expect(effects.sorted() == ["/one public true", "/two added true"])
                }
            }
        }
    }
}
