import HTTP1
import Testing

@testable import Gateway

@Suite("RetryRule")
struct RetryRuleTests {
    private static let idempotent: Set<HTTP1.Method> = [.get, .head, .options, .trace, .put, .delete]

    /// Every row of the truth table.
    @Test func everyRow() {
        var counts: [RetryRule.Verdict] = []
        for row in 0..<256 {
            func bit(_ index: Int) -> Bool { row >> index & 1 == 1 }
            for method in HTTP1.Method.allCases {
                for attempts in 1...3 {
                    let rule = RetryRule(
                        wasReused: bit(0),
                        attempts: attempts,
                        maximumAttempts: 3,
                        hasOthers: bit(1),
                        hasResponse: bit(2),
                        wasSent: bit(3),
                        isWhole: bit(4),
                        isTimeout: bit(5),
                        repeatsTimeouts: bit(6),
                        method: method
                    )
                    // Only before a byte of the response, with all of the request at hand, and if no byte was taken or
                    // it may be done twice.
                    let isSafe = !bit(2) && bit(4) && (!bit(3) || Self.idempotent.contains(method))
                    let isStale = isSafe && bit(0) && attempts == 1 && !bit(5)
                    let mayBeLate = !bit(5) || !bit(3) || bit(6)
                    let expected: RetryRule.Verdict =
                        isStale ? .staleConnection : isSafe && bit(1) && attempts < 3 && mayBeLate ? .otherServer : .no
                    #expect(rule.verdict == expected, "\(rule)")
                    counts.append(rule.verdict)
                }
            }
        }
        #expect(counts.contains(.no) && counts.contains(.staleConnection) && counts.contains(.otherServer))
    }

    private static let failed = RetryRule(
        wasReused: false,
        attempts: 1,
        maximumAttempts: 3,
        hasOthers: true,
        hasResponse: false,
        wasSent: true,
        isWhole: true,
        isTimeout: false,
        repeatsTimeouts: true,
        method: .post
    )

    /// What the rule is for, in so many words.
    @Test func whatIsSafe() {
        var rule = Self.failed
        #expect(rule.verdict == .no, "a POST that was sent may have been done")
        rule.wasSent = false
        #expect(rule.verdict == .otherServer, "one that was not sent was not done")
        rule = Self.failed
        rule.method = .put
        #expect(rule.verdict == .otherServer, "a PUT may be done twice")
        rule.isWhole = false
        #expect(rule.verdict == .no, "what isn't at hand can't be sent again")
        rule.isWhole = true
        rule.attempts = 3
        #expect(rule.verdict == .no, "enough is enough")
        rule.attempts = 1
        rule.hasOthers = false
        #expect(rule.verdict == .no, "a server that failed is not asked again")
        rule.wasReused = true
        #expect(rule.verdict == .staleConnection, "but for its having closed an idle connection")
        rule.isTimeout = true
        #expect(rule.verdict == .no, "which is no reason to be late")
    }
}
