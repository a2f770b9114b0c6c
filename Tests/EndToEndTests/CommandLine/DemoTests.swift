import Foundation
import Glibc
import Testing

extension EndToEndTests {
    @Suite("scopegate demo")
    struct DemoTests {
        private struct Guide: Decodable {
            struct Request: Decodable {
                var about: String
                var command: String
                var status: Int
                var code: String?
            }

            var gateway: String
            var audit: String
            var keys: [String: String]
            var requests: [Request]
        }

        /// What it prints can be pasted into a shell, and does what it says.
        @Test func printsRequestsThatWork() throws {
            let folder = try TemporaryFolder()
            let demo = try ChildProcess(
                Program.path,
                [
                    "demo", "--port", "0", "--admin-port", "0", "--backend-port", "0", "--key-service-port", "0",
                    "--format", "json", "--audit", folder.file("audit.jsonl"),
                ],
                in: folder,
                name: "demo"
            )
            defer { demo.kill() }
            let guide = try waitFor("the demo is ready", within: 20) {
                try? JSONDecoder().decode(Guide.self, from: Data(demo.output.utf8))
            }
            #expect(Set(guide.keys.keys) == ["read-everything", "read-write-everything", "custom"])
            #expect(guide.requests.contains { $0.code == "forbidden_scope" })
            for request in guide.requests {
                let result = try ChildProcess.run("sh", ["-c", "\(request.command) -w '\\n%{http_code}'"])
                #expect(result.end == .exited(0), "\(request.command): \(result.errors)")
                #expect(result.output.hasSuffix("\n\(request.status)"), "\(request.command): \(result.output)")
                if let code = request.code { #expect(result.output.contains("\"code\":\"\(code)\"")) }
            }
            let refused = guide.requests.filter { $0.code != nil }
            let records = folder.read("audit.jsonl").split(separator: "\n")
            #expect(records.count { $0.contains(#""event":"denied""#) } == refused.count)
            demo.signal(SIGTERM)
            #expect(try demo.wait(within: 10) == .exited(0))
        }

        /// By a signal of the terminal's, of a service manager's, or because a port is taken.
        @Test(arguments: [SIGINT, SIGTERM, SIGHUP, 0])
        func leavesNothingBehind(signal: Int32) throws {
            let folder = try TemporaryFolder()
            let temporary = folder.file("tmp")
            try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
            let (listener, taken) = try ScriptedBackend.listen(backlog: 1)
            defer { close(listener) }
            let demo = try ChildProcess(
                Program.path,
                [
                    "demo", "--port", "0", "--admin-port", signal == 0 ? "\(taken)" : "0", "--backend-port", "0",
                    "--key-service-port", "0", "--format", "json",
                ],
                environment: ["TMPDIR": temporary],
                in: folder,
                name: "demo"
            )
            defer { demo.kill() }
            if signal == 0 {
                #expect(try demo.wait(within: 20) == .exited(2))
                #expect(demo.errors.contains("\(taken)"), "\(demo.errors)")
            } else {
                let guide = try waitFor("the demo is ready", within: 20) {
                    try? JSONDecoder().decode(Guide.self, from: Data(demo.output.utf8))
                }
                #expect(guide.audit.hasPrefix(temporary) && FileManager.default.fileExists(atPath: guide.audit))
                demo.signal(signal)
                #expect(try demo.wait(within: 10) == .exited(0))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
        }
    }
}
