/// One part of a grant cache: what is stored, and the rules of its life. Its owner guards it with a lock.
struct GrantCacheShard {
    private var positive: LRUTable
    private var negative: LRUTable
    private var counted = GrantCacheCounters()
    /// How long before its deadline a grant is aging, in nanoseconds; zero for never.
    private let refreshWindow: Int64

    init(capacity: Int, negativeCapacity: Int, refreshWindow: Int64) {
        positive = LRUTable(capacity: capacity)
        negative = LRUTable(capacity: negativeCapacity)
        self.refreshWindow = refreshWindow
    }

    var counters: GrantCacheCounters {
        var counters = counted
        counters.count = positive.count
        counters.negativeCount = negative.count
        return counters
    }

    mutating func lookup(_ digest: KeyDigest, now: MonotonicTime, wallSeconds: Int64) -> CacheOutcome {
        let outcome = find(digest, now: now, wallSeconds: wallSeconds, claimsRefresh: refreshWindow > 0)
        switch outcome {
        case .hit, .aging: counted.hits += 1
        case .negative: counted.negativeHits += 1
        case .expired: counted.expiredHits += 1
        case .notYetValid: counted.notYetValidHits += 1
        case .miss: counted.misses += 1
        }
        return outcome
    }

    /// ``lookup(_:now:wallSeconds:)`` without the counting.
    mutating func find(
        _ digest: KeyDigest,
        now: MonotonicTime,
        wallSeconds: Int64,
        claimsRefresh: Bool = false
    ) -> CacheOutcome {
        if let index = positive.find(digest) {
            let outcome = Self.use(index, of: &positive, now: now, wallSeconds: wallSeconds)
            guard claimsRefresh, case .hit(let grant) = outcome else { return outcome }
            return claimRefresh(index, now: now) ? .aging(grant) : outcome
        }
        if let index = negative.find(digest) {
            return Self.use(index, of: &negative, now: now, wallSeconds: wallSeconds)
        }
        return .miss
    }

    private static func use(
        _ index: UInt32,
        of table: inout LRUTable,
        now: MonotonicTime,
        wallSeconds: Int64
    ) -> CacheOutcome {
        let entry = table[index]
        // What is out of date stays where it is in the order of use: it may still serve while the endpoint fails, and
        // tells that the key was good once.
        guard now.nanoseconds < entry.deadline else { return .miss }
        table.touch(index)
        guard let grant = entry.grant else { return .negative }
        guard now.nanoseconds < entry.expiry else { return .expired(grant) }
        switch grant.validity(atWallSeconds: wallSeconds) {
        case .valid: return .hit(grant)
        case .expired: return .expired(grant)
        case .notYetValid: return .notYetValid(grant)
        case .inactive: return .negative
        }
    }

    private mutating func claimRefresh(_ index: UInt32, now: MonotonicTime) -> Bool {
        let entry = positive[index]
        // A key that expires before its entry does has nothing to gain.
        guard !entry.isRefreshing, entry.expiry > entry.deadline,
            now.nanoseconds >= entry.deadline - refreshWindow
        else { return false }
        positive.markRefreshing(index)
        return true
    }

    /// Whether the key was good when it was last asked about, however long ago that is.
    func isKnown(_ digest: KeyDigest) -> Bool {
        positive.find(digest) != nil
    }

    /// The grant of a key that would be valid now, were its entry not out of date by less than `staleTime`.
    func stale(_ digest: KeyDigest, now: MonotonicTime, wallSeconds: Int64, staleTime: Int64) -> Grant? {
        guard let index = positive.find(digest) else { return nil }
        let entry = positive[index]
        guard let grant = entry.grant, now < MonotonicTime(nanoseconds: entry.deadline).advanced(by: staleTime),
            now.nanoseconds < entry.expiry, grant.validity(atWallSeconds: wallSeconds) == .valid
        else { return nil }
        return grant
    }

    mutating func storePositive(_ entry: LRUTable.Entry) {
        negative.remove(entry.digest)
        counted.evictions += positive.store(entry) ? 1 : 0
    }

    mutating func storeNegative(_ entry: LRUTable.Entry) {
        positive.remove(entry.digest)
        counted.negativeEvictions += negative.store(entry) ? 1 : 0
    }

    mutating func remove(_ digest: KeyDigest) -> Bool {
        let wasPositive = positive.remove(digest)
        return negative.remove(digest) || wasPositive
    }

    /// Forgets the keys in a range of places whose grants satisfy a condition. Returns how many, and whether there are
    /// places beyond the range.
    mutating func removeAll(in places: Range<Int>, where matches: (Grant) -> Bool) -> (removed: Int, isDone: Bool) {
        let removed =
            positive.removeAll(in: places, where: matches) + negative.removeAll(in: places, where: matches)
        return (removed, places.upperBound >= max(positive.placeCount, negative.placeCount))
    }

    mutating func removeAll() {
        positive.removeAll()
        negative.removeAll()
    }
}
