import Introspection
import ScopeModel
import Testing

@Suite struct GrantCacheTests {
    let key = KeyDigest.numbered(1)
    let start = MonotonicTime.seconds(100)
    let wall: Int64 = 1_700_000_000

    private func cache(capacity: Int = 100, negativeCapacity: Int = 10) -> GrantCache {
        GrantCache(
            limits: .init(
                capacity: capacity,
                timeToLive: 60_000_000_000,
                negativeCapacity: negativeCapacity,
                negativeTimeToLive: 10_000_000_000
            )
        )
    }

    @Test func aGrantIsAHitForItsTimeToLive() {
        let cache = cache()
        let grant = Grant(scopes: [])
        cache.store(key, .active(grant), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start, wallSeconds: wall).grant === grant)
        #expect(cache.lookup(key, now: start.advanced(by: 59_999_999_999), wallSeconds: wall + 59).kind == .hit)
        #expect(cache.counters.count == 1)
        #expect(cache.lookup(key, now: start.advanced(by: 60_000_000_000), wallSeconds: wall + 60).kind == .miss)
        #expect(cache.counters.count == 0)
        #expect(cache.lookup(.numbered(2), now: start, wallSeconds: wall).kind == .miss)
        #expect(cache.counters.hits == 2)
        #expect(cache.counters.misses == 2)
    }

    @Test func expiryIsCheckedOnEveryHitByTheWallClock() {
        let cache = cache()
        cache.store(key, .active(Grant(scopes: [], expiresAt: wall + 30)), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start, wallSeconds: wall + 29).kind == .hit)
        #expect(cache.lookup(key, now: start, wallSeconds: wall + 30).kind == .expired)
        // The wall clock was put right again before the monotonic one agreed.
        #expect(cache.lookup(key, now: start, wallSeconds: wall + 20).kind == .hit)
    }

    @Test func aWallClockSetBackDoesNotLengthenAGrant() {
        let cache = cache()
        cache.store(key, .active(Grant(scopes: [], expiresAt: wall + 30)), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start.advanced(by: 30_000_000_000), wallSeconds: wall - 1000).kind == .expired)
        #expect(cache.lookup(key, now: start.advanced(by: 60_000_000_000), wallSeconds: wall - 1000).kind == .miss)
    }

    @Test func farExpiryDoesNotOverflow() {
        let cache = cache()
        cache.store(key, .active(Grant(scopes: [], expiresAt: Grant.maximumTime)), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start, wallSeconds: wall).kind == .hit)
        cache.store(key, .active(Grant(scopes: [], expiresAt: Grant.maximumTime)), now: start, wallSeconds: .min)
        #expect(cache.lookup(key, now: start, wallSeconds: wall).kind == .hit)
    }

    @Test func notBeforeIsCheckedOnEveryHit() {
        let cache = cache()
        cache.store(key, .active(Grant(scopes: [], notBefore: wall + 5)), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start, wallSeconds: wall + 4).kind == .notYetValid)
        #expect(cache.lookup(key, now: start, wallSeconds: wall + 5).kind == .hit)
    }

    @Test func negativeAnswersLiveShorter() {
        let cache = cache()
        cache.store(key, .inactive, now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start.advanced(by: 9_999_999_999), wallSeconds: wall).kind == .negative)
        #expect(cache.lookup(key, now: start.advanced(by: 10_000_000_000), wallSeconds: wall).kind == .miss)
        #expect(cache.counters.negativeHits == 1)
    }

    @Test func anAnswerThatHadExpiredIsKeptAmongTheNegativeOnes() {
        let cache = cache()
        let grant = Grant(scopes: [], expiresAt: wall)
        cache.store(key, .active(grant), now: start, wallSeconds: wall)
        #expect(cache.counters.count == 0)
        #expect(cache.counters.negativeCount == 1)
        let outcome = cache.lookup(key, now: start, wallSeconds: wall - 10)
        #expect(outcome.kind == .expired)
        #expect(outcome.grant === grant)
        #expect(cache.lookup(key, now: start.advanced(by: 10_000_000_000), wallSeconds: wall).kind == .miss)
    }

    @Test func anAnswerTakesThePlaceOfTheOneBefore() {
        let cache = cache()
        cache.store(key, .active(Grant(scopes: [])), now: start, wallSeconds: wall)
        cache.store(key, .inactive, now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start, wallSeconds: wall).kind == .negative)
        cache.store(key, .active(Grant(scopes: [])), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start, wallSeconds: wall).kind == .hit)
        cache.store(key, .active(.inactive), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start, wallSeconds: wall).kind == .negative)
        cache.store(key, .unavailable(.overloaded), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start, wallSeconds: wall).kind == .negative)
        #expect(cache.counters.count == 0)
        #expect(cache.counters.negativeCount == 1)
    }

    @Test func madeUpKeysDoNotPushOutRealOnes() {
        let cache = cache(capacity: 100, negativeCapacity: 10)
        for number in 0..<50 as Range<UInt64> {
            cache.store(.numbered(number), .active(Grant(scopes: [])), now: start, wallSeconds: wall)
        }
        for number in 1000..<11_000 as Range<UInt64> {
            cache.store(.numbered(number), .inactive, now: start, wallSeconds: wall)
        }
        for number in 0..<50 as Range<UInt64> {
            #expect(cache.lookup(.numbered(number), now: start, wallSeconds: wall).kind == .hit)
        }
        #expect(cache.counters.negativeCount == 10)
        #expect(cache.counters.negativeEvictions == 9_990)
        #expect(cache.counters.evictions == 0)
    }

    @Test(arguments: [0, 1, 2, 63, 64, 127, 128, 1000, 5000])
    func capacityIsAHardBoundOverAllShards(capacity: Int) {
        let cache = cache(capacity: capacity)
        for number in 0..<6000 as Range<UInt64> {
            cache.store(.numbered(number), .active(Grant(scopes: [])), now: start, wallSeconds: wall)
        }
        #expect(cache.counters.count == capacity)
    }

    @Test func removal() {
        let cache = cache()
        for number in 0..<20 as Range<UInt64> {
            let outcome: IntrospectionOutcome = number < 15 ? .active(Grant(scopes: [])) : .inactive
            cache.store(.numbered(number), outcome, now: start, wallSeconds: wall)
        }
        #expect(cache.remove(.numbered(3)))
        #expect(!cache.remove(.numbered(3)))
        #expect(cache.remove(.numbered(17)))
        #expect(cache.lookup(.numbered(3), now: start, wallSeconds: wall).kind == .miss)
        #expect(cache.lookup(.numbered(4), now: start, wallSeconds: wall).kind == .hit)
        cache.removeAll()
        #expect(cache.counters.count == 0)
        #expect(cache.counters.negativeCount == 0)
        #expect(cache.lookup(.numbered(4), now: start, wallSeconds: wall).kind == .miss)
    }

    @Test func grantsAreReleased() {
        weak var grant: Grant?
        let cache = cache()
        do {
            let stored = Grant(scopes: [])
            grant = stored
            cache.store(key, .active(stored), now: start, wallSeconds: wall)
        }
        #expect(grant != nil)
        cache.remove(key)
        #expect(grant == nil)
    }
}
