import HTTP1
import Testing

@Suite struct RequestErrorTests {
    /// The statuses that the codes have.
    private static let statuses: [String: Int] = [
        "invalid_request": 400, "invalid_request_target": 400, "invalid_request_framing": 400,
        "invalid_request_header": 400, "invalid_request_host": 400, "target_too_long": 414, "headers_too_large": 431,
        "expectation_failed": 417, "http_version_not_supported": 505,
    ]

    @Test(arguments: RequestError.allCases) func hasAnAnswer(_ error: RequestError) {
        #expect(Self.statuses["\(error.code)"] == error.status)
        let message = "\(error.message)"
        #expect(message.hasSuffix(".") && message.count > 20)
        #expect(message.utf8.allSatisfy { 0x20..<0x7F ~= $0 && $0 != UInt8(ascii: "\"") })
    }

    @Test func messagesTellTheRulesApart() {
        #expect(Set(RequestError.allCases.map { "\($0.message)" }).count == RequestError.allCases.count)
        #expect(Set(ResponseError.allCases.map { "\($0.message)" }).count == ResponseError.allCases.count)
        #expect(Set(ChunkedError.allCases.map { "\($0.message)" }).count == ChunkedError.allCases.count)
    }

    @Test func everyCodeIsUsed() {
        #expect(Set(RequestError.allCases.map { "\($0.code)" }) == Set(Self.statuses.keys))
    }
}
