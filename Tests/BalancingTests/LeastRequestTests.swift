import Balancing
import Testing

@Suite("LeastRequest")
struct LeastRequestTests {
    /// Chooses and counts.
    private func take(_ choice: inout LeastRequest, among servers: LeastRequest.Servers = .max) -> Int? {
        guard let server = choice.choose(among: servers) else { return nil }
        choice.began(server)
        return server
    }

    @Test func requestsThatStaySpreadByWeight() {
        var choice = LeastRequest(weights: [3, 1, 2])
        for _ in 0..<600 { _ = take(&choice) }
        #expect((0..<3).map { choice.active($0) } == [300, 100, 200])
    }

    @Test(arguments: [[1, 1], [2, 1], [5, 1, 1], [3, 2, 2, 1], [256, 1]])
    func requestsThatAreDoneAtOnceSpreadByWeightToo(weights: [Int]) {
        var choice = LeastRequest(weights: weights)
        var counts = [Int](repeating: 0, count: weights.count)
        let rounds = 10
        for _ in 0..<weights.reduce(0, +) * rounds {
            guard let server = take(&choice) else { return }
            choice.ended(server)
            counts[server] += 1
        }
        #expect(counts == weights.map { $0 * rounds })
    }

    @Test func theTurnsAreSmooth() {
        var choice = LeastRequest(weights: [2, 1])
        let order = (0..<6).map { _ in choice.choose(among: .max) }
        #expect(order == [0, 1, 0, 0, 1, 0])
    }

    /// The one that is slow has more under way, and gets fewer.
    @Test func theSlowOneGetsLess() {
        var choice = LeastRequest(weights: [1, 1])
        var counts = [0, 0]
        var slow = 0
        for round in 0..<1000 {
            guard let server = take(&choice) else { return }
            counts[server] += 1
            if server == 0 { choice.ended(0) } else { slow += 1 }
            // It is done with one of its requests in the time of twenty of the other's.
            if round % 20 == 0, slow > 0 {
                choice.ended(1)
                slow -= 1
            }
        }
        #expect(counts[1] <= 51)
        #expect(counts[0] + counts[1] == 1000)
    }

    @Test func onlyThoseThatMayBe() {
        var choice = LeastRequest(weights: [1, 1, 1])
        for _ in 0..<10 { #expect(take(&choice, among: 0b010) == 1) }
        for _ in 0..<5 { #expect(take(&choice, among: 0b110) == 2) }
        #expect(choice.choose(among: 0) == nil)
        #expect(choice.choose(among: 0b1000) == nil)
    }

    @Test func asManyAsThereCanBe() {
        var choice = LeastRequest(weights: [Int](repeating: 1, count: 64))
        for _ in 0..<64 { _ = take(&choice) }
        #expect((0..<64).allSatisfy { choice.active($0) == 1 })
        #expect(take(&choice, among: 1 << 63) == 63)
    }
}
