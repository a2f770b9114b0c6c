import HTTP1
import Testing

@testable import Gateway

@Suite("ResponseLimit")
struct ResponseLimitTests {
    @Test func faultsNameTheirLimits() {
        let limits = HeadLimits(requestLine: 1, fieldCount: 2, fieldBytes: 3)
        func limit(_ fault: ResponseStream.Fault) -> String? {
            fault.limit.map { "\($0.setting) \($0.value(in: limits))" }
        }
        #expect(limit(.head(.statusLineTooLong)) == "limits.request_line 1")
        for fault in [ResponseStream.Fault.head(.tooManyFields), .body(.tooManyFields)] {
            #expect(limit(fault) == "limits.header_fields 2")
        }
        for fault in [ResponseStream.Fault.head(.fieldsTooLarge), .body(.fieldsTooLarge)] {
            #expect(limit(fault) == "limits.header_bytes 3")
        }
        for fault in [ResponseStream.Fault.head(.invalidStatus), .body(.extensionTooLong), .truncated] {
            #expect(limit(fault) == nil)
        }
        for known in ResponseLimit.allCases { #expect("\(known.message)".contains("\(known.setting)")) }
    }
}
