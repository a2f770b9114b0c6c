import Foundation
import Testing

extension EndToEndTests {
    @Suite("scopegate introspect")
    struct IntrospectCommandTests {
        private typealias Result = (end: ChildProcess.End, output: String, errors: String)

        /// Asks the endpoint without a gateway.
        private func askDirectly(_ servers: JournalServers, key: String, _ arguments: [String] = []) throws -> Result {
            let folder = try TemporaryFolder()
            let config = try servers.settings.write(to: folder)
            return try ChildProcess.run(
                Program.path,
                ["introspect", "--direct", "--config", config] + arguments,
                environment: ["E2E_INTROSPECTION_SECRET": JournalServers.secret],
                input: try folder.write("key", key + "\n")
            )
        }

        /// Has a gateway ask, of which nothing but the admin listener's address is known.
        private func askGateway(_ gateway: GatewayProcess, key: String, _ arguments: [String] = []) throws -> Result {
            let folder = try TemporaryFolder()
            return try ChildProcess.run(
                Program.path,
                ["introspect", "--admin", "127.0.0.1:\(gateway.adminPort)"] + arguments,
                input: try folder.write("key", key + "\n")
            )
        }

        @Test func showsWhatIsSaidAndHowItIsRead() async throws {
            try await withJournal { servers in
                let issued = servers.keys.issue(name: "a", scopes: ["read:trades", "other:thing"], subject: "user_a")
                let parts = [
                    "200 application/json", "active", "read:trades", "1 more that the catalog doesn't have", "never",
                    issued.id, "user_a", "for 54.0 to 60.0 s",
                ]
                let direct = try askDirectly(servers, key: issued.key)
                #expect(direct.end == .exited(0), "\(direct)")
                try await withGateway(servers.settings) { gateway in
                    // A typo on disk is no reason why nothing could be learned of a key.
                    try Data("listen: [".utf8).write(to: URL(fileURLWithPath: gateway.configurationPath))
                    let asked = try askGateway(gateway, key: issued.key)
                    #expect(asked.end == .exited(0) && asked.output == direct.output, "\(asked)")
                    #expect(!gateway.log.contains(issued.key))
                    let json = try askGateway(gateway, key: issued.key, ["--format", "json"])
                    #expect(json.end == .exited(0) && json.output.contains(#""outcome":"active""#), "\(json)")
                }
                for part in parts { #expect(direct.output.contains(part), "\(part) is not in \(direct.output)") }
                #expect(!direct.output.contains(issued.key))
            }
        }

        @Test func theGatewayAsksPastItsCache() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let issued = servers.keys.issue(name: "a", scopes: ["read:trades"], subject: "user_a")
                    let answer = try gateway.exchange("GET", "/api/v1/trades", key: issued.key)
                    #expect(answer.status == 200)
                    let count = servers.keys.introspectionCount
                    let asked = try askGateway(gateway, key: issued.key)
                    #expect(asked.end == .exited(0))
                    #expect(servers.keys.introspectionCount == count + 1)
                }
            }
        }

        @Test func anInactiveKeyIsAFinding() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    for result in [try askDirectly(servers, key: "junk"), try askGateway(gateway, key: "junk")] {
                        #expect(result.end == .exited(1) && result.output.contains("inactive"), "\(result)")
                        #expect(result.output.contains("for 9.0 to 10.0 s"), "\(result)")
                    }
                }
            }
        }

        @Test func anEndpointThatDoesNotAnswerIsAFinding() async throws {
            try await withJournal { servers in
                // Before the gateway is started, which would have its listening socket otherwise.
                await servers.keyServer.shutdown()
                try await withGateway(servers.settings) { gateway in
                    for result in [try askDirectly(servers, key: "junk"), try askGateway(gateway, key: "junk")] {
                        #expect(result.end == .exited(1) && result.output.contains("unreachable"), "\(result)")
                        #expect(result.output.contains("not at all"), "\(result)")
                    }
                }
            }
        }

        @Test(arguments: ["", "two words", "\u{E9}"])
        func whatCanNotBeAKeyIsBadInput(key: String) async throws {
            try await withJournal { servers in
                let result = try askDirectly(servers, key: key)
                #expect(result.end == .exited(2) && servers.keys.introspectionCount == 0, "\(result)")
                try await withGateway(servers.settings) { gateway in
                    let body = "{\"key\":\"\(key)\"}"
                    let fields = ["Content-Type: application/json"]
                    let answer = try gateway.admin("POST", "/introspect", fields: fields, body: body)
                    #expect(answer.status == 400 && servers.keys.introspectionCount == 0, "\(answer.text)")
                }
            }
        }

        @Test func withoutAGatewayItSaysWhatElseThereIs() throws {
            let folder = try TemporaryFolder()
            let result = try ChildProcess.run(
                Program.path,
                ["introspect", "--admin", "127.0.0.1:1"],
                input: try folder.write("key", "k\n")
            )
            #expect(result.end == .exited(2) && result.errors.contains("--direct"), "\(result)")
        }
    }
}
