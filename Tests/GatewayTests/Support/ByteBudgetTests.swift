import NIOCore
import Testing

@testable import Gateway

@Suite("Byte budgets")
struct ByteBudgetTests {
    @Test("Takes up to the limit and not a byte more")
    func limit() {
        let budget = ByteBudget(limit: 100)
        #expect(budget.tryTake(60))
        #expect(!budget.tryTake(41))
        #expect(budget.held == 60)
        #expect(budget.tryTake(40))
        #expect(!budget.tryTake(1))
        budget.giveBack(100)
        #expect(budget.held == 0)
    }

    @Test("Changes what a holder has")
    func changes() {
        let budget = ByteBudget(limit: 100)
        #expect(budget.tryChange(from: 0, to: 80))
        #expect(!budget.tryChange(from: 80, to: 101))
        #expect(budget.held == 80)
        #expect(budget.tryChange(from: 80, to: 10))
        #expect(budget.held == 10)
    }

    @Test("Survives the largest of numbers")
    func extremes() {
        let budget = ByteBudget(limit: 100)
        #expect(budget.tryTake(1))
        #expect(!budget.tryTake(.max))
        #expect(budget.tryTake(0))
        #expect(!ByteBudget(limit: -1).tryTake(1))
    }

    @Test("Several threads never hold more than the limit together")
    func threads() async {
        let budget = ByteBudget(limit: 10)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var isWithin = true
                    for _ in 0..<2000 where budget.tryTake(7) {
                        isWithin = isWithin && budget.held <= budget.limit
                        budget.giveBack(7)
                    }
                    return isWithin
                }
            }
            for await isWithin in group { #expect(isWithin) }
        }
        #expect(budget.held == 0)
    }

    @Test("Counts capacity, not content")
    func retained() {
        var bytes: [UInt8] = []
        #expect(RetainedBytes.of(bytes) == 0)
        bytes.reserveCapacity(1000)
        #expect(RetainedBytes.of(bytes) >= 1000)
        #expect(RetainedBytes.of("short") == 0)
        #expect(RetainedBytes.of(String(repeating: "x", count: 100)) >= 100)
        #expect(RetainedBytes.of(nil as String?) == 0)
        #expect(RetainedBytes.of(ByteBufferAllocator().buffer(capacity: 4096)) >= 4096)
    }
}
