import Balancing
import Testing

@Suite("RetryBudget")
struct RetryBudgetTests {
    private static let second: UInt64 = 1_000_000_000

    /// Spends until nothing is left; answers how much there was.
    private func drain(_ budget: inout RetryBudget, at now: UInt64) -> Int {
        var count = 0
        while budget.spend(at: now) { count += 1 }
        return count
    }

    @Test func aFewAreThereFromTheStart() {
        var budget = RetryBudget(percent: 20)
        #expect(drain(&budget, at: 1) == 2 * RetryBudget.perSecond)
        #expect(drain(&budget, at: 2) == 0)
    }

    @Test func requestsEarnThem() {
        var budget = RetryBudget(percent: 20)
        _ = drain(&budget, at: 1)
        for _ in 0..<500 { budget.earn() }
        #expect(drain(&budget, at: 2) == 100)
    }

    @Test func someAreAllowedEachSecond() {
        var budget = RetryBudget(percent: 0)
        _ = drain(&budget, at: Self.second)
        for round in 2...10 as ClosedRange<UInt64> {
            #expect(drain(&budget, at: round * Self.second) == RetryBudget.perSecond)
        }
    }

    @Test func savingsAreBounded() {
        var budget = RetryBudget(percent: 100)
        _ = drain(&budget, at: 1)
        for _ in 0..<1_000_000 { budget.earn() }
        #expect(drain(&budget, at: 2) == RetryBudget.maximumSaved)
    }

    /// When everything fails, a fifth is sent twice, and no more.
    @Test func anOutageIsNotMultiplied() {
        var budget = RetryBudget(percent: 20)
        var retries = 0
        for request in 0..<100_000 as Range<UInt64> {
            budget.earn()
            if budget.spend(at: request * 1_000_000) { retries += 1 }
        }
        // 100 s of 1,000 requests a second.
        #expect(retries <= 20_000 + 101 * RetryBudget.perSecond + 2 * RetryBudget.perSecond)
        #expect(retries >= 20_000)
    }
}
