import Synchronization

/// What introspection said of keys, kept for a while, for all threads.
///
/// It holds grants, never decisions. Negative answers have a table of their own, so that made-up keys can't push out
/// real ones. Both are least-recently-used per shard; a shard is chosen by bits of the digest and has a lock of its
/// own.
///
/// A grant is a hit until its time to live ends by the monotonic clock, or its `exp` comes by either clock, whichever
/// is first: a wall clock that is set back doesn't lengthen it. After `exp` it answers "expired" to the end of its time
/// to live.
public final class GrantCache: Sendable {
    /// The bounds of a cache.
    public struct Limits: Hashable, Sendable {
        /// How many grants it holds at most; zero or less for none.
        public var capacity: Int
        /// How long a grant is used, in nanoseconds.
        public var timeToLive: Int64
        /// How many negative answers it holds at most; zero or less for none.
        public var negativeCapacity: Int
        /// How long a negative answer is used, in nanoseconds.
        public var negativeTimeToLive: Int64

        /// The design's defaults: 100,000 grants for 60 s, 10,000 negative answers for 10 s.
        public init(
            capacity: Int = 100_000,
            timeToLive: Int64 = 60_000_000_000,
            negativeCapacity: Int = 10_000,
            negativeTimeToLive: Int64 = 10_000_000_000
        ) {
            self.capacity = capacity
            self.timeToLive = timeToLive
            self.negativeCapacity = negativeCapacity
            self.negativeTimeToLive = negativeTimeToLive
        }
    }

    private final class Shard: Sendable {
        let state: Mutex<GrantCacheShard>

        init(capacity: Int, negativeCapacity: Int) {
            state = Mutex(GrantCacheShard(capacity: capacity, negativeCapacity: negativeCapacity))
        }
    }

    private let limits: Limits
    private let shards: [Shard]
    private let mask: UInt64

    /// An empty cache. Capacities are divided among the shards: `shards`, rounded down to a power of two, or fewer when
    /// there would be less than 64 grants for each.
    public init(limits: Limits = Limits(), shards: Int = 16) {
        self.limits = limits
        let wanted = min(max(shards, 1), max(limits.capacity / 64, 1), 1024)
        let count = 1 << (Int.bitWidth - 1 - wanted.leadingZeroBitCount)
        let share = { (total: Int, index: Int) in
            let total = max(total, 0)
            return total / count + (index < total % count ? 1 : 0)
        }
        self.shards = (0..<count).map { index in
            Shard(capacity: share(limits.capacity, index), negativeCapacity: share(limits.negativeCapacity, index))
        }
        mask = UInt64(count - 1)
    }

    /// What is known of a key at a moment, given by both clocks.
    public func lookup(_ digest: KeyDigest, now: MonotonicTime, wallSeconds: Int64) -> CacheOutcome {
        shard(of: digest).state.withLock { $0.lookup(digest, now: now, wallSeconds: wallSeconds) }
    }

    /// ``lookup(_:now:wallSeconds:)`` once more for a request whose first look-up was counted.
    func recheck(_ digest: KeyDigest, now: MonotonicTime, wallSeconds: Int64) -> CacheOutcome {
        shard(of: digest).state.withLock { $0.find(digest, now: now, wallSeconds: wallSeconds) }
    }

    /// Keeps what came of asking about a key, in the place of what was known of it. A failure says nothing and is not
    /// kept.
    public func store(_ digest: KeyDigest, _ outcome: IntrospectionOutcome, now: MonotonicTime, wallSeconds: Int64) {
        switch outcome {
        case .unavailable: break
        case .inactive: storeNegative(digest, grant: nil, now: now)
        case .active(let grant), .expired(let grant), .notYetValid(let grant):
            switch grant.validity(atWallSeconds: wallSeconds) {
            case .inactive: storeNegative(digest, grant: nil, now: now)
            case .expired: storeNegative(digest, grant: grant, now: now)
            case .valid, .notYetValid: storePositive(digest, grant: grant, now: now, wallSeconds: wallSeconds)
            }
        }
    }

    /// Forgets a key. Returns whether anything was known of it.
    @discardableResult
    public func remove(_ digest: KeyDigest) -> Bool {
        shard(of: digest).state.withLock { $0.remove(digest) }
    }

    /// Forgets all keys.
    public func removeAll() {
        for shard in shards {
            shard.state.withLock { $0.removeAll() }
        }
    }

    /// The sums over the shards, each of them consistent in itself.
    public var counters: GrantCacheCounters {
        var counters = GrantCacheCounters()
        for shard in shards {
            counters.add(shard.state.withLock { $0.counters })
        }
        return counters
    }

    private func shard(of digest: KeyDigest) -> Shard {
        shards[Int(digest.word0 & mask)]
    }

    private func storePositive(_ digest: KeyDigest, grant: Grant, now: MonotonicTime, wallSeconds: Int64) {
        let deadline = now.advanced(by: limits.timeToLive)
        var expiry = Int64.max
        if let expiresAt = grant.expiresAt {
            let (seconds, overflows) = expiresAt.subtractingReportingOverflow(wallSeconds)
            let (nanoseconds, overflowsToo) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            expiry = overflows || overflowsToo ? .max : now.advanced(by: nanoseconds).nanoseconds
        }
        let entry = LRUTable.Entry(digest: digest, grant: grant, expiry: expiry, deadline: deadline.nanoseconds)
        shard(of: digest).state.withLock { $0.storePositive(entry) }
    }

    /// The negative entry of a key that is not active, or of one that had expired before it was first seen.
    private func storeNegative(_ digest: KeyDigest, grant: Grant?, now: MonotonicTime) {
        let deadline = now.advanced(by: limits.negativeTimeToLive).nanoseconds
        let entry = LRUTable.Entry(digest: digest, grant: grant, expiry: .min, deadline: deadline)
        shard(of: digest).state.withLock { $0.storeNegative(entry) }
    }
}
