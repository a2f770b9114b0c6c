import HTTP1
import Redaction
import Testing

@testable import Gateway

@Suite("Lines of the access log")
struct AccessLogRendererTests {
    private func entry() -> AccessLogEntry {
        var observed = RequestObservation(startedAt: 1_000_000)
        observed.decidedAt = 1_250_000
        observed.firstByteAt = 3_250_000
        observed.endedAt = 4_000_000
        observed.decision = .allow
        observed.status = 200
        observed.bytesSent = 512
        observed.bytesReceived = 17
        return AccessLogEntry(
            timeMicroseconds: 1_795_478_400_123_456,
            requestID: .own("01ABC"),
            client: .own("192.0.2.1"),
            request: .init(
                method: .own("GET"),
                path: .own("/api/v1/trades/a\"b"),
                version: .http11,
                userAgent: .own("curl/8 \"x\" \u{1}ü"),
                referer: .own("https://a.example/"),
                traceID: nil
            ),
            template: .own("/api/v1/trades/{id}"),
            keyID: .own("key 1"),
            subject: nil,
            generation: 3,
            observed: observed
        )
    }

    private func text(_ format: AccessLogRenderer.Format, _ entry: AccessLogEntry) -> String {
        var text: [UInt8] = []
        AccessLogRenderer(format: format).append(entry, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    @Test("JSON, with the time of each phase")
    func json() {
        #expect(
            text(.json, entry()) == """
                {"time":"2026-11-24T00:00:00.123456Z","request_id":"01ABC","client":"192.0.2.1","method":"GET",\
                "path":"/api/v1/trades/a\\"b","template":"/api/v1/trades/{id}","protocol":"HTTP/1.1","status":200,\
                "decision":"allow","key_id":"key 1","bytes_received":17,"bytes_sent":512,"duration_ms":3.000,\
                "decision_ms":0.250,"first_byte_ms":2.000,"response_ms":0.750,"generation":3,\
                "user_agent":"curl/8 \\"x\\" \\u0001ü"}

                """
        )
    }

    @Test("The combined format, escaped as nginx does")
    func combined() {
        #expect(
            text(.combined, entry()) == """
                192.0.2.1 - key\\x201 [24/Nov/2026:00:00:00 +0000] "GET /api/v1/trades/a\\x22b HTTP/1.1" 200 512 \
                "https://a.example/" "curl/8 \\x22x\\x22 \\x01\\xC3\\xBC"

                """
        )
    }

    @Test("A head that can't be read")
    func unreadable() {
        var entry = entry()
        entry.request = nil
        entry.template = nil
        entry.keyID = nil
        entry.observed.refused(.invalidRequestTarget)
        #expect(text(.combined, entry).contains("192.0.2.1 - - [24/Nov/2026:00:00:00 +0000] \"-\" 400 512 \"-\" \"-\""))
        let json = text(.json, entry)
        #expect(json.contains("\"status\":400") && json.contains("\"reason\":\"invalid_request_target\""))
        #expect(!json.contains("\"method\""))
    }

    @Test("The client's own id stands beside the gateway's")
    func clientsID() {
        var entry = entry()
        entry.request?.clientsID = .own("theirs")
        #expect(text(.json, entry).contains("\"request_id\":\"01ABC\",\"client_request_id\":\"theirs\","))
    }

    @Test("A time that goes backwards is none")
    func backwards() {
        var entry = entry()
        entry.observed.decidedAt = 0
        #expect(text(.json, entry).contains("\"decision_ms\":0.000"))
    }
}
