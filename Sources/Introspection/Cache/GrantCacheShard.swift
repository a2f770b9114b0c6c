/// One part of a grant cache: what is stored, and the rules of its life. Its owner guards it with a lock.
struct GrantCacheShard {
    private var positive: LRUTable
    private var negative: LRUTable
    private var counted = GrantCacheCounters()

    init(capacity: Int, negativeCapacity: Int) {
        positive = LRUTable(capacity: capacity)
        negative = LRUTable(capacity: negativeCapacity)
    }

    var counters: GrantCacheCounters {
        var counters = counted
        counters.count = positive.count
        counters.negativeCount = negative.count
        return counters
    }

    mutating func lookup(_ digest: KeyDigest, now: MonotonicTime, wallSeconds: Int64) -> CacheOutcome {
        let outcome = find(digest, now: now, wallSeconds: wallSeconds)
        switch outcome {
        case .hit: counted.hits += 1
        case .negative: counted.negativeHits += 1
        case .expired: counted.expiredHits += 1
        case .notYetValid: counted.notYetValidHits += 1
        case .miss: counted.misses += 1
        }
        return outcome
    }

    /// ``lookup(_:now:wallSeconds:)`` without the counting.
    mutating func find(_ digest: KeyDigest, now: MonotonicTime, wallSeconds: Int64) -> CacheOutcome {
        if let index = positive.find(digest) {
            return Self.use(index, of: &positive, now: now, wallSeconds: wallSeconds)
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
        guard now.nanoseconds < entry.deadline else {
            table.remove(entry.digest)
            return .miss
        }
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

    mutating func removeAll() {
        positive.removeAll()
        negative.removeAll()
    }
}
