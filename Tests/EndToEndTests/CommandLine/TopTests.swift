import Foundation
import Testing

extension EndToEndTests {
    @Suite("scopegate top")
    struct TopTests {
        private static func run(
            _ gateway: GatewayProcess,
            _ arguments: String...
        ) throws -> (end: ChildProcess.End, output: String, errors: String) {
            try ChildProcess.run(
                Program.path,
                ["top", "--config", gateway.configurationPath, "--admin", "127.0.0.1:\(gateway.adminPort)"] + arguments,
                environment: ["E2E_INTROSPECTION_SECRET": JournalServers.secret, "COLUMNS": "120"]
            )
        }

        @Test func whatThereIsNow() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let key = servers.key(["read:trades"])
                    #expect(try gateway.exchange("GET", "/api/v1/trades", key: key).status == 200)
                    #expect(try gateway.exchange("POST", "/api/v1/trades", key: key).status == 403)
                    #expect(try gateway.admin("POST", "/reload").status == 200)
                    try waitUntil("a sample has it") {
                        try Self.run(gateway, "--once", "--format", "json").output.contains("\"denied_total\":1,")
                    }
                    let result = try Self.run(gateway, "--once")
                    #expect(result.end == .exited(0), "\(result.errors)")
                    let lines = result.output.split(separator: "\n").map(String.init)
                    #expect(lines.first?.hasPrefix("scopegate top  127.0.0.1:\(gateway.adminPort)  ") == true)
                    #expect(lines.first?.hasSuffix("generation 2  ready") == true)
                    #expect(lines.contains { $0.contains("reload applied, generation 2, by admin") })
                    let denial = try #require(lines.last)
                    for part in ["403", "forbidden_scope", "write:trades", "POST /api/v1/trades"] {
                        #expect(denial.contains(part), "\(denial)")
                    }
                    #expect(!result.output.contains("\u{1B}") && !result.output.contains(key))
                    #expect(lines.allSatisfy { $0.count <= 120 })
                }
            }
        }

        @Test func aLineASecondWithoutATerminal() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let top = try ChildProcess(
                        Program.path,
                        [
                            "top", "--config", gateway.configurationPath, "--admin", "127.0.0.1:\(gateway.adminPort)",
                            "--format", "json",
                        ],
                        environment: ["E2E_INTROSPECTION_SECRET": JournalServers.secret],
                        in: TemporaryFolder(),
                        name: "top"
                    )
                    func samples() throws -> [[String: Any]] {
                        let text = top.output
                        return try text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1).map { line in
                            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                        }
                    }
                    try waitUntil("three samples") { try samples().count >= 3 }
                    let times = try samples().compactMap { $0["time"] as? Double }
                    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
                    top.signal(SIGINT)
                    #expect(try top.wait(within: 10) == .signalled(SIGINT))
                }
            }
        }

        @Test func aGatewayThatIsNotThere() throws {
            let result = try ChildProcess.run(Program.path, ["top", "--once", "--admin", "127.0.0.1:1"])
            #expect(result.end == .exited(2))
            #expect(result.errors.contains("no gateway answers at 127.0.0.1:1"), "\(result.errors)")
        }

        @Test func aTokenThatIsNotKnown() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.admin = "{address: '127.0.0.1:0', token: {file: admin-token}}"
                settings.files["admin-token"] = "an admin token for tests only"
                try await withGateway(settings) { gateway in
                    #expect(try Self.run(gateway, "--once").end == .exited(0))
                    let address = "127.0.0.1:\(gateway.adminPort)"
                    let refused = try ChildProcess.run(Program.path, ["top", "--once", "--admin", address])
                    #expect(refused.end == .exited(2))
                    #expect(refused.errors.contains("asks for its admin token"), "\(refused.errors)")
                }
            }
        }
    }
}
