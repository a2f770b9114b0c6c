import Testing

@testable import Gateway

@Suite("ByteRate")
struct ByteRateTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func letsASecondsWorthThroughAtOnceAndThenAsMuchASecond() {
        var rate = ByteRate(perSecond: 1000)
        let answer1 = rate.hasRoom(at: 0)
        #expect(answer1)
        rate.take(1000, at: 0)
        let answer2 = rate.hasRoom(at: 0)
        #expect(!answer2)
        let answer3 = rate.hasRoom(at: 999_999)
        #expect(!answer3)
        let answer4 = rate.hasRoom(at: 1_000_000)
        #expect(answer4)
        rate.take(1, at: 1_000_000)
        let answer5 = rate.hasRoom(at: 1_000_000)
        #expect(!answer5)
        rate.take(1000, at: 2 * Self.second)
        let answer6 = rate.hasRoom(at: 2 * Self.second)
        #expect(!answer6)
    }

    /// What was more than was left is made up for before anything else comes.
    @Test func debtsArePaid() {
        var rate = ByteRate(perSecond: 1000)
        rate.take(11_000, at: 0)
        let answer7 = rate.hasRoom(at: 9 * Self.second)
        #expect(!answer7)
        let answer8 = rate.hasRoom(at: 10 * Self.second)
        #expect(!answer8)
        let answer9 = rate.hasRoom(at: 10 * Self.second + 1_000_000)
        #expect(answer9)
    }

    @Test func nothingOverflows() {
        var rate = ByteRate(perSecond: .max / 4)
        rate.take(.max / 2, at: 0)
        let answer10 = rate.hasRoom(at: .max)
        #expect(answer10)
        var small = ByteRate(perSecond: 0)
        small.take(.max / 2, at: 1)
        let answer11 = small.hasRoom(at: .max)
        #expect(!answer11)
        #expect(small.perSecond == 1)
    }
}
