import Testing

@testable import Gateway

@Suite("InterimAllowance")
struct InterimAllowanceTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func letsASecondsWorthPass() {
        var allowance = InterimAllowance()
        let bound = InterimAllowance.bytesPerSecond
        let answer1 = allowance.take(bound - 1, at: 5)
        #expect(answer1)
        let answer2 = allowance.take(1, at: 6)
        #expect(answer2)
        let answer3 = allowance.take(1, at: 5 + Self.second - 1)
        #expect(!answer3)
        let answer4 = allowance.take(bound, at: 5 + Self.second)
        #expect(answer4)
        let answer5 = allowance.take(1, at: 5 + Self.second)
        #expect(!answer5)
    }

    /// Many small ones over a long time are as many as a backend likes.
    @Test func goesOnForEver() {
        var allowance = InterimAllowance()
        let all = (0..<100_000).allSatisfy { allowance.take(64, at: UInt64($0) * Self.second / 100) }
        #expect(all)
    }

    @Test func oneThatIsTooLargeIsRefusedAtOnce() {
        var allowance = InterimAllowance()
        let answer6 = allowance.take(InterimAllowance.bytesPerSecond + 1, at: 0)
        #expect(!answer6)
    }
}
