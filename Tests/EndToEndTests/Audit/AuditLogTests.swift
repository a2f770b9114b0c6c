import Foundation
import Glibc
import Testing

extension EndToEndTests {
    @Suite("The audit log")
    struct AuditLogTests {
        private let folder: TemporaryFolder
        private var log: String { folder.file("audit.jsonl") }

        init() throws { folder = try TemporaryFolder() }

        private func verify(_ path: String? = nil) throws -> (status: ChildProcess.End, text: String) {
            let result = try ChildProcess.run(Program.path, ["audit", "verify", "--log", path ?? log])
            return (result.end, result.output + result.errors)
        }

        private func lines(_ path: String? = nil) throws -> [[String: Any]] {
            let text = try String(contentsOfFile: path ?? log, encoding: .utf8)
            return try text.split(separator: "\n").compactMap { line in
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            }
        }

        private func settings(_ servers: JournalServers, _ audit: [String] = []) -> GatewaySettings {
            var settings = servers.settings
            settings.auditPath = log
            // So that they name requests.
            settings.rest = ["trusted_proxies: [127.0.0.0/8]"]
            settings.audit = audit
            return settings
        }

        @Test(arguments: ["written", "synced"])
        func outlivesKills(durability: String) async throws {
            try await withJournal { servers in
                var ids: [String] = []
                for round in 0..<3 {
                    let gateway = try GatewayProcess(settings(servers, ["durability: \(durability)"]))
                    let client = try gateway.client()
                    for number in 0..<20 {
                        ids.append("kill-\(round)-\(number)")
                        let response = try client.exchange(
                            "GET",
                            "/nowhere",
                            fields: ["X-Request-Id: \(ids.last ?? "")"]
                        )
                        #expect(response.status == 403)
                    }
                    gateway.child.kill()
                    #expect(try verify().status == .exited(0))
                    // A crash in the midst of a write.
                    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
                    try handle.seekToEnd()
                    try handle.write(contentsOf: Data(#"{"time":"2026-11-24T08:30:15.2500"#.utf8))
                    try handle.close()
                    #expect(try verify().text.contains("the last line is torn"))
                }
                try await withGateway(settings(servers)) { gateway in
                    // The admin listener tells of what was before the start too.
                    let answer = try gateway.admin("GET", "/audit?event=denied&limit=1000")
                    let body = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
                    let records = try #require(body?["records"] as? [[String: Any]])
                    #expect(records.compactMap { $0["request_id"] as? String } == ids.reversed())
                }
                let lines = try lines()
                #expect(lines.compactMap { $0["request_id"] as? String } == ids)
                #expect(lines.filter { $0["event"] as? String == "recovered" }.count == 3)
                #expect(lines.filter { $0["event"] as? String == "start" }.count == 4)
                #expect(lines.last?["event"] as? String == "checkpoint")
                let result = try verify()
                #expect(
                    result.status == .exited(0) && result.text.contains("3 of the starts followed an end out of order")
                )
            }
        }

        @Test func opensANewFileOnSIGUSR1() async throws {
            try await withJournal { servers in
                try await withGateway(settings(servers)) { gateway in
                    #expect(try gateway.exchange("GET", "/nowhere").status == 403)
                    try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
                    gateway.child.signal(SIGUSR1)
                    try waitUntil("it has been opened anew") { gateway.log.contains("opened anew") }
                    #expect(try gateway.exchange("GET", "/nowhere").status == 403)
                    try waitUntil("there is a new file") { FileManager.default.fileExists(atPath: log) }
                    #expect(try gateway.exchange("GET", "/nowhere").status == 403)
                }
                #expect(try lines(log + ".1").filter { $0["event"] as? String == "denied" }.count >= 1)
                #expect(try lines().contains { $0["event"] as? String == "stop" })
                #expect(try verify().status == .exited(0))
                let mode = try FileManager.default.attributesOfItem(atPath: log)[.posixPermissions] as? Int
                #expect(mode == 0o600)
            }
        }

        /// A client that puts its key wherever it can; the strictest reader finds it nowhere.
        @Test func holdsNoKey() async throws {
            try await withJournal { servers in
                var settings = settings(servers, ["query: keep", "stdout: true", "allowed: all"])
                settings.rest = ["trusted_proxies: [127.0.0.0/8, 10.0.0.0/8]", "log: {level: trace}"]
                let key = servers.key(["read:trades"])
                let madeUp = "made-up-0123456789abcdef"
                var texts: [String] = []
                try await withGateway(settings) { gateway in
                    // The one that is valid, and one that is not.
                    for key in [key, madeUp] {
                        let fields = [
                            "X-Request-Id: \(key)", "User-Agent: agent \(key)",
                            "X-Forwarded-For: 203.0.113.9, 10.1.2.3",
                            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "Referer: \(key)",
                        ]
                        for target in ["/nowhere/\(key)?k=\(key)", "/api/v1/trades?k=\(key)", "/api/v1/tags/\(key)"] {
                            _ = try gateway.exchange("GET", target, key: key, fields: fields)
                            _ = try gateway.exchange("POST", target, key: key, fields: fields + ["X-API-Key: \(key)"])
                        }
                    }
                    try waitUntil("all is mirrored") { gateway.output.split(separator: "\n").count >= 13 }
                    texts += [gateway.log, gateway.output]
                    let config = gateway.configurationPath
                    for arguments in [
                        ["query", "--format", "json"], ["query"], ["query", "--format", "csv"], ["top"], ["tail"],
                        ["report", "--html", "-"], ["explain", "[key]"],
                    ] {
                        let result = try ChildProcess.run(
                            Program.path,
                            ["audit"] + arguments + ["--log", log, "--config", config],
                            environment: ["E2E_INTROSPECTION_SECRET": JournalServers.secret]
                        )
                        #expect(result.end == .exited(0), "\(arguments): \(result.errors)")
                        #expect(!result.output.isEmpty)
                        texts += [result.output, result.errors]
                    }
                    // What is mirrored is what is in the file.
                    let text = try String(contentsOfFile: log, encoding: .utf8)
                    #expect(text.hasPrefix(gateway.output) && !gateway.output.isEmpty)
                }
                texts.append(try String(contentsOfFile: log, encoding: .utf8))
                for text in texts { #expect(!text.contains(key) && !text.contains(madeUp), "\(text.prefix(300))") }
                let lines = try lines().filter { $0["request_id"] != nil }
                #expect(lines.count == 12)
                for line in lines {
                    #expect(line["client"] as? String == "127.0.0.1")
                    #expect(line["forwarded_client"] as? String == "203.0.113.9")
                    #expect(line["trace_id"] as? String == "0af7651916cd43dd8448eb211c80319c")
                }
                #expect(lines.contains { $0["event"] as? String == "allowed" && $0["status"] as? Int == 200 })
                #expect(lines.contains { $0["query"] as? String == "k=[key]" })
            }
        }

        @Test func recordsWhatPassesBySetting() async throws {
            try await withJournal { servers in
                let key = servers.key(["read:trades", "write:trades"])
                for (setting, expected) in [("none", 0), ("writes", 4), ("all", 8)] {
                    var settings = settings(servers, ["allowed: \(setting)"])
                    settings.auditPath = folder.file("\(setting).jsonl")
                    try await withGateway(settings) { gateway in
                        let client = try gateway.client()
                        for _ in 0..<4 {
                            #expect(try client.exchange("GET", "/api/v1/trades", key: key).status == 200)
                            let response = try client.exchange(
                                "POST",
                                "/api/v1/trades",
                                key: key,
                                body: Array("{}".utf8)
                            )
                            #expect(response.status < 500 && response.status != 403)
                        }
                    }
                    let allowed = try lines(settings.auditPath).filter { $0["event"] as? String == "allowed" }
                    #expect(allowed.count == expected)
                    #expect(allowed.allSatisfy { $0["code"] as? String == "allowed" && $0["key_id"] != nil })
                    #expect(allowed.allSatisfy { ($0["status"] as? Int ?? 0) >= 200 })
                }
                var settings = settings(servers, ["allowed: all", "sample: 3"])
                settings.threads = 1
                settings.upstream = "http://127.0.0.1:1"
                try await withGateway(settings) { gateway in
                    let client = try gateway.client()
                    for _ in 0..<9 { #expect(try client.exchange("GET", "/api/v1/trades", key: key).status == 502) }
                }
                let allowed = try lines().filter { $0["event"] as? String == "allowed" }
                #expect(allowed.count == 3 && allowed.allSatisfy { $0["status"] as? Int == 502 })
            }
        }

        /// What is kept of a grant from one record to the next is of that grant, and of the secret that is in force.
        @Test func tellsOfEachKeyItsOwn() async throws {
            try await withJournal { servers in
                let keys = [["read:tags"], ["read:goals", "write:goals"]].map { ($0, servers.key($0)) }
                let secret = folder.file("secret")
                try folder.write("secret", "one-secret-for-fingerprints-0123456789")
                var settings = settings(servers, ["fingerprint_secret: {file: \(secret)}"])
                settings.rest = ["reload: {watch: false}"]
                try await withGateway(settings) { gateway in
                    func refuse() throws {
                        for _ in 0..<6 {
                            for (_, key) in keys {
                                #expect(try gateway.exchange("GET", "/api/v1/trades", key: key).status == 403)
                            }
                        }
                    }
                    try refuse()
                    try folder.write("secret", "another-secret-for-fingerprints-987654")
                    #expect(try gateway.admin("POST", "/reload").status == 200)
                    try refuse()
                }
                let lines = try lines().filter { $0["event"] as? String == "denied" }
                #expect(lines.count == 24)
                var fingerprints: Set<String> = []
                for start in [0, 12] {
                    for (index, (scopes, _)) in keys.enumerated() {
                        let own = stride(from: start + index, to: start + 12, by: 2).map { lines[$0] }
                        #expect(own.allSatisfy { $0["granted_scopes"] as? [String] == scopes })
                        #expect(Set(own.compactMap { $0["key_id"] as? String }).count == 1)
                        let found = Set(own.compactMap { $0["key_fingerprint"] as? String })
                        #expect(found.count == 1)
                        fingerprints.formUnion(found)
                    }
                }
                #expect(fingerprints.count == 4)
            }
        }

        @Test func aLogThatIsInUseOrNoneIsRefused() async throws {
            try await withJournal { servers in
                try await withGateway(settings(servers)) { _ in
                    let failure = #expect(throws: ChildProcess.StartFailure.self) {
                        _ = try GatewayProcess(settings(servers))
                    }
                    #expect(failure?.description.contains("another process writes to it") == true)
                }
                try Data("root:x:0:0\n".utf8).write(to: URL(fileURLWithPath: log))
                let failure = #expect(throws: ChildProcess.StartFailure.self) {
                    _ = try GatewayProcess(settings(servers))
                }
                #expect(failure?.description.contains("not an audit log") == true)
            }
        }
    }
}
