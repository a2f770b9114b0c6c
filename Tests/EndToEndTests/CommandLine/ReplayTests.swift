import Foundation
import Testing

extension EndToEndTests {
    @Suite("scopegate replay")
    struct ReplayTests {
        private static let map =
            "version: 1\nroutes:\n  /api/v1/trades: {GET: \"read:trades\", POST: \"read:trades\"}\n"

        private func replay(
            _ log: String,
            _ routes: String,
            _ more: [String] = []
        ) throws -> (end: ChildProcess.End, output: String, errors: String) {
            try ChildProcess.run(Program.path, ["replay", log, "--routes", routes] + more)
        }

        /// A log of three files, of which one is compressed and one is named as logrotate does.
        @Test func readsRotatedAndCompressedFiles() async throws {
            let folder = try TemporaryFolder()
            let log = folder.file("audit.jsonl")
            try await withJournal { servers in
                var settings = servers.settings
                settings.auditPath = log
                settings.audit = ["allowed: all"]
                let reader = servers.key(["read:trades"])
                try await withGateway(settings) { gateway in
                    let client = try gateway.client()
                    for number in 0..<9 {
                        let id = "X-Request-Id: id-\(number)"
                        let status = try client.exchange("POST", "/api/v1/trades", key: reader, fields: [id]).status
                        #expect(status == 403)
                    }
                    #expect(try client.exchange("GET", "/api/v1/trades", key: reader).status == 200)
                    #expect(try client.exchange("GET", "/api/v1/tags", key: reader).status == 403)
                    #expect(try client.exchange("GET", "/api/v1/scopes").status == 200)
                    #expect(try client.exchange("GET", "/api/v1//").status == 400)
                }
            }
            let routes = try folder.write("new.yaml", Self.map)
            let whole = try replay(log, routes)
            #expect(whole.end == .exited(1))
            let expected = [
                "9×  POST  /api/v1/trades  forbidden_scope write:trades → allow", "1×  GET   /api/v1/tags",
                "1×  GET   /api/v1/scopes  allow → unmapped_route",
                "12 requests, 11 decided otherwise", "1 records left out",
            ]
            for part in expected { #expect(whole.output.contains(part), "\(part)\n\(whole.output)") }

            let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map { $0 + "\n" }
            try folder.write("audit.jsonl.2", lines[..<4].joined())
            try folder.write("audit.jsonl.1", lines[4..<8].joined())
            try folder.write("audit.jsonl", lines[8...].joined())
            #expect(try ChildProcess.run("gzip", [folder.file("audit.jsonl.2")]).end == .exited(0))
            let parts = try replay(log, routes)
            #expect(parts.end == .exited(1) && parts.output == whole.output, "\(parts)")

            let one = try replay(log, routes, ["--reason", "forbidden_scope", "--method", "GET", "--format", "json"])
            #expect(one.output.contains("\"requests\" : 1"), "\(one.output)")
            #expect(try replay(log, routes, ["--since", "1h", "--until", "30m"]).end == .exited(0))
            #expect(try replay(folder.file("none.jsonl"), routes).end == .exited(2))
            #expect(try replay(log, folder.file("none.yaml")).end == .exited(2))
        }

        /// Where a path was cut, nobody knows what it was.
        @Test func cutPathsAreLeftOut() async throws {
            let folder = try TemporaryFolder()
            let log = folder.file("audit.jsonl")
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.auditPath = log
            try await withGateway(settings) { gateway in
                let path = "/api/v1/trades/" + String(repeating: "a", count: 3000)
                let answer = try gateway.exchange("GET", path)
                #expect(answer.status == 401)
            }
            let result = try replay(log, try folder.write("new.yaml", Self.map))
            #expect(result.end == .exited(0))
            #expect(result.output.contains("0 requests, 0 decided otherwise\n1 records left out"), "\(result)")
        }
    }
}
