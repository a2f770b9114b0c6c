/// A set of scopes of one catalog: 256 bits in line, so that no operation allocates.
public struct ScopeSet: Hashable, Sendable {
    private var word0: UInt64 = 0
    private var word1: UInt64 = 0
    private var word2: UInt64 = 0
    private var word3: UInt64 = 0

    /// The empty set.
    public init() {}

    /// The set of the given scopes.
    public init(_ scopes: some Sequence<ScopeID>) {
        for scope in scopes { insert(scope) }
    }

    private init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        (self.word0, self.word1, self.word2, self.word3) = (word0, word1, word2, word3)
    }

    /// Whether there is no scope in the set.
    public var isEmpty: Bool { word0 | word1 | word2 | word3 == 0 }

    /// The number of scopes in the set.
    public var count: Int {
        word0.nonzeroBitCount + word1.nonzeroBitCount + word2.nonzeroBitCount + word3.nonzeroBitCount
    }

    /// Adds a scope.
    public mutating func insert(_ scope: ScopeID) {
        let bit = UInt64(1) << UInt64(scope.rawValue & 63)
        switch scope.rawValue >> 6 {
        case 0: word0 |= bit
        case 1: word1 |= bit
        case 2: word2 |= bit
        default: word3 |= bit
        }
    }

    /// Takes a scope out.
    public mutating func remove(_ scope: ScopeID) {
        let mask = ~(UInt64(1) << UInt64(scope.rawValue & 63))
        switch scope.rawValue >> 6 {
        case 0: word0 &= mask
        case 1: word1 &= mask
        case 2: word2 &= mask
        default: word3 &= mask
        }
    }

    /// Whether a scope is in the set.
    public func contains(_ scope: ScopeID) -> Bool {
        word(Int(scope.rawValue >> 6)) >> UInt64(scope.rawValue & 63) & 1 == 1
    }

    /// Whether every scope of the other set is in this one.
    public func isSuperset(of other: ScopeSet) -> Bool {
        other.word0 & ~word0 == 0 && other.word1 & ~word1 == 0
            && other.word2 & ~word2 == 0 && other.word3 & ~word3 == 0
    }

    /// Whether the two sets have no scope in common.
    public func isDisjoint(with other: ScopeSet) -> Bool { intersection(other).isEmpty }

    /// The scopes that are in both sets.
    public func intersection(_ other: ScopeSet) -> ScopeSet {
        ScopeSet(word0 & other.word0, word1 & other.word1, word2 & other.word2, word3 & other.word3)
    }

    /// The scopes that are in either set.
    public func union(_ other: ScopeSet) -> ScopeSet {
        ScopeSet(word0 | other.word0, word1 | other.word1, word2 | other.word2, word3 | other.word3)
    }

    /// The scopes of this set that are not in the other.
    public func subtracting(_ other: ScopeSet) -> ScopeSet {
        ScopeSet(word0 & ~other.word0, word1 & ~other.word1, word2 & ~other.word2, word3 & ~other.word3)
    }

    private func word(_ index: Int) -> UInt64 {
        switch index {
        case 0: word0
        case 1: word1
        case 2: word2
        default: word3
        }
    }
}

extension ScopeSet: Sequence {
    /// Walks a ``ScopeSet`` in the order of the catalog.
    public struct Iterator: IteratorProtocol {
        private let set: ScopeSet
        private var index = 0
        private var remaining: UInt64

        fileprivate init(_ set: ScopeSet) {
            self.set = set
            remaining = set.word0
        }

        /// The next scope of the set, or `nil` after the last.
        public mutating func next() -> ScopeID? {
            while remaining == 0 {
                guard index < 3 else { return nil }
                index += 1
                remaining = set.word(index)
            }
            let bit = remaining.trailingZeroBitCount
            remaining &= remaining - 1
            return ScopeID(rawValue: UInt8(index << 6 | bit))
        }
    }

    /// Walks the scopes in the order of the catalog.
    public func makeIterator() -> Iterator { Iterator(self) }
}

extension ScopeSet: ExpressibleByArrayLiteral {
    /// The set of the listed scopes.
    public init(arrayLiteral elements: ScopeID...) { self.init(elements) }
}
