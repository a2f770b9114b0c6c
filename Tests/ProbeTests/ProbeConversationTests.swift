import Testing

@testable import Probe

@Suite("ProbeConversation")
struct ProbeConversationTests {
    private static let access = BackendAccess(host: "h", fields: [ProbeField("Authorization", "Bearer k")])
    private static let limits = ProbeConversation.Limits(answer: 5000)
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    private static let request = ProbeRequest("/a", body: Array("BODY".utf8))
    private static let next = ProbeRequest("/b", closes: true)

    private static func begin(_ kind: ProbeStep.Kind, _ request: ProbeRequest) -> ProbeConversation {
        ProbeConversation(ProbeStep(request, kind), access, limits)
    }

    private static func finished(_ actions: [ProbeConversation.Action]) -> ProbeObservation? {
        if case .finish(let seen)? = actions.last { return seen }
        return nil
    }

    @Test func writesRequests() {
        let text = String(decoding: Self.request.bytes(for: Self.access), as: UTF8.self)
        #expect(
            text == "GET /a HTTP/1.1\r\nHost: h\r\nUser-Agent: scopegate-probe\r\nAccept: */*\r\n"
                + "Authorization: Bearer k\r\nContent-Length: 4\r\n\r\nBODY"
        )
        var chunked = Self.request
        (chunked.framing, chunked.isAnonymous, chunked.closes) = (.chunked, true, true)
        chunked.fields = [ProbeField("accept", "x")]
        #expect(
            String(decoding: chunked.bytes(for: Self.access), as: UTF8.self)
                == "GET /a HTTP/1.1\r\nHost: h\r\nUser-Agent: scopegate-probe\r\naccept: x\r\n"
                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nBODY\r\n0\r\n\r\n"
        )
    }

    /// However the answer is cut.
    @Test(arguments: 1...12) func readsOneAnswer(length: Int) {
        var conversation = Self.begin(.answer, ProbeRequest("/a"))
        #expect(conversation.connected().last == .wait(milliseconds: 5000))
        let bytes = Array(("HTTP/1.1 103 Early Hints\r\n\r\n" + Self.answer).utf8)
        var seen: ProbeObservation?
        for start in stride(from: 0, to: bytes.count, by: length) {
            #expect(seen == nil)
            seen = Self.finished(conversation.received(Array(bytes[start..<min(start + length, bytes.count)]), at: 0))
        }
        #expect(seen?.answers.map(\.status) == [200] && seen?.answers.first?.body == Array("ok".utf8))
        #expect(conversation.timeIsUp(at: 9).isEmpty && conversation.ended(at: 9).isEmpty)
    }

    @Test func endsOfAnswers() {
        var open = Self.begin(.answer, ProbeRequest("/a"))
        _ = open.connected()
        #expect(open.received(Array("HTTP/1.1 200 OK\r\n\r\nto the end".utf8), at: 0).isEmpty)
        #expect(Self.finished(open.ended(at: 1))?.answers.first?.body == Array("to the end".utf8))
        var silent = Self.begin(.answer, ProbeRequest("/a"))
        _ = silent.connected()
        #expect(Self.finished(silent.ended(at: 1))?.problem == "the connection was closed without an answer")
        var late = Self.begin(.answer, ProbeRequest("/a"))
        _ = late.connected()
        #expect(Self.finished(late.timeIsUp(at: 5000))?.problem == "no answer in time")
        var odd = Self.begin(.answer, ProbeRequest("/a"))
        _ = odd.connected()
        let page = Self.finished(odd.received(Array("<html>\r\n".utf8), at: 0))
        #expect(page?.problem?.hasPrefix("the answer is no") == true)
        var cut = Self.begin(.answer, ProbeRequest("/a"))
        _ = cut.connected()
        #expect(cut.received(Array(Self.answer.utf8.dropLast()), at: 0).isEmpty)
        #expect(Self.finished(cut.ended(at: 1))?.answers.isEmpty == true)
        var refused = Self.begin(.answer, ProbeRequest("/a"))
        #expect(Self.finished(refused.failed("no way"))?.problem == "no way")
    }

    /// An answer is kept up to a bound, and read up to another.
    @Test func bounds() {
        var large = Self.begin(.answer, ProbeRequest("/a"))
        _ = large.connected()
        _ = large.received(Array("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".utf8), at: 0)
        let seen = Self.finished(large.received([UInt8](repeating: 65, count: 1_000_000), at: 0))
        #expect(seen?.answers.first?.body.count == ProbeConversation.keptBytes)
        var endless = Self.begin(.answer, ProbeRequest("/a"))
        _ = endless.connected()
        _ = endless.received(Array("HTTP/1.1 200 OK\r\n\r\n".utf8), at: 0)
        let end = Self.finished(
            endless.received([UInt8](repeating: 65, count: ProbeConversation.longestAnswer + 1), at: 0)
        )
        #expect(end?.answers.isEmpty == true)
    }

    /// The request behind the body is sent when the first answer has come.
    @Test func countsAnswersBehindABody() {
        var conversation = Self.begin(.body(next: Self.next), Self.request)
        #expect(conversation.connected().first == .send(Self.request.bytes(for: Self.access)))
        let actions = conversation.received(Array(Self.answer.utf8), at: 0)
        #expect(actions == [.send(Self.next.bytes(for: Self.access)), .wait(milliseconds: 5000)])
        #expect(conversation.received(Array(Self.answer.utf8), at: 0).isEmpty)
        var other = conversation
        #expect(Self.finished(other.ended(at: 1))?.answers.count == 2)
        #expect(Self.finished(conversation.received(Array(Self.answer.utf8), at: 0))?.answers.count == 3)
        // Two at once.
        var both = Self.begin(.body(next: Self.next), Self.request)
        _ = both.connected()
        let first = both.received(Array((Self.answer + Self.answer).utf8), at: 0)
        #expect(first == [.send(Self.next.bytes(for: Self.access)), .wait(milliseconds: 5000)])
        #expect(Self.finished(both.received(Array(Self.answer.utf8), at: 0))?.answers.count == 3)
    }

    @Test func nothingMoreOnAConnectionThatEnds() {
        var conversation = Self.begin(.body(next: Self.next), Self.request)
        _ = conversation.connected()
        let closing = "HTTP/1.1 400 Bad\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        #expect(Self.finished(conversation.received(Array(closing.utf8), at: 0))?.answers.count == 1)
    }

    @Test func holdsTheBodyBack() {
        var patient = Self.begin(.heldBody(next: Self.next), Self.request)
        #expect(patient.connected() == [.send(Self.request.head(for: Self.access)), .wait(milliseconds: 1500)])
        #expect(patient.timeIsUp(at: 1500) == [.send(Array("BODY".utf8)), .wait(milliseconds: 5000)])
        _ = patient.received(Array(Self.answer.utf8), at: 0)
        #expect(Self.finished(patient.ended(at: 1))?.cameEarly == false)
        var early = Self.begin(.heldBody(next: Self.next), Self.request)
        _ = early.connected()
        let actions = early.received(Array(Self.answer.utf8), at: 0)
        #expect(actions.first == .send(Array("BODY".utf8) + Self.next.bytes(for: Self.access)))
        #expect(Self.finished(early.ended(at: 1))?.cameEarly == true)
    }

    @Test func measuresIdleTime() {
        var conversation = Self.begin(.idle(milliseconds: 10_000), ProbeRequest("/a"))
        _ = conversation.connected()
        #expect(conversation.received(Array(Self.answer.utf8), at: 100) == [.wait(milliseconds: 10_000)])
        var other = conversation
        #expect(Self.finished(other.timeIsUp(at: 10_100))?.idleMilliseconds == nil)
        // A server may say why it ends it.
        #expect(conversation.received(Array("HTTP/1.1 408 x\r\n\r\n".utf8), at: 5000).isEmpty)
        #expect(Self.finished(conversation.ended(at: 5100))?.idleMilliseconds == 5000)
    }
}
