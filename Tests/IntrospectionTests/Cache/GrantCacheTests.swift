import ScopeModel
import Testing

@testable import Introspection

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
        // It stays until its place is wanted: that the key was good once counts for something.
        #expect(cache.counters.count == 1)
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

    @Test func anAgingGrantIsToldOnceAndServesOn() {
        let limits = GrantCache.Limits(capacity: 10, timeToLive: 60_000_000_000, refreshesAhead: true)
        let cache = GrantCache(limits: limits)
        cache.store(key, .active(Grant(scopes: [])), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start.advanced(by: 53_999_999_999), wallSeconds: wall).kind == .hit)
        #expect(cache.lookup(key, now: start.advanced(by: 54_000_000_000), wallSeconds: wall).kind == .aging)
        #expect(cache.lookup(key, now: start.advanced(by: 54_000_000_000), wallSeconds: wall).kind == .hit)
        cache.store(key, .active(Grant(scopes: [])), now: start.advanced(by: 55_000_000_000), wallSeconds: wall)
        #expect(cache.lookup(key, now: start.advanced(by: 60_000_000_000), wallSeconds: wall).kind == .hit)
        #expect(cache.lookup(key, now: start.advanced(by: 109_000_000_000), wallSeconds: wall).kind == .aging)
        // A key that expires before its time to live is over has nothing to gain.
        cache.store(key, .active(Grant(scopes: [], expiresAt: wall + 58)), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: start.advanced(by: 55_000_000_000), wallSeconds: wall + 55).kind == .hit)
    }

    @Test func timesToLiveDifferByAtMostTheJitter() {
        let limits = GrantCache.Limits(capacity: 2000, timeToLive: 60_000_000_000, jitter: 10)
        let cache = GrantCache(limits: limits)
        for number in 0..<1000 as Range<UInt64> {
            cache.store(.numbered(number), .active(Grant(scopes: [])), now: start, wallSeconds: wall)
        }
        let alive = (0...60).map { second in
            (0..<1000 as Range<UInt64>).count { number in
                let now = start.advanced(by: Int64(second) * 1_000_000_000)
                return cache.lookup(.numbered(number), now: now, wallSeconds: wall).kind == .hit
            }
        }
        #expect(alive[54] == 1000)
        #expect(alive[60] == 0)
        #expect((350...650).contains(alive[57]), "\(alive[57]) of 1000 live after 57 s")
    }

    @Test func lifetimesAreToldBeforehand() {
        let second: Int64 = 1_000_000_000
        let limits = GrantCache.Limits(timeToLive: 60 * second, negativeTimeToLive: 10 * second, jitter: 10)
        func lifetime(_ grant: Grant?) -> ClosedRange<Int64> { limits.lifetime(of: grant, wallSeconds: wall) }
        #expect(lifetime(Grant(scopes: [])) == (54 * second)...(60 * second))
        #expect(lifetime(Grant(scopes: [], expiresAt: wall + 57)) == (54 * second)...(57 * second))
        #expect(lifetime(Grant(scopes: [], expiresAt: wall + 3)) == (3 * second)...(3 * second))
        #expect(lifetime(Grant(scopes: [], expiresAt: .max)) == (54 * second)...(60 * second))
        #expect(lifetime(Grant(scopes: [], notBefore: wall + 5)) == (54 * second)...(60 * second))
        for negative in [nil, Grant.inactive, Grant(scopes: [], expiresAt: wall)] {
            #expect(lifetime(negative) == (9 * second)...(10 * second))
        }
    }

    @Test func aStaleGrantIsThereForItsTimeAndNotBeyondItsExpiry() {
        let limits = GrantCache.Limits(capacity: 10, timeToLive: 10_000_000_000, staleTime: 30_000_000_000)
        let cache = GrantCache(limits: limits)
        let later = { (seconds: Int64) in start.advanced(by: seconds * 1_000_000_000) }
        cache.store(key, .active(Grant(scopes: [], expiresAt: wall + 35)), now: start, wallSeconds: wall)
        #expect(cache.lookup(key, now: later(10), wallSeconds: wall + 10).kind == .miss)
        #expect(cache.stale(key, now: later(34), wallSeconds: wall + 34) != nil)
        #expect(cache.stale(key, now: later(35), wallSeconds: wall + 35) == nil)
        #expect(cache.stale(key, now: later(35), wallSeconds: wall + 1) == nil)
        #expect(cache.stale(key, now: later(11), wallSeconds: wall + 35) == nil)
        cache.store(key, .active(Grant(scopes: [])), now: start, wallSeconds: wall)
        #expect(cache.stale(key, now: later(39), wallSeconds: wall) != nil)
        #expect(cache.stale(key, now: later(40), wallSeconds: wall) == nil)
        cache.store(key, .inactive, now: later(20), wallSeconds: wall)
        #expect(cache.stale(key, now: later(21), wallSeconds: wall) == nil)
    }

    @Test func grantsAreForgottenByWhatTheySay() {
        let cache = cache(capacity: 20_000)
        for number in 0..<10_000 as Range<UInt64> {
            let grant = Grant(scopes: [], subject: number % 3 == 0 ? "a" : "b")
            cache.store(.numbered(number), .active(grant), now: start, wallSeconds: wall)
        }
        #expect(cache.removeAll { $0.subject == "a" } == 3334)
        #expect(cache.removeAll { $0.subject == "a" } == 0)
        #expect(cache.counters.count == 6666)
        for number in 0..<10_000 as Range<UInt64> {
            let kind = cache.lookup(.numbered(number), now: start, wallSeconds: wall).kind
            #expect(kind == (number % 3 == 0 ? .miss : .hit))
        }
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
