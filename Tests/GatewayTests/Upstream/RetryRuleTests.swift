import HTTP1
import Testing

@testable import Gateway

@Suite("RetryRule")
struct RetryRuleTests {
    private static let idempotent: Set<HTTP1.Method> = [.get, .head, .options, .trace, .put, .delete]

    /// Every row of the truth table.
    @Test func everyRow() {
        var allowed = 0
        for row in 0..<64 {
            func bit(_ index: Int) -> Bool { row >> index & 1 == 1 }
            for method in HTTP1.Method.allCases {
                let rule = RetryRule(
                    wasReused: bit(0),
                    wasRepeated: bit(1),
                    hasResponse: bit(2),
                    wasSent: bit(3),
                    bodyBegun: bit(4),
                    isWhole: bit(5),
                    method: method
                )
                // Only on a connection that earlier requests had used, once, before a byte of the response, with all
                // of the request at hand …
                let mayBe = bit(0) && !bit(1) && !bit(2) && bit(5)
                // … if no byte was taken, or if it may be done twice and its body wasn't begun.
                let unsent = !bit(3)
                let harmless = Self.idempotent.contains(method) && !bit(4)
                #expect(rule.allowsRepeat == (mayBe && (unsent || harmless)), "\(rule)")
                if rule.allowsRepeat { allowed += 1 }
            }
        }
        // Unsent: 9 methods with the body begun or not; sent: the 6 idempotent ones without.
        #expect(allowed == 24)
    }
}
