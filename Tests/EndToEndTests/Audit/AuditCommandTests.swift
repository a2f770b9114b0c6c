import Foundation
import Testing

@testable import scopegate

extension EndToEndTests {
    @Suite("scopegate audit")
    struct AuditCommandTests {
        private func run(_ arguments: [String]) throws -> (end: ChildProcess.End, output: String, errors: String) {
            try ChildProcess.run(Program.path, ["audit"] + arguments)
        }

        @Test func findsCountsExplainsAndReports() async throws {
            let folder = try TemporaryFolder()
            let log = folder.file("audit.jsonl")
            try await withJournal { servers in
                var settings = servers.settings
                settings.auditPath = log
                settings.rest = ["trusted_proxies: [127.0.0.0/8]"]
                let key = servers.keys.issue(name: "test", scopes: ["read:tags"], subject: "=user, \"7\"")
                try await withGateway(settings) { gateway in
                    let client = try gateway.client()
                    for number in 0..<5 {
                        let id = "X-Request-Id: id-\(number)"
                        #expect(
                            try client.exchange("PUT", "/api/v1/trades/1/tags", key: key.key, fields: [id]).status
                                == 403
                        )
                    }
                    #expect(try client.exchange("GET", "/api/v1/nothing").status == 403)
                }
                let lines = try run(["query", "--log", log, "--event", "denied", "--format", "json"])
                #expect(lines.end == .exited(0) && lines.output.split(separator: "\n").count == 6)
                let text = try String(contentsOfFile: log, encoding: .utf8)
                #expect(lines.output.split(separator: "\n").allSatisfy { text.contains($0 + "\n") })

                let table = try run([
                    "query", "--log", log, "--scope", "write:tags", "--since", "1h", "--status", "4xx",
                ])
                #expect(table.output.split(separator: "\n").count == 6 && table.output.hasPrefix("TIME (UTC)"))
                #expect(table.output.contains("PUT /api/v1/trades/1/tags  id-3"))
                #expect(try run(["query", "--log", log, "--scope", "write:tags", "--count"]).output == "5\n")
                #expect(
                    try run(["query", "--log", log, "-n", "2", "--format", "json"]).output.split(separator: "\n").count
                        == 2
                )

                let csv = try run(["query", "--log", log, "--key", key.id, "--limit", "1", "--format", "csv"])
                let rows = csv.output.components(separatedBy: "\r\n")
                #expect(rows.count == 3 && rows[0].hasPrefix("time,seq,event,instance,request_id,"))
                #expect(rows[1].contains(#","'=user, ""7""","#) || rows[1].contains(#""'=user, ""7""""#))

                let none = try run(["query", "--log", log, "--until", "yesterday"])
                #expect(none.end == .exited(1) && none.output.isEmpty)
                let bad = try run(["query", "--log", log, "--since", "whenever"])
                #expect(bad.end == .exited(2) && bad.errors.contains("is not a time"))
                let missing = try run(["query", "--log", folder.file("none.jsonl")])
                #expect(missing.end == .exited(2) && missing.errors.contains("there is no audit log"))

                let top = try run(["top", "--log", log, "--format", "json"])
                struct Top: Decodable {
                    struct Entry: Decodable, Equatable {
                        var value: String
                        var count: Int
                    }
                    struct List: Decodable { var entries: [Entry] }
                    var total: Int
                    var scopes: List
                    var routes: List
                }
                let counted = try JSONDecoder().decode(Top.self, from: Data(top.output.utf8))
                #expect(counted.total == 6 && counted.scopes.entries == [.init(value: "write:tags", count: 5)])
                #expect(counted.routes.entries.first == .init(value: "PUT /api/v1/trades/{tradeId}/tags", count: 5))

                try folder.write("scopegate.yaml", "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\n")
                let config = folder.file("scopegate.yaml")
                let story = try run(["explain", "id-2", "--log", log, "--config", config])
                #expect(story.end == .exited(0))
                for part in [
                    "PUT /api/v1/trades/1/tags", "403 forbidden_scope", "the route needs write:tags",
                    "a key with write:tags",
                    "missing write:tags with these scopes",
                ] { #expect(story.output.contains(part), "\(part)\n\(story.output)") }
                #expect(try run(["explain", "id-9", "--log", log]).end == .exited(1))

                let page = folder.file("report.html")
                #expect(try run(["report", "--log", log, "--html", page]).end == .exited(0))
                let html = try String(contentsOfFile: page, encoding: .utf8)
                #expect(html.contains("The log is whole") && html.contains("<title>write:tags: 5</title>"))

                let tail = try run(["tail", "--log", log, "-n", "3", "--format", "json"])
                #expect(tail.output == text.split(separator: "\n").suffix(3).joined(separator: "\n") + "\n")

                let whole = try run(["verify", "--log", log])
                #expect(whole.end == .exited(0) && whole.output.contains("whole: records 1 to "))
                let anchor = try #require(whole.output.split(separator: "\n").last?.split(separator: " ").last)
                #expect(try run(["verify", "--log", log, "--anchor", String(anchor)]).end == .exited(0))
                #expect(try run(["verify", "--log", log, "--anchor", "x"]).end == .exited(2))
                var changed = text.split(separator: "\n", omittingEmptySubsequences: false)
                changed.remove(at: 3)
                try changed.joined(separator: "\n").write(toFile: log, atomically: false, encoding: .utf8)
                let broken = try run(["verify", "--log", log])
                #expect(broken.end == .exited(1))
                #expect(broken.output.hasPrefix("\(log):4: record 4 is missing before record 5"), "\(broken.output)")
            }
        }

        @Test(arguments: [
            ("", ""), ("a b", "a b"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""),
            ("=1+2", "'=1+2"),
            ("+1", "'+1"), ("-1", "'-1"), ("@x,", "\"'@x,\""), ("a=1", "a=1"),
        ])
        func cellsOfCSV(text: String, cell: String) {
            #expect(CSV.cell(text) == cell)
        }
    }
}
