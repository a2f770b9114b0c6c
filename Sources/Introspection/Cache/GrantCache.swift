import Synchronization

/// What introspection said of keys, kept for a while, for all threads.
///
/// It holds grants, never decisions. Negative answers have a table of their own, so that made-up keys can't push out
/// real ones. Both are least-recently-used per shard; a shard is chosen by bits of the digest and has a lock of its
/// own.
///
/// A grant is a hit until its time to live ends by the monotonic clock, or its `exp` comes by either clock, whichever
/// is first: a wall clock that is set back doesn't lengthen it. After `exp` it answers "expired" to the end of its time
/// to live. Times to live are shortened a little, differently for each entry, so that what came in together doesn't go
/// together.
///
/// An entry takes 72 bytes, its place in the index 8 to 16 (`UInt32`, at most half full), its grant the rest of about
/// 370 with a key id and a subject of 25 bytes each, as measured by resident memory with 100,000 and with a million
/// keys.
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
        /// By how many hundredths a time to live is shortened at most: 0…50.
        public var jitter: Int
        /// Whether hits in the last tenth of a grant's time to live ask for it to be refreshed.
        public var refreshesAhead: Bool
        /// How long after its time to live a grant may be used while the endpoint fails, in nanoseconds.
        public var staleTime: Int64

        /// The design's defaults: 100,000 grants for 60 s, 10,000 negative answers for 10 s.
        public init(
            capacity: Int = 100_000,
            timeToLive: Int64 = 60_000_000_000,
            negativeCapacity: Int = 10_000,
            negativeTimeToLive: Int64 = 10_000_000_000,
            jitter: Int = 0,
            refreshesAhead: Bool = false,
            staleTime: Int64 = 0
        ) {
            self.capacity = capacity
            self.timeToLive = timeToLive
            self.negativeCapacity = negativeCapacity
            self.negativeTimeToLive = negativeTimeToLive
            self.jitter = min(max(jitter, 0), 50)
            self.refreshesAhead = refreshesAhead
            self.staleTime = max(staleTime, 0)
        }

        /// How long what is said of a key at a wall-clock time is kept, in nanoseconds: the shortest and the longest
        /// time.
        ///
        /// - Parameter grant: `nil` for a key that is not active.
        public func lifetime(of grant: Grant?, wallSeconds: Int64) -> ClosedRange<Int64> {
            switch grant?.validity(atWallSeconds: wallSeconds) {
            case nil, .inactive, .expired: return shortened(negativeTimeToLive)
            case .valid, .notYetValid:
                // Up to its expiry it grants access; what it says then is "expired".
                let bound = max(grant?.nanosecondsToExpiry(atWallSeconds: wallSeconds) ?? .max, 0)
                let lifetime = shortened(timeToLive)
                return min(lifetime.lowerBound, bound)...min(lifetime.upperBound, bound)
            }
        }

        /// A time to live with what it may be shortened to.
        func shortened(_ timeToLive: Int64) -> ClosedRange<Int64> {
            (timeToLive - max(timeToLive, 0) / 100 * Int64(jitter))...timeToLive
        }
    }

    private final class Shard: Sendable {
        let state: Mutex<GrantCacheShard>

        init(capacity: Int, negativeCapacity: Int, refreshWindow: Int64) {
            state = Mutex(
                GrantCacheShard(
                    capacity: capacity,
                    negativeCapacity: negativeCapacity,
                    refreshWindow: refreshWindow
                )
            )
        }
    }

    /// The bounds that it was made with.
    public let limits: Limits
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
            Shard(
                capacity: share(limits.capacity, index),
                negativeCapacity: share(limits.negativeCapacity, index),
                refreshWindow: limits.refreshesAhead ? limits.timeToLive / 10 : 0
            )
        }
        mask = UInt64(count - 1)
    }

    /// What is known of a key at a moment, given by both clocks.
    public func lookup(_ digest: KeyDigest, now: MonotonicTime, wallSeconds: Int64) -> CacheOutcome {
        shard(of: digest).state.withLock { $0.lookup(digest, now: now, wallSeconds: wallSeconds) }
    }

    /// ``lookup(_:now:wallSeconds:)`` without being counted and without a claim to refresh anything: once more for the
    /// same request, or for one who only wants to know.
    public func recheck(_ digest: KeyDigest, now: MonotonicTime, wallSeconds: Int64) -> CacheOutcome {
        shard(of: digest).state.withLock { $0.find(digest, now: now, wallSeconds: wallSeconds) }
    }

    /// Keeps what came of asking about a key, in the place of what was known of it. A failure says nothing and is not
    /// kept.
    public func store(_ digest: KeyDigest, _ outcome: IntrospectionOutcome, now: MonotonicTime, wallSeconds: Int64) {
        switch outcome {
        case .unavailable: break
        case .inactive: storeNegative(digest, grant: nil, now: now)
        case .active(let grant), .stale(let grant), .expired(let grant), .notYetValid(let grant):
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

    /// Forgets every key whose grant satisfies a condition. Returns how many.
    ///
    /// No lock is held for longer than a few thousand entries take. What is stored meanwhile may be missed: see
    /// ``Introspector/forget(_:)-(RevokedIdentity)``.
    @discardableResult
    func removeAll(where matches: (Grant) -> Bool) -> Int {
        var removed = 0
        for shard in shards {
            var start = 0
            var isDone = false
            while !isDone {
                let places = start..<(start + Self.entriesPerLock)
                let step = shard.state.withLock { $0.removeAll(in: places, where: matches) }
                removed += step.removed
                isDone = step.isDone
                start = places.upperBound
            }
        }
        return removed
    }

    private static let entriesPerLock = 4096

    /// Whether the key was good when it was last asked about, however long ago that is.
    func isKnown(_ digest: KeyDigest) -> Bool {
        shard(of: digest).state.withLock { $0.isKnown(digest) }
    }

    /// The grant that may be used for a key while the endpoint fails: one whose time to live, but neither `exp` nor
    /// ``Limits/staleTime``, is over.
    func stale(_ digest: KeyDigest, now: MonotonicTime, wallSeconds: Int64) -> Grant? {
        guard limits.staleTime > 0 else { return nil }
        return shard(of: digest).state.withLock {
            $0.stale(digest, now: now, wallSeconds: wallSeconds, staleTime: limits.staleTime)
        }
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
        let deadline = deadline(after: limits.timeToLive, digest, now)
        let toExpiry = grant.nanosecondsToExpiry(atWallSeconds: wallSeconds)
        let expiry = toExpiry.map { now.advanced(by: $0).nanoseconds } ?? .max
        let entry = LRUTable.Entry(digest: digest, grant: grant, expiry: expiry, deadline: deadline)
        shard(of: digest).state.withLock { $0.storePositive(entry) }
    }

    /// The negative entry of a key that is not active, or of one that had expired before it was first seen.
    private func storeNegative(_ digest: KeyDigest, grant: Grant?, now: MonotonicTime) {
        let deadline = deadline(after: limits.negativeTimeToLive, digest, now)
        let entry = LRUTable.Entry(digest: digest, grant: grant, expiry: .min, deadline: deadline)
        shard(of: digest).state.withLock { $0.storeNegative(entry) }
    }

    /// The end of a time to live that begins now. It is shortened by digits of chance that the digest and the moment
    /// give, so that it needs no generator of random numbers.
    private func deadline(after timeToLive: Int64, _ digest: KeyDigest, _ now: MonotonicTime) -> Int64 {
        let lifetime = limits.shortened(timeToLive)
        let most = lifetime.upperBound - lifetime.lowerBound
        guard most > 0 else { return now.advanced(by: timeToLive).nanoseconds }
        let chance = (digest.word3 ^ UInt64(bitPattern: now.nanoseconds)) &* 0x9E37_79B9_7F4A_7C15
        return now.advanced(by: timeToLive - Int64(chance.multipliedFullWidth(by: UInt64(most)).high)).nanoseconds
    }
}
