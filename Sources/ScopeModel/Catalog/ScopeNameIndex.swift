/// Finds a scope by the bytes of its name, without making a `String` of them: an open-addressing hash table that is
/// at most a quarter full, built once.
struct ScopeNameIndex: Sendable {
    private static let vacant: UInt16 = .max

    private let names: [[UInt8]]
    /// Indices into `names`; a power of two of them.
    private let slots: [UInt16]
    private let longest: Int

    init(names: [[UInt8]]) {
        var capacity = 16
        while capacity < names.count * 4 { capacity *= 2 }
        var slots = [UInt16](repeating: Self.vacant, count: capacity)
        for (index, name) in names.enumerated() {
            var slot = Self.hash(name.span) & (capacity - 1)
            while slots[slot] != Self.vacant { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = UInt16(index)
        }
        self.names = names
        self.slots = slots
        longest = names.map(\.count).max() ?? 0
    }

    func index(of name: Span<UInt8>) -> Int? {
        guard name.count <= longest else { return nil }
        let mask = slots.count - 1
        var slot = Self.hash(name) & mask
        while slots[slot] != Self.vacant {
            let index = Int(slots[slot])
            if names[index].isEqual(to: name) { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// FNV-1a. The table is built from trusted names only, so what callers look up can't lengthen its chains.
    private static func hash(_ bytes: Span<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in bytes.indices { hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
