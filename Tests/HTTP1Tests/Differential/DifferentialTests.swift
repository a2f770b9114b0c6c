import HTTP1
import NIOHTTP1
import Testing

/// Whatever this codec accepts, llhttp in its strict mode reads the same way: method or status, target, version,
/// field list, body, trailers and the end of the message. Of what llhttp is too strict for, it reads what is sent.
@Suite struct DifferentialTests {
    private static let mutations = 20_000

    private static let requests: [[UInt8]] =
        [
            "GET / HTTP/1.1\r\nHost: a.example\r\n\r\nGET /next HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/b?c HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n",
            "POST /api/v1/trades?x=1 HTTP/1.1\r\nHost: a.example:80\r\nContent-Length: 5\r\nX-API-Key: k\r\n\r\nhello",
            "PUT /a%20b/c HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\nGET /next HTTP/1.1\r\n",
            "DELETE /a/ HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
            "PATCH /a HTTP/1.1\r\nhost:a\r\nEXPECT: 100-continue\r\nCookie: a=b; c=\"d\"\t\r\ncontent-length: 12\r\n\r\nhell",
        ].map(wire) + AcceptedRequest.all.map(\.bytes)

    private static let responses: [[UInt8]] =
        [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
            "HTTP/1.1 200 \r\nServer: x\r\n\r\nuntil the end",
            "HTTP/1.0 404 Not Found\r\nConnection: close\r\n\r\nuntil the end",
            "HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\n",
            "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        ].map(wire) + AcceptedResponse.all.map(\.bytes)

    /// Compares one request; the result says whether ours accepted it.
    @discardableResult
    private static func compareRequest(_ bytes: [UInt8]) -> Bool {
        let sent = Leniency.sentRequest(bytes)
        return compare(bytes, OurReading.request(bytes), NIOReading.request(sent ?? bytes), isSent: sent != nil)
    }

    /// Compares one response; the result says whether ours accepted it.
    @discardableResult
    private static func compareResponse(_ bytes: [UInt8], _ method: Method, _ nioMethod: HTTPMethod) -> Bool {
        let sent = Leniency.sentResponse(bytes, method: method)
        let theirs = NIOReading.response(sent ?? bytes, method: nioMethod)
        return compare(bytes, OurReading.response(bytes, method: method), theirs, isSent: sent != nil)
    }

    private static func compare(_ bytes: [UInt8], _ ours: OurReading, _ theirs: NIOReading, isSent: Bool) -> Bool {
        func report(_ what: String) {
            let input = String(decoding: bytes, as: UTF8.self).debugDescription
            Issue.record("\(what)\n input: \(input)\n ours: \(ours)\n llhttp: \(theirs)")
        }
        // llhttp knows a closed list of methods; every token is a method (RFC 9110 §9.1).
        if theirs.message == nil, theirs.error as? HTTPParserError == .invalidMethod { return false }
        switch ours {
        case .nothing: return false
        case .brokenBody(let head):
            guard !Leniency.isUsed(bytes) else { return true }
            guard var message = theirs.message else {
                report("llhttp refuses the head")
                return true
            }
            (message.body, message.trailers, message.isWhole) = ([], [], false)
            if message != head { report("the heads differ") }
        case .message(let reading, let unread):
            guard let message = theirs.message else {
                report("llhttp refuses the head")
                return true
            }
            let (one, other) =
                isSent ? (Leniency.withoutFraming(message), Leniency.withoutFraming(reading)) : (message, reading)
            if one != other { report("the messages differ") }
            guard !isSent else { return true }
            // Behind a whole message llhttp may trip over what is left for the next one.
            if !reading.isWhole, unread == 0, theirs.error != nil { report("llhttp refuses the body") }
        }
        return true
    }

    @Test(arguments: AcceptedRequest.all) func acceptedRequests(_ request: AcceptedRequest) {
        Self.compareRequest(request.bytes)
    }

    @Test(arguments: AcceptedResponse.all) func acceptedResponses(_ response: AcceptedResponse) {
        Self.compareResponse(response.bytes, response.method, response.method == .head ? .HEAD : .GET)
    }

    @Test(arguments: ChunkedDecoderTests.accepted) func chunkedBodies(_ example: ChunkedDecoderTests.Accepted) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(Self.compareRequest(wire(head + example.text)))
    }

    @Test(arguments: 1...4) func mutatedRequests(_ seed: UInt64) {
        var mutator = Mutator(seed: seed)
        var accepted = 0
        for _ in 0..<Self.mutations / 4 where Self.compareRequest(mutator.mutation(of: Self.requests)) { accepted += 1 }
        // Both kinds must come up, or the comparison is of nothing.
        #expect(accepted > Self.mutations / 4 / 10)
    }

    @Test(arguments: 1...4) func mutatedResponses(_ seed: UInt64) {
        var mutator = Mutator(seed: seed &+ 1000)
        var accepted = 0
        for index in 0..<Self.mutations / 4 {
            let bytes = mutator.mutation(of: Self.responses)
            let isHead = index % 8 == 0
            if Self.compareResponse(bytes, isHead ? .head : .get, isHead ? .HEAD : .GET) { accepted += 1 }
        }
        #expect(accepted > Self.mutations / 4 / 10)
    }

    /// Good or bad, a message is read alike however it comes in.
    @Test func mutationsAtRandomSplits() {
        var mutator = Mutator(seed: 2000)
        for _ in 0..<Self.mutations / 4 {
            let request = mutator.mutation(of: Self.requests)
            #expect(requestOutcome(request, ends: mutator.cuts(request.count)) == requestOutcome(request))
            let response = mutator.mutation(of: Self.responses)
            #expect(responseOutcome(response, ends: mutator.cuts(response.count)) == responseOutcome(response))
            let body = mutator.mutation(of: ChunkedDecoderTests.accepted.map { wire($0.text) })
            #expect(ChunkedOutcome(body, ends: mutator.cuts(body.count)) == ChunkedOutcome(body))
        }
    }
}
