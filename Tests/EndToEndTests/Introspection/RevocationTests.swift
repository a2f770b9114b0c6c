import Testing

extension EndToEndTests {
    @Suite("Revocation")
    struct RevocationTests {
        private static let json = ["Content-Type: application/json"]

        private func revoke(_ gateway: GatewayProcess, _ body: String) throws -> RawResponse {
            try gateway.admin("POST", "/revoke", fields: Self.json, body: body)
        }

        /// A key that was revoked where it was issued goes on working until the gateway is told, and then at once doesn't.
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
