import HTTP1
import Testing

@Suite struct RequestHeadParserTests {
    @Test(arguments: AcceptedRequest.all) func accepts(_ request: AcceptedRequest) {
        guard case .complete(let head) = requestOutcome(request.bytes) else {
            Issue.record("refused: \(requestOutcome(request.bytes))")
            return
        }
        let bytes = request.bytes
        #expect(head.method == request.method)
        #expect(text(bytes, head.methodRange) == text(bytes, ByteRange(0, bytes.firstIndex(of: 0x20) ?? 0)))
        #expect(text(bytes, head.targetRange) == request.target)
        #expect(head.targetLacksPath == request.lacksPath)
        let path = request.lacksPath ? "/" : String(request.target.prefix { $0 != "?" })
        #expect(text(bytes, head.pathRange) == path)
        #expect(head.queryRange.map { text(bytes, $0) } == request.query)
        #expect(text(bytes, head.hostRange) == request.host)
        #expect(head.version == request.version)
        #expect(head.framing == request.framing)
        #expect(head.keepAlive == request.keepAlive)
        #expect(head.expectsContinue == request.expectsContinue)
        #expect(head.fields.map { Field(bytes, $0) } == request.fields)
        #expect(head.fields.map(\.nameIsOdd) == request.fields.map { !$0.name.allSatisfy(Self.isCommon) })
        #expect(head.byteCount == bytes.count)
    }

    private static func isCommon(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-")
    }

    /// White space is no part of a value (RFC 9112 §5.1), and a line without any but one space before it is tidy.
    @Test(arguments: [
        ("A: b", true), ("A:b", true), ("A:", true), ("A: b c", true), ("A:  b", false), ("A:\tb", false),
        ("A: \tb", false),
        ("A: b ", false), ("A:b\t", false), ("A: ", false), ("A:\t", false), ("A:  ", false), ("A: b\t c", true),
    ])
    func tidiness(_ line: String, _ isTidy: Bool) {
        let outcome = requestOutcome(wire("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n"))
        guard case .complete(let head) = outcome else {
            Issue.record("refused: \(outcome)")
            return
        }
        #expect(head.fields.map(\.isTidy) == [true, isTidy])
    }

    /// RFC 9112 §2.2: one empty line before a request is skipped, and counts as a part of it.
    @Test func skipsOneEmptyLine() throws {
        let plain = wire("GET /a?b HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n")
        let padded = wire("\r\n") + plain
        for ends in splits(padded.count) {
            guard case .complete(let head) = requestOutcome(padded, ends: ends) else {
                Issue.record("refused: \(requestOutcome(padded, ends: ends))")
                return
            }
            #expect(head.byteCount == padded.count)
            #expect(text(padded, head.methodRange) == "GET")
            #expect(text(padded, head.targetRange) == "/a?b")
            #expect(head.fields.map { Field(padded, $0) } == [Field("Host", "h"), Field("A", "b")])
        }
        #expect(requestOutcome(wire("\r\n") + padded) == .failed(.malformedRequestLine))
        #expect(requestOutcome(wire("\r\n\n") + plain) == .failed(.bareLineFeed))
        #expect(requestOutcome(wire("\r\r\n") + plain) == .failed(.bareCarriageReturn))
        #expect(requestOutcome(wire("\r\nCONNECT a:1 HTTP/1.1\r\n")) == .failed(.connectMethod))
    }

    @Test(arguments: [("", false), ("\r", false), ("\r\n", false), ("\r\nG", true), ("G", true), ("\r\n\r", true)])
    func hasBegun(_ text: String, _ hasBegun: Bool) {
        var parser = RequestHeadParser(limits: HeadLimits())
        #expect(parser.parse(wire(text)) == .needMore)
        #expect(parser.hasBegun == hasBegun)
        parser.reset()
        #expect(!parser.hasBegun)
    }

    /// RFC 9112 §3.2: HTTP/1.0 goes without Host, and an absolute-form has an authority all the same.
    @Test(arguments: [("/a", ""), ("http://b.example:81/a", "b.example:81"), ("http://b.example", "b.example")])
    func withoutHost(_ target: String, _ host: String) {
        let bytes = wire("GET \(target) HTTP/1.0\r\nA: b\r\n\r\n")
        guard case .complete(let head) = requestOutcome(bytes) else {
            Issue.record("refused: \(requestOutcome(bytes))")
            return
        }
        #expect(head.lacksHost)
        #expect(text(bytes, head.hostRange) == host)
        #expect(requestOutcome(wire("GET \(target) HTTP/1.1\r\nA: b\r\n\r\n")) == .failed(.missingHost))
    }

    @Test(arguments: RefusedRequest.all) func refuses(_ request: RefusedRequest) {
        #expect(requestOutcome(request.bytes, limits: request.limits) == .failed(request.error))
    }

    @Test func everyRuleHasACase() {
        #expect(Set(RefusedRequest.all.map(\.error)) == Set(RequestError.allCases))
    }

    @Test(arguments: AcceptedRequest.all) func acceptsAtEverySplit(_ request: AcceptedRequest) {
        let whole = requestOutcome(request.bytes)
        for ends in splits(request.bytes.count) {
            #expect(requestOutcome(request.bytes, ends: ends) == whole, "split at \(ends)")
        }
    }

    @Test(arguments: RefusedRequest.all) func refusesAtEverySplit(_ request: RefusedRequest) {
        for ends in splits(request.bytes.count) {
            let outcome = requestOutcome(request.bytes, ends: ends, limits: request.limits)
            #expect(outcome == .failed(request.error), "split at \(ends)")
        }
    }

    @Test(arguments: AcceptedRequest.all) func noPrefixIsAHead(_ request: AcceptedRequest) {
        for end in request.bytes.indices {
            #expect(requestOutcome(request.bytes, ends: [end]) == .needMore, "prefix of \(end)")
        }
    }

    @Test func leavesPipelinedBytesAlone() {
        let first = wire("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
        let second = wire("PUT /2 HTTP/1.1\r\nHost: bc\r\nConnection: close\r\n\r\n")
        let both = first + second + wire("\0garbage")
        var parser = RequestHeadParser(limits: HeadLimits())
        #expect(parser.parse(both) == .complete)
        #expect(parser.head.byteCount == first.count)
        #expect(parser.head.keepAlive)
        parser.reset()
        #expect(parser.head == RequestHead())
        let rest = Array(both[first.count...])
        #expect(parser.parse(rest) == .complete)
        #expect(parser.head.byteCount == second.count)
        #expect(parser.head.method == .put)
        #expect(text(rest, parser.head.targetRange) == "/2")
        #expect(text(rest, parser.head.hostRange) == "bc")
        #expect(!parser.head.keepAlive)
    }

    @Test func keepsItsResultUntilReset() {
        let bad = wire("GET / HTTP/3.0\r\n")
        let good = wire("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        var parser = RequestHeadParser(limits: HeadLimits())
        #expect(parser.parse(bad) == .failed(.unsupportedVersion))
        #expect(parser.parse(good) == .failed(.unsupportedVersion))
        parser.reset()
        #expect(parser.parse(good) == .complete)
        #expect(parser.parse(bad) == .complete)
    }

    @Test func acceptsWhatJustFits() {
        let bytes = wire("GET /23456 HTTP/1.1\r\nHost: a\r\nA: 012345678\r\n\r\n")
        let limits = HeadLimits(requestLine: 19, fieldCount: 2, fieldBytes: 23)
        let outcome = requestOutcome(bytes, limits: limits)
        #expect(outcome == requestOutcome(bytes))
        #expect(outcome != .needMore)
        for ends in splits(bytes.count) { #expect(requestOutcome(bytes, ends: ends, limits: limits) == outcome) }
        var tight = limits
        tight.fieldBytes -= 1
        #expect(requestOutcome(bytes, limits: tight) == .failed(.fieldsTooLarge))
    }

    @Test func boundsUnendingInput() {
        let line = wire("GET /" + String(repeating: "a", count: 8192))
        #expect(requestOutcome(line) == .failed(.requestLineTooLong))
        let field = wire("GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: 32768))
        #expect(requestOutcome(wire("\r\n") + line) == .failed(.requestLineTooLong))
        #expect(requestOutcome(field) == .failed(.fieldsTooLarge))
        let many = wire("GET / HTTP/1.1\r\n" + String(repeating: "A:\r\n", count: 101))
        #expect(requestOutcome(many) == .failed(.tooManyFields))
    }

    @Test func survivesSenselessLimits() {
        let bytes = wire("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let none = HeadLimits(requestLine: .min, fieldCount: .min, fieldBytes: .min)
        #expect(requestOutcome(bytes, limits: none) == .failed(.requestLineTooLong))
        let all = HeadLimits(requestLine: .max, fieldCount: .max, fieldBytes: .max)
        #expect(requestOutcome(bytes, limits: all) == requestOutcome(bytes))
    }
}
