import Foundation
import Glibc
import Testing

extension EndToEndTests {
    @Suite("The access log")
    struct AccessLogTests {
        private static func lines(_ text: String) throws -> [[String: Any]] {
            try text.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }

        @Test func aLineForEachRequest() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.rest = ["access_log: {path: stdout}"]
                // One loop, so that lines are in order.
                settings.threads = 1
                try await withGateway(settings) { gateway in
                    let key = servers.key(["read:trades"])
                    let client = try gateway.client()
                    #expect(try client.exchange("GET", "/api/v1/trades?x=\(key)", key: key).status == 200)
                    #expect(
                        try client.exchange("POST", "/api/v1/trades", key: key, body: Array("{}".utf8)).status == 403
                    )
                    #expect(try gateway.exchange("GET", "/x/\(key)", key: key).status == 403)
                    #expect(try gateway.exchange("GET", "/a/../b").status == 400)
                    try waitUntil("four lines") { gateway.output.split(separator: "\n").count == 4 }
                    let lines = try Self.lines(gateway.output)
                    #expect(lines.map { $0["status"] as? Int } == [200, 403, 403, 400])
                    #expect(lines.map { $0["decision"] as? String } == ["allow", "deny", "deny", "none"])
                    #expect(lines[0]["template"] as? String == "/api/v1/trades")
                    #expect(lines[1]["reason"] as? String == "forbidden_scope")
                    let first = try #require(lines[0]["first_byte_ms"] as? Double)
                    let whole = try #require(lines[0]["duration_ms"] as? Double)
                    #expect(first > 0 && first <= whole)
                    #expect((lines[0]["bytes_sent"] as? Int ?? 0) > 100)
                    #expect((lines[0]["key_id"] as? String)?.isEmpty == false)
                    #expect(!gateway.output.contains(key) && gateway.output.contains("/x/[key]"))
                    #expect(try gateway.metric("access_log_lines_total") == 4)
                }
            }
        }

        @Test func aSampleInTheCombinedFormatToAFileThatIsRenamed() async throws {
            try await withScriptedUpstream { settings in
                settings.rest = ["access_log: {path: access.log, format: combined, sample: 2}"]
            } _: { connection in
                while true {
                    _ = try connection.readHead()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                }
            } _: { (gateway: GatewayProcess, _: ScriptedBackend) async throws -> Void in
                let path = gateway.configurationPath.replacing("scopegate.yaml", with: "access.log")
                func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
                let client = try gateway.client()
                for number in 0..<4 { #expect(try client.exchange("GET", "/open/\(number)").status == 200) }
                try waitUntil("two lines") { text(path).split(separator: "\n").count == 2 }
                #expect(text(path).contains("\"GET /open/1 HTTP/1.1\" 200 "))
                #expect(rename(path, path + ".1") == 0)
                gateway.child.signal(SIGHUP)
                try waitUntil("it is reloaded") { gateway.log.contains("\"reloaded\"") }
                for number in 4..<6 { #expect(try client.exchange("GET", "/open/\(number)").status == 200) }
                try waitUntil("a line in the new file") { text(path).split(separator: "\n").count == 1 }
                #expect(text(path + ".1").split(separator: "\n").count == 2)
            }
        }

        @Test func aFileThatCannotBeOpenedIsSaidAtTheStart() throws {
            let folder = try TemporaryFolder()
            var settings = GatewaySettings(upstream: "http://127.0.0.1:1")
            settings.rest = ["access_log: {path: nowhere/access.log}"]
            let result = try ChildProcess.run(Program.path, ["serve", "--config", settings.write(to: folder)])
            #expect(result.end == .exited(3) && result.errors.contains("access_log.path"), "\(result.errors)")
        }
    }
}
