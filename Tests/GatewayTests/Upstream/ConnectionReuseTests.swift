import HTTP1
import Testing

@testable import Gateway

@Suite("ConnectionReuse")
struct ConnectionReuseTests {
    private func reuse(
        _ framing: BodyFraming,
        _ method: HTTP1.Method,
        trusted: Bool = true,
        status: Int = 200,
        sent: Bool = true
    ) -> ConnectionReuse {
        var rule = ConnectionReuse(framing: framing, method: method, backendReadsBodies: trusted)
        rule.answered(status: status, requestIsSent: sent)
        return rule
    }

    @Test(arguments: HTTP1.Method.allCases, [BodyFraming.none, .length(0)])
    func requestsWithoutABodyKeepIt(method: HTTP1.Method, framing: BodyFraming) {
        for status in [200, 204, 304, 404, 500, 999] {
            for trusted in [true, false] {
                let rule = reuse(framing, method, trusted: trusted, status: status)
                #expect(rule.isAllowed && !rule.asksToClose)
            }
        }
    }

    @Test(arguments: [BodyFraming.length(1), .length(.max), .chunked])
    func onlyASuccessShowsThatABodyWasRead(framing: BodyFraming) {
        for method in [HTTP1.Method.post, .put, .patch] {
            for status in 200...599 {
                let rule = reuse(framing, method, status: status)
                #expect(rule.isAllowed == (status < 300) && !rule.asksToClose, "\(method) \(status)")
            }
            #expect(!reuse(framing, method, sent: false).isAllowed)
            let rule = reuse(framing, method, trusted: false)
            #expect(rule.asksToClose && !rule.isAllowed)
        }
    }

    /// Nothing says that a backend reads the body of such a request, though it has a meaning for some.
    @Test(arguments: [HTTP1.Method.get, .head, .delete, .options, .trace, .other], [BodyFraming.length(1), .chunked])
    func othersEndIt(method: HTTP1.Method, framing: BodyFraming) {
        let rule = reuse(framing, method)
        #expect(rule.asksToClose && !rule.isAllowed)
    }

    @Test func nothingIsKnownBeforeTheResponse() {
        #expect(!ConnectionReuse(framing: .length(1), method: .post, backendReadsBodies: true).isAllowed)
    }
}
