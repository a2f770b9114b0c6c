import Foundation
import SimpleHTTP
import Synchronization
import Testing

extension EndToEndTests {
    @Suite("Traces")
    struct TracingTests {
        /// Keeps what is exported to it.
        final class Collector: SimpleResponder {
            private let bodies = Mutex<[[UInt8]]>([])

            func respond(to request: SimpleRequest) -> SimpleResponse {
                if request.path == "/v1/traces" { bodies.withLock { $0.append(request.body) } }
                return SimpleResponse(
                    status: 200,
                    fields: [("Content-Type", "application/json")],
                    body: Array("{}".utf8)
                )
            }

            /// All spans, by their names.
            var spans: [[String: Any]] {
                bodies.withLock { $0 }.flatMap { body -> [[String: Any]] in
                    let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
                    let resources = object?["resourceSpans"] as? [[String: Any]] ?? []
                    return resources.flatMap { $0["scopeSpans"] as? [[String: Any]] ?? [] }
                        .flatMap { $0["spans"] as? [[String: Any]] ?? [] }
                }
            }
        }

        private static let traceID = "0af7651916cd43dd8448eb211c80319c"
        private static let parent = "traceparent: 00-\(traceID)-00f067aa0ba902b7"

        @Test func fromTheCallerThroughTheGatewayToTheBackend() async throws {
            let seen = Mutex<[String?]>([])
            let collector = Collector()
            let backend = ClosureResponder { request in
                seen.withLock { $0.append(request.field("traceparent")) }
                return SimpleResponse(status: 200, body: Array("ok".utf8))
            }
            try await withJournal(responder: collector) { collecting in
                try await withJournal(responder: backend) { servers in
                    var settings = servers.settings
                    settings.rest = [
                        "tracing: {url: 'http://127.0.0.1:\(collecting.backendPort)/v1/traces', interval: 50ms}",
                        "trusted_proxies: [127.0.0.0/8]",
                    ]
                    try await withGateway(settings) { gateway in
                        let key = servers.key(["read:trades"])
                        let client = try gateway.client()
                        let fields = ["\(Self.parent)-01", "tracestate: a=b"]
                        #expect(try client.exchange("GET", "/api/v1/trades", key: key, fields: fields).status == 200)
                        try waitUntil("three spans") { collector.spans.count == 3 }
                        let byName = Dictionary(grouping: collector.spans) { $0["name"] as? String ?? "" }
                        let request = try #require(byName["GET /api/v1/trades"]?.first)
                        let upstream = try #require(byName["GET"]?.first)
                        let introspection = try #require(byName["introspect"]?.first)
                        for span in collector.spans { #expect(span["traceId"] as? String == Self.traceID) }
                        #expect(request["parentSpanId"] as? String == "00f067aa0ba902b7")
                        for span in [upstream, introspection] {
                            #expect(span["parentSpanId"] as? String == request["spanId"] as? String)
                        }
                        let told = try #require(seen.withLock { $0.first } ?? nil)
                        #expect(told == "00-\(Self.traceID)-\(upstream["spanId"] as? String ?? "")-01")
                        // Who doesn't trace isn't traced, and what it said goes on as it came.
                        let quiet = "\(Self.parent)-00"
                        #expect(try client.exchange("GET", "/api/v1/trades", key: key, fields: [quiet]).status == 200)
                        #expect(seen.withLock { $0.last } == .some("00-\(Self.traceID)-00f067aa0ba902b7-00"))
                        #expect(try client.exchange("GET", "/api/v1/trades", key: key).status == 200)
                        #expect(seen.withLock { $0.last } == .some(nil))
                        #expect(try gateway.metric("trace_spans_sent_total") == 3)
                        let text = collector.spans.description
                        #expect(!text.contains(key))
                    }
                }
            }
        }

        /// A stranger's flag is not believed, either way; its trace goes on when it is the gateway's turn to trace.
        @Test func aStrangersFlagTracesNothing() async throws {
            let collector = Collector()
            try await withJournal(responder: collector) { collecting in
                try await withJournal { servers in
                    var settings = servers.settings
                    let url = "http://127.0.0.1:\(collecting.backendPort)/v1/traces"
                    settings.rest = ["tracing: {url: '\(url)', interval: 50ms, sample: 2}"]
                    settings.threads = 1
                    try await withGateway(settings) { gateway in
                        let client = try gateway.client()
                        for flags in ["01", "00", "01", "01"] {
                            let parent = "\(Self.parent)-\(flags)"
                            #expect(try client.exchange("GET", "/nowhere", fields: [parent]).status == 403)
                        }
                        try waitUntil("two spans") { collector.spans.count == 2 }
                        for span in collector.spans {
                            #expect(span["traceId"] as? String == Self.traceID)
                            #expect(span["parentSpanId"] as? String == "00f067aa0ba902b7")
                        }
                        #expect(try gateway.metric("trace_spans_sent_total") == 2)
                    }
                }
            }
        }

        @Test func withoutACollectorRequestsAreServedAndSpansCounted() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.rest = [
                    "tracing: {url: 'http://127.0.0.1:1/v1/traces', sample: 1, capacity: 16, batch: 4, interval: 20ms}"
                ]
                try await withGateway(settings) { gateway in
                    let client = try gateway.client()
                    for _ in 0..<40 { #expect(try client.exchange("GET", "/nowhere").status == 403) }
                    try waitUntil("spans are lost") { try gateway.metric("trace_spans_lost_total") > 0 }
                    #expect(gateway.log.contains("traces can't be exported"))
                }
            }
        }
    }
}
