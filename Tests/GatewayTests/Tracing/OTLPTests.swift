import Foundation
import Synchronization
import Testing
import Tracing

@testable import Gateway

@Suite("Spans by OTLP")
struct OTLPTests {
    private let queue = SpanQueue(capacity: 4, batch: 2)

    private func span(_ name: String = "GET /a", parent: TraceContext? = nil) -> OTLPSpan {
        var context = InstrumentationContext.topLevel
        context.trace = parent
        return OTLPTracer(queue: queue).startSpan(
            name,
            context: context,
            ofKind: .server,
            at: WallInstant(nanosecondsSinceEpoch: 100)
        )
    }

    @Test("A span of a trace is its child, one without begins a trace")
    func ids() {
        let root = span()
        let child = span(parent: root.trace)
        #expect(root.trace.isSampled && child.trace.traceID == root.trace.traceID)
        #expect(child.trace.spanID != root.trace.spanID)
        child.end(at: WallInstant(nanosecondsSinceEpoch: 90))
        child.end(at: WallInstant(nanosecondsSinceEpoch: 200))
        let finished = queue.take()
        #expect(finished.count == 1 && finished[0].parentSpanID == root.trace.spanID)
        #expect(finished[0].start == 100 && finished[0].end == 100)
    }

    @Test("A span whose caller doesn't record it isn't sent")
    func unsampled() {
        var parent = TraceContext.random()
        parent.isSampled = false
        span(parent: parent).end()
        #expect(queue.take().isEmpty)
    }

    @Test("The queue is bounded, gives batches, and counts what it loses")
    func queued() {
        for number in 0..<6 { span("\(number)").end() }
        #expect(queue.take().map(\.name) == ["0", "1"])
        #expect(queue.take().map(\.name) == ["2", "3"])
        #expect(queue.take().isEmpty)
        #expect(queue.counters.lost == 2)
    }

    @Test("The queue is bounded in bytes, and says once that it loses spans")
    func bytes() {
        let queue = SpanQueue(capacity: 1000, batch: 1000, memoryLimit: 20_000)
        let said = Mutex(0)
        queue.onLoss { said.withLock { $0 += 1 } }
        for number in 0..<100 {
            let span = OTLPTracer(queue: queue).startSpan("\(number)", ofKind: .server)
            span.updateAttributes { $0["url.path"] = String(repeating: "x", count: 2000) }
            span.end()
        }
        let counters = queue.counters
        #expect(
            counters.bytes <= 20_000 && 5...9 ~= counters.waiting && counters.lost == 100 - UInt64(counters.waiting)
        )
        #expect(said.withLock { $0 } == 1)
        #expect(queue.take().count == counters.waiting)
        #expect(queue.counters.bytes == 0)
    }

    @Test("The JSON is that of opentelemetry-proto")
    func json() throws {
        let parent = try #require(
            TraceContext(traceparent: Array("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01".utf8))
        )
        let span = span(parent: parent)
        span.updateAttributes { attributes in
            attributes["http.route"] = "/a"
            attributes["http.response.status_code"] = 503
            attributes["ok"] = true
        }
        span.addEvent(SpanEvent(name: "first_byte", at: WallInstant(nanosecondsSinceEpoch: 150)))
        span.setStatus(SpanStatus(code: .error, message: "m"))
        span.end(at: WallInstant(nanosecondsSinceEpoch: 300))
        let encoder = OTLPEncoder(resource: [("service.name", "gate")], scope: (name: "s", version: "1"))
        let object = try JSONSerialization.jsonObject(with: Data(encoder.encode(queue.take()))) as? [String: Any]
        let resource = try #require((object?["resourceSpans"] as? [[String: Any]])?.first)
        let scope = try #require((resource["scopeSpans"] as? [[String: Any]])?.first)
        let written = try #require((scope["spans"] as? [[String: Any]])?.first)
        #expect(written["traceId"] as? String == "0af7651916cd43dd8448eb211c80319c")
        #expect(written["parentSpanId"] as? String == "00f067aa0ba902b7")
        #expect((written["spanId"] as? String)?.count == 16)
        #expect(written["kind"] as? Int == 2)
        #expect(written["startTimeUnixNano"] as? String == "100" && written["endTimeUnixNano"] as? String == "300")
        #expect((written["status"] as? [String: Any])?["code"] as? Int == 2)
        let attributes = try #require(written["attributes"] as? [[String: Any]])
        #expect(
            Set(attributes.compactMap { $0["key"] as? String }) == ["http.route", "http.response.status_code", "ok"]
        )
    }

    @Test("Every kind of value is written, and what has none is left out")
    func values() throws {
        let span = span("quoted \"\u{1}\" é")
        span.updateAttributes { attributes in
            attributes["text"] = "a\\b"
            attributes["least"] = SpanAttribute.int64(.min)
            attributes["zero"] = SpanAttribute.int32(0)
            attributes["double"] = SpanAttribute.double(0.5)
            attributes["texts"] = SpanAttribute.stringArray(["a", "\""])
            attributes["none"] = SpanAttribute.doubleArray([1, 2])
            attributes["flag"] = SpanAttribute.bool(false)
        }
        span.addLink(SpanLink(context: span.context, attributes: [:]))
        span.addEvent(
            SpanEvent(
                name: "e",
                at: WallInstant(nanosecondsSinceEpoch: .max),
                attributes: ["only": SpanAttribute.doubleArray([1])]
            )
        )
        span.end(at: WallInstant(nanosecondsSinceEpoch: 300))
        let text = String(
            decoding: OTLPEncoder(resource: [], scope: (name: "s", version: "1")).encode(queue.take() + queue.take()),
            as: UTF8.self
        )
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
        for part in [
            #""name":"quoted \"\u0001\" é","#, #"{"key":"text","value":{"stringValue":"a\\b"}}"#,
            #"{"key":"least","value":{"intValue":"-9223372036854775808"}}"#,
            #"{"key":"zero","value":{"intValue":"0"}}"#, #"{"key":"double","value":{"doubleValue":0.5}}"#,
            #"{"key":"texts","value":{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"\""}]}}}"#,
            #"{"key":"flag","value":{"boolValue":false}}"#,
            #""events":[{"timeUnixNano":"18446744073709551615","name":"e","attributes":[]}]"#,
            "\"links\":[{\"traceId\":\"\(span.trace.traceIDText)\",",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains("none"))
        #expect(OTLPEncoder(resource: [], scope: (name: "s", version: "1")).encode([]).starts(with: Array("{".utf8)))
    }

    @Test(
        "What a collector rejects of spans that it has taken is lost",
        arguments: [
            ("", 0, nil), ("{}", 0, nil), ("not JSON", 0, nil), (#"{"partialSuccess":{}}"#, 0, nil),
            (#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#, 3, "too old"),
            (#"{"partialSuccess":{"rejectedSpans":2}}"#, 2, nil),
            (#"{"partialSuccess":{"rejectedSpans":"-9223372036854775808"}}"#, 0, nil),
            (#"{"partialSuccess":{"rejectedSpans":1e99,"errorMessage":""}}"#, 0, nil),
            (#"{"partialSuccess":{"errorMessage":"soon deprecated"}}"#, 0, "soon deprecated"),
        ] as [(String, Int, String?)]
    )
    func partialSuccess(body: String, rejected: Int, message: String?) {
        let answer = OTLPAnswer(Array(body.utf8))
        #expect(answer.rejected == rejected && answer.message == message)
    }
}
