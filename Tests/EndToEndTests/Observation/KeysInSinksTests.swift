import Foundation
import SimpleHTTP
import Testing

extension EndToEndTests {
    @Suite("Keys in logs, records and spans")
    struct KeysInSinksTests {
        /// Says of every key that it is active, and repeats it wherever an identifier may stand.
        private static let echoingIssuer = ClosureResponder { request in
            let form = String(decoding: request.body, as: UTF8.self)
            let token = form.split(separator: "&").first { $0.hasPrefix("token=") }?.dropFirst(6) ?? ""
            let body = #"{"active":true,"scope":"read:trades","client_id":"\#(token)","sub":"user \#(token)"}"#
            return SimpleResponse(status: 200, fields: [("Content-Type", "application/json")], body: Array(body.utf8))
        }

        /// The key in spellings that a reader of a log could turn back into it.
        private static func spellings(_ key: String) -> [String] {
            let encoded = key.utf8.map { "%" + String($0, radix: 16) }.joined()
            return [key, key.uppercased(), encoded, encoded.uppercased(), encoded.replacing("%", with: "%25")]
        }

        /// Clients put their key wherever they can, and so does the issuer; no sink has it.
        @Test(arguments: ["0af7651916cd43dd8448eb211c80319c", "tj_live_9k2m4n6p8q0r2s4t"])
        func noSinkHasOne(key: String) async throws {
            let collector = TracingTests.Collector()
            try await withJournal(responder: collector) { collecting in
                try await withJournal(responder: Self.echoingIssuer) { issuer in
                    try await withJournal { servers in
                        var settings = servers.settings
                        settings.introspection = "http://127.0.0.1:\(issuer.backendPort)/introspect"
                        settings.audit = ["query: keep", "allowed: all"]
                        let url = "http://127.0.0.1:\(collecting.backendPort)/v1/traces"
                        settings.rest = [
                            "access_log: {path: stdout}", "log: {level: trace}",
                            "tracing: {url: '\(url)', interval: 50ms, sample: 1}", "trusted_proxies: [127.0.0.0/8]",
                        ]
                        try await withGateway(settings) { gateway in
                            var count = 0
                            for spelling in Self.spellings(key) {
                                let isTrace = key.utf8.count == 32
                                let fields = [
                                    "X-Request-Id: \(spelling)", "User-Agent: a \(spelling) b",
                                    "Referer: http://h/\(spelling)?\(spelling)", "X-Forwarded-For: \(spelling)",
                                    "traceparent: 00-\(isTrace ? key : "0af7651916cd43dd8448eb211c80319d")-"
                                        + "00f067aa0ba902b7-01",
                                ]
                                let inPath = spelling.contains("%") ? "x" : spelling
                                for target in [
                                    "/api/v1/trades?k=\(spelling)", "/no/\(inPath)", "/api/v1/tags/\(inPath)",
                                ] {
                                    _ = try gateway.exchange("GET", target, key: key, fields: fields)
                                    // A second key beside it, and another scheme.
                                    let second = fields + ["X-API-Key: \(key)"]
                                    _ = try gateway.exchange("GET", target, key: key, fields: second)
                                    let other = fields + ["Authorization: Token token=\"\(key)\""]
                                    _ = try gateway.exchange("GET", target, fields: other)
                                    count += 3
                                }
                            }
                            try waitUntil("all is logged") {
                                gateway.output.split(separator: "\n").count == count
                            }
                            try waitUntil("spans have come") { try gateway.metric("trace_spans_waiting") == 0 }
                            let texts = [
                                gateway.output, gateway.log, gateway.auditText, "\(collector.spans)",
                                try gateway.admin("GET", "/metrics").text,
                            ]
                            for (index, text) in texts.enumerated() {
                                for spelling in Self.spellings(key) {
                                    #expect(!text.contains(spelling), "\(index): \(spelling)")
                                }
                            }
                            #expect(gateway.auditText.contains("[key]") && gateway.output.contains("[key]"))
                            #expect(collector.spans.count >= count)
                        }
                    }
                }
            }
        }

        /// A client that is no trusted proxy doesn't name requests: its own id stands beside the gateway's.
        @Test func aStrangersIDStandsBeside() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.rest = ["access_log: {path: stdout}"]
                try await withGateway(settings) { gateway in
                    let answer = try gateway.exchange("GET", "/nowhere", fields: ["X-Request-Id: theirs"])
                    let id = try #require(answer.field("X-Request-Id"))
                    #expect(id.utf8.count == 26 && answer.error?.requestID == id)
                    let record = try #require(try gateway.audit().first)
                    #expect(record.request_id == id && record.client_request_id == "theirs")
                    try waitUntil("a line") { gateway.output.hasSuffix("\n") }
                    #expect(gateway.output.contains(#""request_id":"\#(id)","client_request_id":"theirs""#))
                    // Found by either.
                    for name in [id, "theirs"] {
                        let story = try ChildProcess.run(
                            Program.path,
                            ["audit", "explain", name, "--log", gateway.file("audit.jsonl")]
                        )
                        #expect(story.end == .exited(0) && story.output.contains("theirs"), "\(story)")
                    }
                    #expect(try gateway.admin("GET", "/audit?request_id=theirs").text.contains(id))
                }
            }
        }
    }
}
