import HTTP1
import Testing

@Suite struct ResponseHeadParserTests {
    @Test(arguments: AcceptedResponse.all) func accepts(_ response: AcceptedResponse) {
        let bytes = response.bytes
        guard case .complete(let head) = responseOutcome(bytes, method: response.method) else {
            Issue.record("refused: \(responseOutcome(bytes, method: response.method))")
            return
        }
        #expect(head.version == response.version)
        #expect(head.status == response.status)
        #expect(head.isInformational == (response.status < 200))
        #expect(text(bytes, head.reasonRange) == response.reason)
        #expect(head.framing == response.framing)
        #expect(head.keepAlive == response.keepAlive)
        #expect(head.keepAliveSeconds == response.keepAliveSeconds)
        #expect(head.lengthRule == response.lengthRule)
        #expect(head.fields.map { Field(bytes, $0) } == response.fields)
        #expect(head.byteCount == bytes.count)
    }

    @Test(arguments: RefusedResponse.all) func refuses(_ response: RefusedResponse) {
        #expect(responseOutcome(response.bytes, limits: response.limits) == .failed(response.error))
    }

    @Test func everyRuleHasACase() {
        #expect(Set(RefusedResponse.all.map(\.error)) == Set(ResponseError.allCases))
    }

    @Test(arguments: AcceptedResponse.all) func acceptsAtEverySplit(_ response: AcceptedResponse) {
        let whole = responseOutcome(response.bytes, method: response.method)
        for ends in splits(response.bytes.count) {
            #expect(responseOutcome(response.bytes, method: response.method, ends: ends) == whole, "split at \(ends)")
        }
    }

    @Test(arguments: RefusedResponse.all) func refusesAtEverySplit(_ response: RefusedResponse) {
        for ends in splits(response.bytes.count) {
            let outcome = responseOutcome(response.bytes, ends: ends, limits: response.limits)
            #expect(outcome == .failed(response.error), "split at \(ends)")
        }
    }

    @Test(arguments: AcceptedResponse.all) func noPrefixIsAHead(_ response: AcceptedResponse) {
        for end in response.bytes.indices {
            #expect(responseOutcome(response.bytes, ends: [end]) == .needMore, "prefix of \(end)")
        }
    }

    @Test func readsTheFinalHeadBehindAnInformationalOne() {
        let bytes = wire("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nrest")
        var parser = ResponseHeadParser(limits: HeadLimits())
        #expect(parser.parse(bytes, requestMethod: .get) == .complete)
        #expect(parser.head.status == 103)
        let rest = Array(bytes[parser.head.byteCount...])
        parser.reset()
        #expect(parser.parse(rest, requestMethod: .get) == .complete)
        #expect(parser.head.status == 204)
        #expect(parser.head.fields.isEmpty)
        #expect(Array(rest[parser.head.byteCount...]) == wire("rest"))
    }

    @Test func keepsItsResultUntilReset() {
        let bad = wire("HTTP/1.1 070 x\r\n")
        let good = wire("HTTP/1.1 200 \r\n\r\n")
        var parser = ResponseHeadParser(limits: HeadLimits())
        #expect(parser.parse(bad, requestMethod: .get) == .failed(.invalidStatus))
        #expect(parser.parse(good, requestMethod: .get) == .failed(.invalidStatus))
        parser.reset()
        #expect(parser.parse(good, requestMethod: .get) == .complete)
        #expect(parser.parse(bad, requestMethod: .get) == .complete)
    }
}
