import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// What `scopegate audit` says of a log that is not all there, and of searches that can't find anything.
    @Suite("Audit tools that don't say nobody")
    struct AuditAnswerTests {
        private typealias Result = (end: ChildProcess.End, output: String, errors: String)

        private func run(_ arguments: [String], input: String? = nil) throws -> Result {
            if let input {
                return try ChildProcess.run(
                    "/bin/sh",
                    ["-c", "\"$0\" audit \"$@\" < '\(input)'", Program.path] + arguments
                )
            }
            return try ChildProcess.run(Program.path, ["audit"] + arguments)
        }

        /// A log of a few refusals, as a gateway leaves it.
        private func withLog(_ body: (TemporaryFolder, String) throws -> Void) async throws {
            let folder = try TemporaryFolder()
            let log = folder.file("audit.jsonl")
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.auditPath = log
            try await withGateway(settings) { gateway throws in
                for number in 0..<5 {
                    #expect(try gateway.exchange("GET", "/api/v1/trades/\(number)").status == 401)
                }
            }
            try body(folder, log)
        }

        @Test func nothingIsNotWhole() async throws {
            try await withLog { folder, log in
                let directory = try run(["verify", "--log", folder.path])
                #expect(directory.end == .exited(2) && directory.errors.contains("it is a directory"))
                let whole = try run(["verify", "--log", "-"], input: log)
                #expect(whole.end == .exited(0) && whole.output.contains("whole: records 1 to "), "\(whole)")
                let piped = try ChildProcess.run(
                    "/bin/sh",
                    ["-c", "gzip -c '\(log)' | '\(Program.path)' audit verify --log /dev/stdin"]
                )
                #expect(piped.end == .exited(0) && piped.output.contains("whole: records 1 to "), "\(piped)")
                let nobody = try run(["verify", "--log", "-"])
                #expect(nobody.end == .exited(1) && nobody.output.contains("nothing was checked"), "\(nobody)")
                #expect(!nobody.output.contains("whole:"))

                let key = try folder.write("key", "a signing key of tests")
                try FileManager.default.removeItem(atPath: log + ".head")
                for options in [[], ["--key-file", key]] {
                    let headless = try run(["verify", "--log", log] + options)
                    #expect(headless.end == .exited(1) && headless.output.contains("the head file is missing"))
                    try FileManager.default.moveItem(atPath: log, toPath: log + "x")
                    try folder.write("audit.jsonl", "")
                    let empty = try run(["verify", "--log", log] + options)
                    #expect(empty.end == .exited(1) && empty.output.contains("there is no record in the log"))
                    for command in ["query", "top"] {
                        let answer = try run([command, "--log", log])
                        #expect(answer.end == .exited(2) && answer.errors.contains("there is no record in it"))
                    }
                    try FileManager.default.removeItem(atPath: log)
                    try FileManager.default.moveItem(atPath: log + "x", toPath: log)
                }
            }
        }

        @Test func anAnchorFileIsCheckedAndKept() async throws {
            try await withLog { folder, log in
                let anchor = folder.file("anchor")
                let first = try run(["verify", "--log", log, "--anchor-file", anchor])
                #expect(first.end == .exited(0) && first.output.contains("the next check shows"), "\(first)")
                let kept = folder.read("anchor")
                #expect(kept.hasPrefix(try #require(first.output.split(separator: " ").last.map(String.init))))
                let mode = try FileManager.default.attributesOfItem(atPath: anchor)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                #expect(try run(["verify", "--log", log, "--anchor-file", anchor]).end == .exited(0))

                // The log as it was before, with the head file that it had then: only the anchor tells.
                let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
                let older = try TemporaryFolder()
                var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
                settings.auditPath = older.file("audit.jsonl")
                let process = try GatewayProcess(settings)
                #expect(try process.terminate() == .exited(0))
                let path = settings.auditPath
                #expect(older.read("audit.jsonl").split(separator: "\n").count < lines.count)
                let unseen = try run(["verify", "--log", path])
                #expect(unseen.end == .exited(0) && unseen.output.contains("an anchor shows it (--anchor-file)"))
                let seen = try run(["verify", "--log", path, "--anchor-file", anchor])
                #expect(seen.end == .exited(1) && seen.output.contains("which the anchor names"), "\(seen)")
                #expect(folder.read("anchor") == kept)

                try folder.write("anchor", "something else\n")
                let bad = try run(["verify", "--log", log, "--anchor-file", anchor])
                #expect(bad.end == .exited(2) && bad.errors.contains("holds no anchor"))
                let nowhere = try run(["verify", "--log", log, "--anchor-file", folder.file("none/anchor")])
                #expect(nowhere.end == .exited(2) && nowhere.errors.contains("can't be written"), "\(nowhere)")
            }
        }

        @Test func aReportReplacesNothingButAReport() async throws {
            try await withLog { folder, log in
                let before = folder.read("audit.jsonl")
                for target in [log, log + ".head", folder.path, "/dev/null"] {
                    let refused = try run(["report", "--log", log, "--html", target])
                    #expect(refused.end == .exited(2) && refused.errors.contains("is no report"), "\(refused)")
                }
                #expect(folder.read("audit.jsonl") == before)
                for _ in 0..<2 {
                    #expect(try run(["report", "--log", log, "--html", folder.file("r.html")]).end == .exited(0))
                }
            }
        }

        @Test func linesThatAreNoRecordsAreNamedAndNotCounted() async throws {
            try await withLog { folder, log in
                try folder.write("audit.jsonl", folder.read("audit.jsonl") + "\n{}\n[1]\nnull\n{\"time\":\"torn\n")
                let all = try run(["query", "--log", log, "--event", "denied", "--count"])
                #expect(all.output == "5\n", "\(all)")
                let every = try run(["query", "--log", log, "--count"])
                #expect(every.end == .exited(1) && every.errors.contains("5 lines are no records"), "\(every)")
                let top = try run(["top", "--log", log])
                #expect(top.output.hasPrefix("5 records"), "\(top)")
            }
        }

        @Test func searchesThatFindNothingAreRefused() async throws {
            try await withLog { folder, log in
                func count(_ options: [String]) throws -> String {
                    try run(["query", "--log", log, "--count"] + options).output.filter { $0 != "\n" }
                }
                for options in [
                    ["--client", "127.0.0.0/8"], ["--client", "::ffff:127.0.0.1"], ["--method", "get"],
                    ["--reason", "missing_*"], ["--since", "1h", "--event", "denied"], ["--route", "/api/*"],
                    ["--status", "4XX"],
                    ["--since", "1h", "--until", "now", "--event", "DENIED"], ["--client", "127.*"],
                    ["--event", "denied"],
                ] { #expect(try count(options) == "5", "\(options)") }
                for (options, message) in [
                    (["--event", "denyed"], "did you mean denied?"),
                    (["--reason", "forbiden_scope"], "did you mean forbidden_scope?"),
                    (["--client", "localhost"], "--client: \"localhost\" is not a range of addresses"),
                    (["--status", "4x"], "--status: \"4x\" is not a status"),
                    (["--since", "now", "--until", "2h"], "--since: now is not before 2h"),
                    (["--since", "@-9223372036854"], "is not a time"),
                    (["--until", "@9223372036854"], "is not a time"),
                    (["--route", "api"], "they begin with /"), (["--key", ""], "which no record has"),
                ] {
                    let answer = try run(["query", "--log", log] + options)
                    #expect(answer.end == .exited(2) && answer.errors.contains(message), "\(options) \(answer)")
                }
                for command in ["query", "top"] {
                    let nothing = try run([command, "--log", log, "--scope", "write:trade"])
                    #expect(nothing.errors.contains("whether there is a scope write:trade is not known"), "\(nothing)")
                }
                // The scopes of the log's own configuration are known.
                try folder.write("scopegate.yaml", "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\n")
                let config = ["--config", folder.file("scopegate.yaml")]
                let scope = try run(["query", "--scope", "write:trade"] + config)
                #expect(scope.end == .exited(2) && scope.errors.contains("did you mean write:trades?"), "\(scope)")
                let pattern = try run(["query", "--scope", "write:*", "--count"] + config)
                #expect(pattern.end == .exited(1) && pattern.output == "0\n", "\(pattern)")
                let help = try run(["query", "--help"]).output.split(whereSeparator: \.isWhitespace)
                #expect(help.joined(separator: " ").contains("Without a zone times are UTC"))
            }
        }

        @Test func whatCantBeReadIsNamedAndHidesNothingElse() async throws {
            try await withLog { folder, log in
                try folder.write("audit.jsonl.1.gz", "not gzip")
                try folder.write("audit.jsonl-20261124.zst", "?")
                for (command, options) in [
                    ("query", ["--event", "denied", "--format", "json"]), ("top", []), ("tail", ["-n", "100"]),
                    ("report", ["--no-verify", "--html", "-"]),
                ] {
                    let answer = try run([command, "--log", log] + options)
                    #expect(answer.end == .exited(1), "\(command) \(answer)")
                    #expect(answer.errors.contains("audit.jsonl.1.gz: the compressed data is damaged"), "\(answer)")
                    #expect(answer.errors.contains("audit.jsonl-20261124.zst: its compression"), "\(answer)")
                    #expect(answer.errors.contains("what these 2 files hold is not in the answer"))
                    #expect(answer.output.contains("missing_key"), "\(command) \(answer)")
                }
                let verified = try run(["verify", "--log", log])
                #expect(verified.end == .exited(1) && verified.output.contains("2 findings: records 1 to"))
            }
        }
    }
}
