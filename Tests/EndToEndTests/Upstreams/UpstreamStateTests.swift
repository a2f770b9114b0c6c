import Foundation
import Testing

extension EndToEndTests {
    @Suite("The state of servers")
    struct UpstreamStateTests {
        /// The answer of `/upstreams`.
        private struct Answer: Decodable {
            struct Upstream: Decodable {
                var name: String
                var prefix: String?
                var servers: [Server]
            }

            struct Server: Decodable {
                struct Check: Decodable {
                    var failures_total: Int
                    var problem: String?
                }

                var address: String
                var weight: Int
                var state: String
                var reason: String?
                var since: Double?
                var until: Double?
                var in_flight: Int
                var requests_total: Int
                var failures_total: Int
                var ejections_total: Int
                var connections: Int
                var idle: Int
                var check: Check?
            }

            var time: Double
            var upstreams: [Upstream]
        }

        private static func answer(_ gateway: GatewayProcess) throws -> Answer {
            try JSONDecoder().decode(Answer.self, from: Data(gateway.admin("GET", "/upstreams").body))
        }

        /// What `scopegate upstreams` says.
        private static func command(
            _ address: String,
            _ arguments: String...
        ) throws -> (end: ChildProcess.End, output: String, errors: String) {
            try ChildProcess.run(Program.path, ["upstreams", "--admin", address] + arguments)
        }

        /// Runs a test with a gateway in front of two servers; it may stop them, and start others in their places.
        private func withServers(
            _ options: [String],
            _ body: (GatewayProcess, inout [NginxBackend]) throws -> Void
        ) async throws {
            var servers = [try NginxBackend()]
            defer { for server in servers { server.stop() } }
            servers.append(try NginxBackend())
            var settings = GatewaySettings(upstream: "")
            settings.servers = ["{url: '\(servers[0].url)', weight: 3}", "{url: '\(servers[1].url)'}"]
            settings.rest = ["upstreams: [{prefix: /closed, url: 'http://user.invalid:81'}]"]
            settings.routes = GatewaySettings.openRoutes
            settings.upstreamOptions = options
            let settled = settings
            try await withGateway(settled) { try body($0, &servers) }
        }

        @Test func killedAndBack() async throws {
            let ejection = "ejection: {failures: 2, back_off: 500ms, max_back_off: 500ms}"
            try await withServers([ejection]) { gateway, servers in
                let client = try gateway.client()
                for _ in 0..<8 { #expect(try client.exchange("GET", "/open/204").status == 204) }
                let well = try Self.answer(gateway)
                #expect(well.upstreams.map(\.name) == ["default", "/closed"])
                #expect(well.upstreams.map(\.prefix) == [nil, "/closed"])
                #expect(well.upstreams[0].servers.map(\.address) == servers.map(\.url))
                #expect(well.upstreams[0].servers.map(\.weight) == [3, 1])
                #expect(well.upstreams[0].servers.map(\.requests_total) == [6, 2])
                #expect(
                    well.upstreams[0].servers.allSatisfy { $0.connections == 1 && $0.idle == 1 && $0.in_flight == 0 }
                )
                #expect(well.upstreams.flatMap(\.servers).allSatisfy { $0.state == "healthy" && $0.reason == nil })

                let address = "127.0.0.1:\(gateway.adminPort)"
                let listed = try Self.command(address)
                #expect(listed.end == .exited(0), "\(listed.errors)")
                #expect(listed.output.hasSuffix("\n3 servers, none out\n"), "\(listed.output)")

                servers[0].stop()
                let out = try waitFor("the killed one is out") { () throws -> (Answer, Answer.Server)? in
                    // The other one answers for it.
                    #expect(try client.exchange("GET", "/open/204").status == 204)
                    let answer = try Self.answer(gateway)
                    return answer.upstreams[0].servers.first { $0.state == "ejected" }.map { (answer, $0) }
                }
                #expect(out.1.address == servers[0].url && out.1.failures_total == 2 && out.1.ejections_total == 1)
                #expect(out.1.reason?.isEmpty == false)
                let (since, until) = (try #require(out.1.since), try #require(out.1.until))
                #expect(since <= out.0.time && until > out.0.time && abs(until - since - 0.5) < 0.01)
                #expect(out.0.upstreams[0].servers[1].state == "healthy")
                let told = try Self.command(address)
                let line = told.output.split(separator: "\n").first { $0.contains(servers[0].url) } ?? ""
                #expect(told.end == .exited(1) && told.output.hasSuffix("\n3 servers, 1 out\n"), "\(told.output)")
                #expect(line.contains(" out for ") && line.hasSuffix(": \(out.1.reason ?? "?")"), "\(told.output)")
                try waitUntil("its time is over") {
                    try Self.answer(gateway).upstreams[0].servers[0].state == "probation"
                }

                servers[0] = try NginxBackend(port: servers[0].port)
                try waitUntil("it is in again") {
                    #expect(try client.exchange("GET", "/open/204").status == 204)
                    return try Self.answer(gateway).upstreams[0].servers[0].state == "healthy"
                }
                let back = try Self.answer(gateway).upstreams[0].servers[0]
                let json = try Self.command(address, "--format", "json")
                #expect(json.end == .exited(0), "\(json.errors)")
                let answer = try JSONDecoder().decode(Answer.self, from: Data(json.output.utf8))
                #expect(answer.upstreams[0].servers.map(\.state) == ["healthy", "healthy"])
                #expect(back.reason == nil && back.since == nil && back.until == nil && back.failures_total >= 2)
                #expect(
                    try gateway.metric(
                        "upstream_server_failures_total{upstream=\"default\",server=\"\(servers[0].url)\"}"
                    ) == back.failures_total
                )
            }
        }

        /// Without a single request.
        @Test func checkedWhileKilledAndBack() async throws {
            let check = "health_check: {path: /open/204, interval: 100ms, healthy_after: 2, unhealthy_after: 2}"
            try await withServers([check]) { gateway, servers in
                func checked() throws -> Answer.Server { try Self.answer(gateway).upstreams[0].servers[1] }
                servers[1].stop()
                let out = try waitFor("the killed one is out") { () throws -> Answer.Server? in
                    let server = try checked()
                    return server.state == "unhealthy" ? server : nil
                }
                #expect(out.reason?.isEmpty == false && out.reason == out.check?.problem && out.until == nil)
                #expect(out.check?.failures_total ?? 0 >= 2 && out.since != nil)
                let others = try Self.answer(gateway).upstreams
                #expect(others[0].servers[0].state == "healthy" && others[0].servers[0].check != nil)
                #expect(others[1].servers[0].check == nil)
                servers[1] = try NginxBackend(port: servers[1].port)
                try waitUntil("it is in again") { try checked().state == "healthy" }
                #expect(try checked().reason == nil && checked().check?.problem == nil)
                #expect(try checked().requests_total == 0)
            }
        }

        @Test func aGatewayThatIsNotThere() throws {
            let result = try Self.command("127.0.0.1:1")
            #expect(result.end == .exited(2) && result.output.isEmpty)
            #expect(result.errors.contains("no gateway answers at 127.0.0.1:1"), "\(result.errors)")
        }

        /// Requests that a server has are told while it has them, also those that wait for a connection.
        @Test func requestsInFlight() async throws {
            let slow: ScriptedBackend.Script = { connection in
                while true {
                    _ = try connection.readHead()
                    try connection.awaitTurn(0)
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
            }
            try await withScriptedUpstream {
                $0.threads = 1
                $0.upstreamOptions = ["pool: {max_connections: 1}"]
            } _: { connection in
                try slow(connection)
            } _: { gateway, backend in
                let clients = try (0..<3).map { _ in try gateway.client() }
                for client in clients { try client.send(RawClient.request("GET", "/open/x")) }
                func server() throws -> Answer.Server { try Self.answer(gateway).upstreams[0].servers[0] }
                try waitUntil("all are in flight") { try server().in_flight == 3 }
                #expect(try server().connections == 1 && server().idle == 0)
                #expect(
                    try gateway.metric(
                        "upstream_server_requests_in_flight{upstream=\"default\",server=\"\(backend.url)\"}"
                    ) == 3
                )
                try waitUntil("it has one") { backend.heads.count == 1 }
                for connection in backend.connections { connection.allowTurn(0) }
                for client in clients { #expect(try client.readResponse().status == 200) }
                #expect(try server().in_flight == 0 && server().idle == 1 && server().requests_total == 3)
            }
        }
    }
}
