import Foundation
import Glibc
import Testing

extension EndToEndTests {
    @Suite("Cut responses")
    struct CutResponseTests {
        private static func configure(_ settings: inout GatewaySettings) {
            settings.upstreamOptions = ["idle_timeout: 1s"]
            settings.audit = ["allowed: all"]
            settings.rest = ["access_log: {path: stdout}", "shutdown: {grace_period: 300ms}"]
            settings.threads = 1
        }

        /// Begins a response, and ends it or not as the path says.
        private static let script: ScriptedBackend.Script = { connection in
            let target = try connection.readHead().target
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123")
            try connection.socket.waitUntilSent()
            switch target {
            case "/open/cut": return
            case "/open/whole":
                try connection.awaitTurn(0)
                try connection.send("4567890")
            default: _ = try connection.readToEnd()
            }
        }

        private static func lines(_ text: String) throws -> [[String: Any]] {
            try text.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }

        /// The cut and its reason are in the access log, the audit and the metrics, and the time runs to the cut.
        @Test(arguments: [("idle", "idle_timeout"), ("cut", "upstream_cut"), ("gone", "client_gone"), ("whole", nil)])
        func areSaidToBe(path: String, reason: String?) async throws {
            try await withScriptedUpstream(configure: Self.configure, Self.script) { gateway, backend in
                let client = try gateway.client()
                try client.send(RawClient.request("GET", "/open/\(path)"))
                #expect(try client.readHead().status == 200)
                _ = try client.take(3)
                // While the response is under way nothing is on record as served; one that is cut at once may be over.
                if path != "cut" { #expect(try gateway.audit().isEmpty && gateway.output.isEmpty) }
                switch path {
                case "gone": client.socket.reset()
                case "whole":
                    backend.connections[0].allowTurn(0)
                    _ = try client.take(7)
                default: _ = try client.readToEnd()
                }
                try waitUntil("a line") { gateway.output.hasSuffix("\n") }
                let line = try #require(try Self.lines(gateway.output).first)
                #expect(line["status"] as? Int == 200 && line["decision"] as? String == "allow")
                #expect(line["cut"] as? String == reason)
                try waitUntil("a record") { try gateway.audit().count == 1 }
                let record = try #require(try gateway.audit().first)
                #expect(record.event == "allowed" && record.status == 200 && record.cut == reason)
                if let reason {
                    #expect(try gateway.metric("responses_cut_total{reason=\"\(reason)\"}") == 1)
                }
                guard path == "idle" else { return }
                // The backend was silent for a second before the cut.
                #expect(try #require(line["duration_ms"] as? Double) >= 800)
                let metrics = try gateway.admin("GET", "/metrics").text
                let sum = metrics.split(separator: "\n").first {
                    $0.hasPrefix("scopegate_http_request_duration_seconds_sum{decision=\"allow\"}")
                }
                let seconds = sum?.split(separator: " ").last.flatMap { Double($0) }
                #expect(try #require(seconds) >= 0.8)
            }
        }

        /// What the stop has no more time for is cut, and on record before the gateway ends.
        @Test func byTheStop() async throws {
            let folder = try TemporaryFolder()
            let backend = try ScriptedBackend(Self.script)
            defer { try? backend.stop() }
            var settings = GatewaySettings(upstream: backend.url)
            settings.routes = GatewaySettings.openRoutes
            Self.configure(&settings)
            settings.upstreamOptions = []
            let gateway = try GatewayProcess(settings, in: folder)
            defer { gateway.child.kill() }
            let client = try gateway.client()
            try client.send(RawClient.request("GET", "/open/long"))
            #expect(try client.readHead().status == 200)
            #expect(try gateway.terminate() == .exited(0))
            let line = try #require(try Self.lines(gateway.output).first)
            #expect(line["cut"] as? String == "stop" && line["status"] as? Int == 200)
            let record = try #require(try gateway.audit().first)
            #expect(record.event == "allowed" && record.cut == "stop" && record.status == 200)
            let verify = try ChildProcess.run(
                Program.path,
                ["audit", "verify", "--log", gateway.file("audit.jsonl")]
            )
            #expect(verify.end == .exited(0), "\(verify)")
        }

        /// A request that waits for introspection is in flight.
        @Test func thoseThatWaitAreInFlight() async throws {
            let issuer = try ScriptedBackend { connection in
                _ = try connection.readHead()
                try connection.awaitTurn(0)
            }
            defer { try? issuer.stop() }
            try await withScriptedUpstream { settings in
                settings.introspection = "\(issuer.url)/introspect"
                settings.introspectionOptions = ["timeout: 20s"]
            } _: { _ in
            } _: { gateway, _ in
                let client = try gateway.client()
                try client.send(RawClient.request("GET", "/closed/a", key: "waits-for-its-answer"))
                try waitUntil("it is in flight") { try gateway.metric("requests_in_flight") == 1 }
                try waitUntil("the issuer is asked") { issuer.connectionCount == 1 }
                issuer.connections[0].allowTurn(0)
                #expect(try client.readResponse().status == 503)
                #expect(try gateway.metric("requests_in_flight") == 0)
            }
        }
    }
}
