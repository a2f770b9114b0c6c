import ScopeModel
import TestSupport
import Testing

@testable import Introspection

/// The cache beside a naive model of its rules, under random operations, with a wall clock that moves both ways.
@Suite struct GrantCacheModelTests {
    /// A cache of one shard, written with no care for speed: lists ordered by use, the newest last.
    private struct Model {
        struct Entry {
            let number: UInt64
            let grant: Grant?
            let expiry: Int64
            let deadline: Int64
            var isRefreshing = false
        }

        let limits: GrantCache.Limits
        var positive: [Entry] = []
        var negative: [Entry] = []
        var counters = GrantCacheCounters()

        init(limits: GrantCache.Limits) {
            self.limits = limits
        }

        mutating func lookup(_ number: UInt64, now: Int64, wall: Int64) -> (CacheOutcome.Kind, Grant?) {
            let outcome = find(number, now: now, wall: wall)
            switch outcome.0 {
            case .hit, .aging: counters.hits += 1
            case .negative: counters.negativeHits += 1
            case .expired: counters.expiredHits += 1
            case .notYetValid: counters.notYetValidHits += 1
            case .miss: counters.misses += 1
            }
            return outcome
        }

        private mutating func find(_ number: UInt64, now: Int64, wall: Int64) -> (CacheOutcome.Kind, Grant?) {
            if let place = positive.firstIndex(where: { $0.number == number }) {
                guard now < positive[place].deadline, let grant = positive[place].grant else { return (.miss, nil) }
                var entry = positive.remove(at: place)
                defer { positive.append(entry) }
                if now >= entry.expiry || wall >= grant.expiresAt ?? .max { return (.expired, grant) }
                if wall < grant.notBefore ?? .min { return (.notYetValid, grant) }
                let isAging =
                    limits.refreshesAhead && !entry.isRefreshing && entry.expiry > entry.deadline
                    && now >= entry.deadline - limits.timeToLive / 10
                if isAging { entry.isRefreshing = true }
                return (isAging ? .aging : .hit, grant)
            }
            if let place = negative.firstIndex(where: { $0.number == number }) {
                guard now < negative[place].deadline else { return (.miss, nil) }
                let entry = negative.remove(at: place)
                negative.append(entry)
                return entry.grant.map { (.expired, $0) } ?? (.negative, nil)
            }
            return (.miss, nil)
        }

        func stale(_ number: UInt64, now: Int64, wall: Int64) -> Grant? {
            positive.first { entry in
                entry.number == number && now < entry.deadline + limits.staleTime && now < entry.expiry
                    && entry.grant?.validity(atWallSeconds: wall) == .valid
            }?.grant
        }

        mutating func store(_ number: UInt64, _ grant: Grant?, now: Int64, wall: Int64) {
            positive.removeAll { $0.number == number }
            negative.removeAll { $0.number == number }
            let expiresAt = grant?.expiresAt
            if let grant, wall < expiresAt ?? .max {
                if positive.count == limits.capacity {
                    positive.removeFirst()
                    counters.evictions += 1
                }
                let expiry = expiresAt.map { now + ($0 - wall) * 1_000_000_000 } ?? .max
                positive.append(Entry(number: number, grant: grant, expiry: expiry, deadline: now + limits.timeToLive))
            } else {
                if negative.count == limits.negativeCapacity {
                    negative.removeFirst()
                    counters.negativeEvictions += 1
                }
                let deadline = now + limits.negativeTimeToLive
                negative.append(Entry(number: number, grant: grant, expiry: now, deadline: deadline))
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func agreesWithTheModel(seed: UInt64) {
        let limits = GrantCache.Limits(
            capacity: 24,
            timeToLive: 60_000_000_000,
            negativeCapacity: 12,
            negativeTimeToLive: 10_000_000_000,
            refreshesAhead: !seed.isMultiple(of: 2),
            staleTime: 20_000_000_000
        )
        let cache = GrantCache(limits: limits)
        var model = Model(limits: limits)
        var generator = SeededGenerator(seed: seed)
        var now: Int64 = 0
        var wall: Int64 = 1_700_000_000
        for step in 0..<250_000 {
            let number = UInt64.random(in: 0..<48, using: &generator)
            let digest = KeyDigest.numbered(number)
            let time = MonotonicTime(nanoseconds: now)
            switch UInt8.random(in: 0..<100, using: &generator) {
            case 0..<3:
                let found = cache.stale(digest, now: time, wallSeconds: wall)
                guard found === model.stale(number, now: now, wall: wall) else {
                    Issue.record("step \(step): stale is \(found == nil ? "nothing" : "something")")
                    return
                }
            case 3..<60:
                let outcome = cache.lookup(digest, now: time, wallSeconds: wall)
                let expected = model.lookup(number, now: now, wall: wall)
                guard outcome.kind == expected.0, outcome.grant === expected.1 else {
                    Issue.record("step \(step): \(outcome.kind) where the model says \(expected.0)")
                    return
                }
            case 60..<82:
                let grant = Grant(
                    scopes: [],
                    expiresAt: Bool.random(using: &generator) ? wall + .random(in: -5...80, using: &generator) : nil,
                    notBefore: Int.random(in: 0..<4, using: &generator) == 0
                        ? wall + .random(in: -20...20, using: &generator) : nil,
                    subject: "\(number % 8)"
                )
                cache.store(digest, .active(grant), now: time, wallSeconds: wall)
                model.store(number, grant, now: now, wall: wall)
            case 82..<92:
                cache.store(digest, .inactive, now: time, wallSeconds: wall)
                model.store(number, nil, now: now, wall: wall)
            case 92:
                let subject = "\(number % 8)"
                let removed = cache.removeAll { $0.subject == subject }
                let count = model.positive.count + model.negative.count
                model.positive.removeAll { $0.grant?.subject == subject }
                model.negative.removeAll { $0.grant?.subject == subject }
                #expect(removed == count - model.positive.count - model.negative.count)
            case 93:
                let wasThere = cache.remove(digest)
                let count = model.positive.count + model.negative.count
                model.positive.removeAll { $0.number == number }
                model.negative.removeAll { $0.number == number }
                #expect(wasThere == (count > model.positive.count + model.negative.count))
            case 94..<99:
                let passed = Int64.random(in: 0...4_000_000_000, using: &generator)
                now += passed
                wall += passed / 1_000_000_000
            default:
                wall += .random(in: -40...40, using: &generator)
            }
        }
        model.counters.count = model.positive.count
        model.counters.negativeCount = model.negative.count
        #expect(cache.counters == model.counters)
        #expect(cache.counters.evictions > 0)
        #expect(cache.counters.negativeEvictions > 0)
    }

    @Test func collidingDigestsAreKeptApart() {
        // All fall into one shard and want one slot of its index, so that every removal has to move others back.
        let limits = GrantCache.Limits(capacity: 40)
        let cache = GrantCache(limits: limits)
        let digests = (0..<40).map { KeyDigest(0, UInt64.max - UInt64($0 % 3), 0, UInt64($0)) }
        let grants = digests.map { _ in Grant(scopes: []) }
        let now = MonotonicTime(nanoseconds: 0)
        var present = Set<Int>()
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<5_000 {
            let index = Int.random(in: 0..<40, using: &generator)
            if Bool.random(using: &generator) {
                cache.store(digests[index], .active(grants[index]), now: now, wallSeconds: 0)
                present.insert(index)
            } else {
                #expect(cache.remove(digests[index]) == (present.remove(index) != nil))
            }
            let probe = Int.random(in: 0..<40, using: &generator)
            let found = cache.lookup(digests[probe], now: now, wallSeconds: 0).grant
            #expect(found === (present.contains(probe) ? grants[probe] : nil))
        }
        #expect(cache.counters.count == present.count)
    }

    @Test func fourTasksAtOnceLeaveItWhole() async {
        let cache = GrantCache(limits: .init(capacity: 512, negativeCapacity: 64))
        let grants = (0..<1000).map { Grant(scopes: [], subject: "\($0)") }
        let now = MonotonicTime(nanoseconds: 0)
        let mixedUp = await withTaskGroup(of: Int.self) { group in
            for task in 0..<4 as Range<UInt64> {
                group.addTask {
                    var generator = SeededGenerator(seed: task)
                    var mixedUp = 0
                    for _ in 0..<10_000 {
                        let number = Int.random(in: 0..<1000, using: &generator)
                        let digest = KeyDigest.numbered(UInt64(number))
                        switch UInt8.random(in: 0..<10, using: &generator) {
                        case 0..<7:
                            if let grant = cache.lookup(digest, now: now, wallSeconds: 0).grant,
                                grant !== grants[number]
                            {
                                mixedUp += 1
                            }
                        case 7: cache.store(digest, .inactive, now: now, wallSeconds: 0)
                        case 8: cache.remove(digest)
                        default: cache.store(digest, .active(grants[number]), now: now, wallSeconds: 0)
                        }
                    }
                    return mixedUp
                }
            }
            return await group.reduce(0, +)
        }
        #expect(mixedUp == 0)
        let counters = cache.counters
        #expect(counters.count <= 512 && counters.negativeCount <= 64)
        #expect(counters.hits + counters.negativeHits + counters.misses > 20_000)
    }
}
