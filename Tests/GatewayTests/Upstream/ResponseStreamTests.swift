import HTTP1
import Testing

@testable import Gateway

@Suite("ResponseStream")
struct ResponseStreamTests {
    struct Case: Sendable {
        let response: String
        var method = HTTP1.Method.get
        var endsStream = false
        let told: [Told]
    }

    static let cases: [Case] = [
        Case(
            response: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            told: [.trailer("Content-Length", "5"), .head(200), .data("hello"), .end(left: "")]
        ),
        Case(
            response: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            told: [.trailer("Content-Length", "0"), .head(200), .end(left: "")]
        ),
        Case(
            response: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello",
            told: [.trailer("Content-Length", "2"), .head(200), .data("he"), .end(left: "llo")]
        ),
        Case(
            response: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
            told: [.trailer("Content-Length", "9"), .head(200), .data("hello"), .waits]
        ),
        Case(
            response: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
            endsStream: true,
            told: [.trailer("Content-Length", "9"), .head(200), .data("hello"), .failed(.truncated)]
        ),
        Case(
            response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
            told: [.trailer("Transfer-Encoding", "chunked"), .head(200), .data("hello!"), .end(left: "")]
        ),
        Case(
            response:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nX-B:\r\n\r\nHTTP",
            told: [
                .trailer("Transfer-Encoding", "chunked"), .head(200), .data("a"), .trailer("X-Sum", "1"),
                .trailer("X-B", ""), .end(left: "HTTP"),
            ]
        ),
        Case(
            response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nContent-Length: 1\r\n\r\n",
            told: [
                .trailer("Transfer-Encoding", "chunked"), .head(200), .data("a"), .failed(.body(.forbiddenTrailer)),
            ]
        ),
        Case(
            response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
            endsStream: true,
            told: [.trailer("Transfer-Encoding", "chunked"), .head(200), .data("hel"), .failed(.truncated)]
        ),
        Case(
            response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
            endsStream: true,
            told: [.trailer("Transfer-Encoding", "chunked"), .head(200), .data("hello"), .failed(.truncated)]
        ),
        Case(
            response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx\r\n",
            told: [
                .trailer("Transfer-Encoding", "chunked"), .head(200), .data("hello"), .failed(.body(.invalidSize)),
            ]
        ),
        // No framing: until the end of the stream, and only that ends it.
        Case(
            response: "HTTP/1.1 200 OK\r\n\r\nhello",
            endsStream: true,
            told: [.head(200), .data("hello"), .end(left: "")]
        ),
        Case(response: "HTTP/1.0 200 OK\r\n\r\n", endsStream: true, told: [.head(200), .end(left: "")]),
        Case(response: "HTTP/1.1 200 OK\r\n\r\nhello", told: [.head(200), .data("hello"), .waits]),
        // No body, whatever the fields say (RFC 9112 §6.3).
        Case(
            response: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nX",
            method: .head,
            told: [.trailer("Content-Length", "5"), .head(200), .end(left: "X")]
        ),
        Case(
            response: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
            told: [.trailer("Content-Length", "5"), .head(304), .end(left: "")]
        ),
        Case(response: "HTTP/1.1 204 No Content\r\n\r\nX", told: [.head(204), .end(left: "X")]),
        // Interim heads (RFC 9110 §15.2).
        Case(
            response: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nA: b\r\n\r\n!",
            told: [
                .interim(100), .trailer("Link", "x"), .interim(103), .trailer("Content-Length", "1"),
                .trailer("A", "b"), .head(200), .data("!"), .end(left: ""),
            ]
        ),
        Case(response: "HTTP/1.1 102 Processing\r\n\r\n", told: [.interim(102), .waits]),
        Case(
            response: "HTTP/1.1 102 Processing\r\n\r\n",
            endsStream: true,
            told: [.interim(102), .failed(.truncated)]
        ),
        Case(
            response: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
            told: [.failed(.unaskedUpgrade)]
        ),
        Case(
            response: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n",
            told: [.interim(100), .failed(.unaskedUpgrade)]
        ),
        // No head at all.
        Case(response: "", told: [.waits]),
        Case(response: "", endsStream: true, told: [.failed(.truncated)]),
        Case(response: "HTTP/1.1 200 OK\r\nA: b\r\n", endsStream: true, told: [.failed(.truncated)]),
        Case(response: "SSH-2.0-OpenSSH_9.2\r\n", told: [.failed(.head(.malformedStatusLine))]),
        Case(response: "HTTP/2.0 200 OK\r\n\r\n", told: [.failed(.head(.unsupportedVersion))]),
        Case(response: "HTTP/1.1 200 OK\r\nConnection : b\r\n\r\n", told: [.failed(.head(.whitespaceInFieldName))]),
        Case(
            response: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            told: [.failed(.head(.contentLengthWithTransferEncoding))]
        ),
        Case(
            response: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 99 No\r\n\r\n",
            told: [.interim(100), .failed(.head(.malformedStatusLine))]
        ),
    ]

    private func trace(_ one: Case, cuts: [Int]) -> [Told] {
        let bytes = Array(one.response.utf8)
        var trace = ResponseTrace(one.method)
        for (start, end) in zip([0] + cuts, cuts + [bytes.count]) { trace.feed(bytes[start..<end]) }
        return trace.finish(endsStream: one.endsStream)
    }

    @Test(arguments: cases)
    func atOnce(_ one: Case) {
        #expect(trace(one, cuts: []) == one.told)
    }

    @Test(arguments: cases)
    func everySplitPoint(_ one: Case) {
        let count = one.response.utf8.count
        for cut in 0...count {
            let told = trace(one, cuts: [cut])
            #expect(told == one.told, "cut at \(cut)")
        }
        #expect(trace(one, cuts: Array(0..<count)) == one.told, "byte by byte")
    }

    /// After its end or its fault a stream says the same again.
    @Test func staysOver() {
        var stream = ResponseStream(requestMethod: .get, limits: HeadLimits())
        let good = Array("HTTP/1.1 204 x\r\n\r\n".utf8)
        var offset = 0
        #expect(!stream.isComplete)
        let head = stream.next(good.span, offset: &offset)
        #expect(head == .head(start: 0))
        for _ in 0..<2 {
            let event = stream.next(good.span, offset: &offset)
            #expect(event == .end)
            #expect(stream.isComplete)
            #expect(stream.endOfStream() == .end)
            #expect(offset == good.count)
        }

        var broken = ResponseStream(requestMethod: .get, limits: HeadLimits())
        let bad = Array("nonsense\r\n".utf8)
        for _ in 0..<2 {
            offset = 0
            let event = broken.next(bad.span, offset: &offset)
            #expect(event == .failed(.head(.malformedStatusLine)))
            #expect(broken.endOfStream() == .failed(.head(.malformedStatusLine)))
            #expect(!broken.isComplete)
        }
    }

    @Test func limits() {
        var trace = ResponseTrace(.get, limits: HeadLimits(requestLine: 64, fieldCount: 2, fieldBytes: 64))
        trace.feed("HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\nE: f\r\n\r\n".utf8)
        #expect(trace.finish(endsStream: false) == [.failed(.head(.tooManyFields))])
        trace = ResponseTrace(.get, limits: HeadLimits(requestLine: 64, fieldCount: 2, fieldBytes: 64))
        let long = String(repeating: "x", count: 80)
        trace.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: \(long)\r\n\r\n".utf8)
        #expect(
            trace.finish(endsStream: false)
                == [.trailer("Transfer-Encoding", "chunked"), .head(200), .failed(.body(.fieldsTooLarge))]
        )
    }

    /// A head that begins behind other bytes is told with its place.
    @Test func headBehindAnInterimOne() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\n"
        let bytes = Array("\(interim)HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        var stream = ResponseStream(requestMethod: .post, limits: HeadLimits())
        var offset = 0
        let first = stream.next(bytes.span, offset: &offset)
        #expect(first == .head(start: 0))
        #expect(offset == interim.utf8.count)
        #expect(stream.head.isInformational)
        stream.discardInterimHead()
        let second = stream.next(bytes.span, offset: &offset)
        #expect(second == .head(start: interim.utf8.count))
        #expect(offset == bytes.count)
        #expect(stream.head.status == 200)
        #expect(stream.head.byteCount == bytes.count - interim.utf8.count)
    }
}
