import Foundation
import Testing

extension EndToEndTests {
    @Suite("Revocation")
    struct RevocationTests {
        private static let json = ["Content-Type: application/json"]

        private func revoke(_ gateway: GatewayProcess, _ body: String) throws -> RawResponse {
            try gateway.admin("POST", "/revoke", fields: Self.json, body: body)
        }

        /// A key that was revoked where it was issued goes on working until the gateway is told, and then at once
        /// doesn't.
        @Test(arguments: ["key", "key_id", "subject"])
        func takesEffectAtOnce(by member: String) async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let issued = servers.keys.issue(name: "a", scopes: ["read:trades"], subject: "user_a")
                    let other = servers.keys.issue(name: "b", scopes: ["read:trades"], subject: "user_b")
                    let status = { (key: String) in try gateway.exchange("GET", "/api/v1/trades", key: key).status }
                    #expect(try status(issued.key) == 200)
                    #expect(try status(other.key) == 200)
                    servers.keys.revoke(id: issued.id)
                    #expect(try status(issued.key) == 200)
                    let value = ["key": issued.key, "key_id": issued.id, "subject": "user_a"][member] ?? ""
                    let answer = try revoke(gateway, "{\"\(member)\":\"\(value)\"}")
                    #expect(answer.status == 200)
                    #expect(answer.text == "{\"forgotten\":1,\"calls_disregarded\":0}\n")
                    // On connections of both loops.
                    for _ in 0..<8 { #expect(try status(issued.key) == 401) }
                    #expect(try status(other.key) == 200)
                    #expect(servers.keys.introspectionCount(ofKey: other.id) == 1)
                    #expect(!gateway.log.contains(issued.key))
                }
            }
        }

        /// A request that began before a reload asks what was there then, which a revocation reaches as well.
        @Test func reachesWhatAReloadHasLeftBehind() async throws {
            let endpoint: ScriptedBackend.Script = { connection in
                for turn in 0... {
                    let head = try connection.readHead()
                    _ = try connection.read(Int(head.fieldValue("Content-Length") ?? "") ?? 0)
                    let isFirst = connection.index == 0 && turn == 0
                    if isFirst { try connection.awaitTurn(0) }
                    let body = "{\"active\":\(isFirst),\"scope\":\"read:trades\"}"
                    try connection.send(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                            + body
                    )
                }
            }
            try await withBackend(endpoint) { endpoint in
                try await withScriptedUpstream { settings in
                    settings.introspection = endpoint.url + "/introspect"
                    settings.introspectionOptions = ["timeout: 10s"]
                    settings.rest = ["reload: {watch: false}"]
                } _: { connection in
                    _ = try connection.readHead()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                } _: { gateway, upstream in
                    let client = try gateway.client()
                    try client.send(RawClient.request("GET", "/closed/a", key: "one"))
                    try waitUntil("the endpoint is asked") { endpoint.heads.count == 1 }
                    // The endpoint's answers are mapped otherwise from now on: a source of its own.
                    let text = try String(contentsOfFile: gateway.configurationPath, encoding: .utf8)
                    try text.replacing("timeout: 10s", with: "timeout: 9s")
                        .write(toFile: gateway.configurationPath, atomically: true, encoding: .utf8)
                    #expect(try gateway.admin("POST", "/reload").status == 200)
                    let answer = try revoke(gateway, "{\"key\":\"one\"}")
                    #expect(answer.text == "{\"forgotten\":0,\"calls_disregarded\":1}\n")
                    // It was good when it was asked about. It isn't any more, and that is what counts.
                    for connection in endpoint.connections { connection.allowTurn(0) }
                    #expect(try client.readResponse().status == 401)
                    #expect(upstream.heads.isEmpty)
                }
            }
        }

        @Test func isAskedForRightlyOrNotAtAll() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    for body in [
                        "", "{}", "[]", "{\"key\":1}", "{\"key\":\"\"}", "{\"key\":\"a\",\"subject\":\"b\"}",
                        "{\"user\":\"a\"}",
                    ] {
                        let answer = try revoke(gateway, body)
                        #expect(answer.status == 400 && answer.code == "invalid_revocation", "\(body)")
                    }
                    let get = try gateway.admin("GET", "/revoke")
                    #expect(get.status == 405 && get.field("Allow") == "POST")
                    for field in [
                        "Origin: http://evil.example", "Origin: null", "Origin: http://127.0.0.1",
                        "Sec-Fetch-Site: cross-site",
                        "Sec-Fetch-Site: same-site",
                    ] {
                        let answer = try gateway.admin(
                            "POST",
                            "/revoke",
                            fields: Self.json + [field],
                            body: "{\"key\":\"a\"}"
                        )
                        #expect(answer.status == 403 && answer.code == "cross_site_request", "\(field)")
                    }
                }
            }
        }

        @Test func theCommandTellsARunningGateway() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let issued = servers.keys.issue(name: "a", scopes: ["read:trades"], subject: "user_a")
                    #expect(try gateway.exchange("GET", "/api/v1/trades", key: issued.key).status == 200)
                    let folder = try TemporaryFolder()
                    let input = try folder.write("key", issued.key + "\n")
                    let admin = ["--admin", "127.0.0.1:\(gateway.adminPort)"]
                    let byKey = try ChildProcess.run(Program.path, ["revoke", "--key"] + admin, input: input)
                    #expect(byKey.end == .exited(0) && byKey.output.hasPrefix("forgotten: 1\n"), "\(byKey)")
                    let again = try ChildProcess.run(Program.path, ["revoke", "--subject", "user_a"] + admin)
                    #expect(again.end == .exited(0) && again.output.hasPrefix("forgotten: 0\n"), "\(again)")
                    let none = try ChildProcess.run(Program.path, ["revoke"] + admin)
                    #expect(none.end == .exited(2))
                    let port = try ScriptedBackend.unusedPort()
                    let nobody = try ChildProcess.run(
                        Program.path,
                        ["revoke", "--key-id", "k", "--admin", "127.0.0.1:\(port)"]
                    )
                    #expect(nobody.end == .exited(2) && nobody.errors.contains("no gateway answers"), "\(nobody)")
                    let several = try ChildProcess.run(
                        Program.path,
                        ["revoke", "--key-id", "k", "--admin", "127.0.0.1:\(port)", "--format", "json"] + admin
                    )
                    #expect(several.end == .exited(1) && several.errors.contains(":\(port)"), "\(several)")
                    #expect(several.output.contains("\"admin\":\"127.0.0.1:\(gateway.adminPort)\",\"forgotten\":0"))
                }
            }
        }
    }
}
