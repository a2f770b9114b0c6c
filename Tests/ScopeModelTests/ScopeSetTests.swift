import ScopeModel
import Testing

@Suite("ScopeSet")
struct ScopeSetTests {
    private static let everyID = (0...255).map { ScopeID(rawValue: UInt8($0)) }

    @Test func holdsEveryID() {
        var set = ScopeSet()
        #expect(set.isEmpty)
        for (index, id) in Self.everyID.enumerated() {
            #expect(!set.contains(id))
            set.insert(id)
            #expect(set.contains(id))
            #expect(set.count == index + 1)
        }
        #expect(Array(set) == Self.everyID)
        for id in Self.everyID { set.remove(id) }
        #expect(set == ScopeSet())
    }

    /// Every operation against `Set`, which is another implementation of the same.
    @Test func agreesWithSet() {
        var random = SplitMix(seed: 1)
        for _ in 0..<500 {
            let left = Set((0..<random.below(20)).map { _ in Self.everyID[random.below(256)] })
            var right = Set((0..<random.below(20)).map { _ in Self.everyID[random.below(256)] })
            if random.below(3) == 0 { right = Set(left.prefix(random.below(5))) }
            let (ours, others) = (ScopeSet(left), ScopeSet(right))
            #expect(Array(ours) == left.sorted())
            #expect(ours.count == left.count)
            #expect(ours.isEmpty == left.isEmpty)
            #expect(ours.isSuperset(of: others) == left.isSuperset(of: right))
            #expect(ours.isDisjoint(with: others) == left.isDisjoint(with: right))
            #expect(Set(ours.union(others)) == left.union(right))
            #expect(Set(ours.intersection(others)) == left.intersection(right))
            #expect(Set(ours.subtracting(others)) == left.subtracting(right))
        }
    }
}

/// A small generator with a fixed sequence (splitmix64), so that a failure repeats.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ mixed >> 31) % UInt64(bound))
    }
}
