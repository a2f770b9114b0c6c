import Testing

extension EndToEndTests {
    @Suite("scopegate introspect")
    struct IntrospectCommandTests {
        private func run(
            _ servers: JournalServers,
            key: String,
            _ arguments: [String] = []
        ) throws -> (end: ChildProcess.End, output: String, errors: String) {
            let folder = try TemporaryFolder()
            let config = try servers.settings.write(to: folder)
            return try ChildProcess.run(
                Program.path,
                ["introspect", "--config", config] + arguments,
                environment: ["E2E_INTROSPECTION_SECRET": JournalServers.secret],
                input: try folder.write("key", key + "\n")
            )
        }

        @Test func showsWhatIsSaidAndHowItIsRead() async throws {
            try await withJournal { servers in
                let issued = servers.keys.issue(name: "a", scopes: ["read:trades", "other:thing"], subject: "user_a")
                let text = try run(servers, key: issued.key)
                #expect(text.end == .exited(0), "\(text)")
                for part in [
                    "200 application/json", "active", "read:trades", "1 more that the catalog doesn't have", "never",
                    issued.id, "user_a", "for 54.0 to 60.0 s",
                ] { #expect(text.output.contains(part), "\(part) is not in \(text.output)") }
                #expect(!text.output.contains(issued.key))
                let json = try run(servers, key: issued.key, ["--format", "json"])
                #expect(json.end == .exited(0) && json.output.contains(#""outcome" : "active""#), "\(json)")
            }
        }

        @Test func anInactiveKeyIsAFinding() async throws {
            try await withJournal { servers in
                let result = try run(servers, key: "junk")
                #expect(result.end == .exited(1) && result.output.contains("inactive"), "\(result)")
                #expect(result.output.contains("for 9.0 to 10.0 s"), "\(result)")
            }
        }

        @Test func anEndpointThatDoesNotAnswerIsAFinding() async throws {
            try await withJournal { servers in
                await servers.keyServer.shutdown()
                let result = try run(servers, key: "junk")
                #expect(result.end == .exited(1) && result.output.contains("unreachable"), "\(result)")
                #expect(result.output.contains("not at all"), "\(result)")
            }
        }

        @Test(arguments: ["", "two words", "\u{E9}"])
        func whatCanNotBeAKeyIsBadInput(key: String) async throws {
            try await withJournal { servers in
                let result = try run(servers, key: key)
                #expect(result.end == .exited(2) && servers.keys.introspectionCount == 0, "\(result)")
            }
        }
    }
}
