/// What the cache knows of a key.
public enum CacheOutcome: Sendable {
    /// The key is active and may be used now.
    case hit(Grant)
    /// A hit in the last tenth of its time: whoever gets this should ask about the key again, while the request goes
    /// on. One look-up in the life of an entry gets it.
    case aging(Grant)
    /// The endpoint said not long ago that the key is not active.
    case negative
    /// The key was active, and its `exp` has come.
    case expired(Grant)
    /// The key is active, and its `nbf` is still to come.
    case notYetValid(Grant)
    /// Nothing: the endpoint has to be asked.
    case miss
}

/// What a cache has done since it was made, and what it holds.
public struct GrantCacheCounters: Hashable, Sendable {
    /// Look-ups that found a usable grant, those included that found an aging one.
    public var hits: UInt64 = 0
    /// Look-ups that found a key known not to be active.
    public var negativeHits: UInt64 = 0
    /// Look-ups that found a key known to be expired.
    public var expiredHits: UInt64 = 0
    /// Look-ups that found a key known not to be valid yet.
    public var notYetValidHits: UInt64 = 0
    /// Look-ups that found nothing.
    public var misses: UInt64 = 0
    /// Grants that were dropped to make room.
    public var evictions: UInt64 = 0
    /// Negative answers that were dropped to make room.
    public var negativeEvictions: UInt64 = 0
    /// Grants held now, those included whose time is over and that nobody has asked for since.
    public var count = 0
    /// Negative answers held now, likewise.
    public var negativeCount = 0

    /// Nothing done and nothing held.
    public init() {}

    mutating func add(_ other: GrantCacheCounters) {
        hits += other.hits
        negativeHits += other.negativeHits
        expiredHits += other.expiredHits
        notYetValidHits += other.notYetValidHits
        misses += other.misses
        evictions += other.evictions
        negativeEvictions += other.negativeEvictions
        count += other.count
        negativeCount += other.negativeCount
    }
}
