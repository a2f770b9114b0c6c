import ScopeModel
import Synchronization
import Testing

@testable import Introspection

/// An endpoint whose answers the test gives by hand.
private final class ManualCaller: IntrospectionCalling {
    typealias Completion = @Sendable (IntrospectionCallResult) -> Void
    private let calls = Mutex<[(key: [UInt8], completion: Completion)]>([])

    func call(key: [UInt8], completion: @escaping Completion) {
        calls.withLock { $0.append((key, completion)) }
    }

    var keys: [String] { calls.withLock { $0.map { String(decoding: $0.key, as: UTF8.self) } } }

    func answer(_ index: Int, _ body: String = "{\"active\":true,\"scope\":\"read:trades x:y\"}") {
        let completion = calls.withLock { $0[index].completion }
        completion(.answer(status: 200, contentType: Array("application/json".utf8), body: Array(body.utf8)))
    }

    func fail(_ index: Int) {
        calls.withLock { $0[index].completion }(.failed(.timedOut))
    }
}

/// The outcomes that the waiters of a test were told, in order.
private final class Outcomes: Sendable {
    private let told = Mutex<[String]>([])

    var all: [String] { told.withLock { $0 } }

    func waiter(_ name: String = "") -> @Sendable (IntrospectionOutcome) -> Void {
        { outcome in
            let word =
                switch outcome {
                case .active: "active"
                case .stale: "stale"
                case .inactive: "inactive"
                case .expired: "expired"
                case .notYetValid: "notYetValid"
                case .unavailable(let failure): "\(failure)"
                }
            self.told.withLock { $0.append(name.isEmpty ? word : "\(name) \(word)") }
        }
    }
}

@Suite struct IntrospectorTests {
    private let caller = ManualCaller()
    private let outcomes = Outcomes()
    private let clock = TestClock()
    private let cache = GrantCache(
        limits: .init(
            capacity: 1000,
            timeToLive: 60_000_000_000,
            refreshesAhead: true,
            staleTime: 30_000_000_000
        )
    )
    private let catalog: ScopeCatalog

    init() throws {
        catalog = try TestCatalog.make()
    }

    private func introspector(_ limits: IntrospectorLimits = IntrospectorLimits()) -> Introspector {
        Introspector(call: caller, cache: cache, catalog: catalog, clock: clock, limits: limits)
    }

    private func resolve(_ introspector: Introspector, _ number: UInt64, as name: String = "") {
        introspector.resolve(
            digest: .numbered(number),
            key: Array("key\(number)".utf8),
            now: clock.now,
            wall: clock.wallSeconds,
            completion: outcomes.waiter(name)
        )
    }

    private func cached(_ number: UInt64) -> CacheOutcome.Kind {
        cache.lookup(.numbered(number), now: clock.now, wallSeconds: clock.wallSeconds).kind
    }

    @Test func oneCallAnswersAllWhoAsk() {
        let introspector = introspector()
        for _ in 0..<5 { resolve(introspector, 1) }
        #expect(caller.keys == ["key1"])
        #expect(introspector.counters.waiting == 5)
        caller.answer(0)
        #expect(outcomes.all == [String](repeating: "active", count: 5))
        #expect(cached(1) == .hit)
        let counters = introspector.counters
        #expect(counters.calls == 1 && counters.shared == 4 && counters.unknownScopes == 1)
        #expect(counters.running == 0 && counters.waiting == 0)
    }

    @Test func whatIsCachedMeanwhileNeedsNoCall() {
        let introspector = introspector()
        resolve(introspector, 1)
        caller.answer(0)
        resolve(introspector, 1)
        cache.store(.numbered(2), .inactive, now: clock.now, wallSeconds: clock.wallSeconds)
        resolve(introspector, 2)
        #expect(caller.keys == ["key1"])
        #expect(outcomes.all == ["active", "active", "inactive"])
    }

    @Test(
        arguments: [
            ("{\"active\":false}", "inactive", .negative), ("{\"active\":true,\"exp\":1}", "expired", .expired),
            ("{\"active\":true,\"nbf\":253402300799}", "notYetValid", .notYetValid),
            ("{}", "the answer is invalid: the member \"active\" is missing", .miss),
        ] as [(String, String, CacheOutcome.Kind)]
    )
    func everyAnswerIsToldAndKeptForWhatItIs(body: String, told: String, kept: CacheOutcome.Kind) {
        let introspector = introspector()
        resolve(introspector, 1)
        caller.answer(0, body)
        #expect(outcomes.all == [told])
        #expect(cached(1) == kept)
    }

    @Test func aFailureIsToldAndNotKept() {
        let introspector = introspector()
        resolve(introspector, 1)
        caller.fail(0)
        #expect(outcomes.all == ["the call failed: timed out"])
        #expect(introspector.counters.failures == 1)
        resolve(introspector, 1)
        #expect(caller.keys == ["key1", "key1"])
    }

    @Test func aSecondCompletionOfACallIsIgnored() {
        let introspector = introspector()
        resolve(introspector, 1)
        caller.answer(0, "{\"active\":false}")
        caller.answer(0)
        #expect(outcomes.all == ["inactive"])
        #expect(cached(1) == .negative)
        #expect(introspector.counters.running == 0)
    }

    @Test func callsBeyondTheBoundWaitTheirTurn() {
        let introspector = introspector(IntrospectorLimits(maximumConcurrentCalls: 2))
        for number in 1...4 as ClosedRange<UInt64> { resolve(introspector, number) }
        #expect(caller.keys == ["key1", "key2"])
        caller.answer(1)
        #expect(caller.keys == ["key1", "key2", "key3"])
        caller.fail(0)
        #expect(caller.keys == ["key1", "key2", "key3", "key4"])
        #expect(introspector.counters.running == 2)
    }

    @Test func waitersBeyondTheBoundAreRefused() {
        let introspector = introspector(IntrospectorLimits(maximumConcurrentCalls: 1, maximumWaiters: 3))
        resolve(introspector, 1)
        resolve(introspector, 1)
        resolve(introspector, 2)
        resolve(introspector, 1)
        resolve(introspector, 3)
        #expect(outcomes.all == [String](repeating: "too many introspections in flight", count: 2))
        caller.answer(0)
        resolve(introspector, 3)
        #expect(outcomes.all.count == 4)
        #expect(introspector.counters.overloaded == 2)
        #expect(introspector.counters.waiting == 2)
    }

    @Test func whoHasWaitedTooLongForACallIsToldSo() {
        let introspector = introspector(IntrospectorLimits(maximumConcurrentCalls: 1, maximumQueueTime: 1_000_000_000))
        resolve(introspector, 1)
        resolve(introspector, 2, as: "early")
        clock.advance(seconds: 2)
        resolve(introspector, 3, as: "late")
        caller.answer(0)
        #expect(outcomes.all == ["active", "early too many introspections in flight"])
        #expect(caller.keys == ["key1", "key3"])
        caller.answer(1)
        #expect(outcomes.all.last == "late active")
        #expect(introspector.counters.waiting == 0)
    }

    @Test func anAnswerFromBeforeAKeyWasForgottenReachesNobody() {
        let introspector = introspector()
        resolve(introspector, 1)
        introspector.forget(.numbered(1))
        #expect(caller.keys == ["key1", "key1"])
        resolve(introspector, 1)
        caller.answer(0)
        #expect(outcomes.all.isEmpty)
        #expect(cached(1) == .miss)
        caller.answer(1, "{\"active\":false}")
        #expect(outcomes.all == ["inactive", "inactive"])
        #expect(cached(1) == .negative)
        #expect(introspector.counters.running == 0 && introspector.counters.waiting == 0)
    }

    @Test func forgettingWorksInEveryOtherState() {
        let introspector = introspector(IntrospectorLimits(maximumConcurrentCalls: 1))
        introspector.forget(.numbered(9))
        resolve(introspector, 1)
        resolve(introspector, 2)
        introspector.forget(.numbered(2))
        caller.answer(0)
        #expect(caller.keys == ["key1", "key2"])
        introspector.forget(.numbered(1))
        #expect(cached(1) == .miss)
        caller.answer(1)
        #expect(outcomes.all == ["active", "active"])
    }

    // MARK: An endpoint that fails

    @Test func anEndpointThatFailsAgainAndAgainIsLeftAlone() {
        let introspector = introspector(IntrospectorLimits(maximumConcurrentCalls: 2, breakerFailures: 2))
        for number in 1...4 as ClosedRange<UInt64> { resolve(introspector, number) }
        caller.fail(0)
        caller.fail(1)
        // The third call had begun before the breaker opened; the fourth, queued, does not begin any more.
        #expect(caller.keys == ["key1", "key2", "key3"])
        let refusal = "the endpoint has failed too often and is left alone for a while"
        caller.answer(2)
        #expect(outcomes.all.contains(refusal))
        #expect(introspector.counters.breaker == .open)
        resolve(introspector, 5)
        #expect(outcomes.all.last == refusal)
        #expect(caller.keys.count == 3)
        // After the back-off one call tries, and others wait for what becomes of it.
        clock.advance(seconds: 1)
        resolve(introspector, 6)
        resolve(introspector, 7)
        #expect(caller.keys.last == "key6" && caller.keys.count == 4)
        #expect(introspector.counters.breaker == .halfOpen)
        caller.answer(3)
        #expect(caller.keys.last == "key7")
        caller.answer(4)
        #expect(outcomes.all.suffix(2) == ["active", "active"])
        #expect(introspector.counters.breaker == .closed)
        #expect(introspector.counters.waiting == 0 && introspector.counters.running == 0)
    }

    @Test func answersToOddKeysDoNotOpenTheBreaker() {
        let introspector = introspector(IntrospectorLimits(breakerFailures: 2))
        for number in 0..<10 as Range<UInt64> {
            resolve(introspector, number)
            caller.answer(Int(number), "{}")
        }
        #expect(introspector.counters.failures == 10)
        #expect(introspector.counters.breaker == .closed)
    }

    @Test func aGrantOutOfDateServesWhileTheEndpointFails() {
        let introspector = introspector(IntrospectorLimits(breakerFailures: 2))
        resolve(introspector, 1)
        caller.answer(0)
        clock.advance(seconds: 61)
        resolve(introspector, 1)
        caller.fail(1)
        #expect(outcomes.all == ["active", "stale"])
        resolve(introspector, 1)
        caller.fail(2)
        resolve(introspector, 1)
        #expect(outcomes.all.suffix(2) == ["stale", "stale"])
        #expect(introspector.counters.staleServed == 3)
        #expect(caller.keys.count == 3)
        // Not for longer than it may, and not for keys that nobody knows.
        clock.advance(seconds: 30)
        resolve(introspector, 1)
        caller.fail(3)
        resolve(introspector, 2)
        #expect(outcomes.all.suffix(2).allSatisfy { $0 != "stale" && $0 != "active" })
    }

    @Test func anEndpointThatSaysNoIsBelievedAtOnce() {
        let introspector = introspector()
        resolve(introspector, 1)
        caller.answer(0)
        clock.advance(seconds: 61)
        resolve(introspector, 1)
        caller.answer(1, "{\"active\":false}")
        resolve(introspector, 1)
        #expect(outcomes.all == ["active", "inactive", "inactive"])
    }

    // MARK: Keys that are known

    @Test func keysThatWereGoodGoBeforeOthers() {
        let introspector = introspector(IntrospectorLimits(maximumConcurrentCalls: 1, maximumWaiters: 2))
        resolve(introspector, 1)
        caller.answer(0)
        clock.advance(seconds: 61)
        resolve(introspector, 2)
        resolve(introspector, 3)
        resolve(introspector, 4)
        #expect(outcomes.all.last == "too many introspections in flight")
        resolve(introspector, 1)
        #expect(introspector.counters.waiting == 3)
        caller.answer(1)
        #expect(caller.keys == ["key1", "key2", "key1"])
        caller.answer(2)
        #expect(caller.keys.last == "key3")
    }

    @Test func refreshingHappensInTheBackgroundAndOnce() {
        let introspector = introspector()
        let refresh = {
            introspector.refresh(digest: .numbered(1), key: Array("key1".utf8), now: clock.now)
        }
        resolve(introspector, 1)
        caller.answer(0)
        refresh()
        refresh()
        #expect(caller.keys == ["key1", "key1"])
        caller.answer(1, "{\"active\":false}")
        #expect(outcomes.all == ["active"])
        #expect(cached(1) == .negative)
        #expect(introspector.counters.refreshes == 1)
        #expect(introspector.counters.waiting == 0 && introspector.counters.running == 0)
    }

    @Test func aRefreshThatFailsTakesNothingAway() {
        let introspector = introspector()
        resolve(introspector, 1)
        caller.answer(0)
        introspector.refresh(digest: .numbered(1), key: [], now: clock.now)
        caller.fail(1)
        #expect(cached(1) == .hit)
    }

    // MARK: Revocation by what a grant says

    @Test(arguments: [RevokedIdentity.keyID("k1"), .subject("s1")])
    func allKeysOfAnIdentityAreForgotten(identity: RevokedIdentity) {
        let introspector = introspector()
        for number in 0..<6 as Range<UInt64> {
            resolve(introspector, number)
            caller.answer(Int(number), "{\"active\":true,\"key_id\":\"k\(number % 2)\",\"sub\":\"s\(number % 2)\"}")
        }
        let effect = introspector.forget(identity)
        #expect(effect == RevocationEffect(forgotten: 3, callsDisregarded: 0))
        #expect((0..<6 as Range<UInt64>).map { cached($0) } == [.hit, .miss, .hit, .miss, .hit, .miss])
    }

    @Test func anAnswerFromBeforeAnIdentityWasRevokedReachesNobody() {
        let introspector = introspector()
        let answer = "{\"active\":true,\"sub\":\"s1\"}"
        for number in 1...3 as ClosedRange<UInt64> { resolve(introspector, number, as: "\(number)") }
        introspector.forget(.subject("s1"))
        resolve(introspector, 4, as: "4")
        caller.answer(0, answer)
        #expect(cached(1) == .miss)
        #expect(caller.keys.last == "key1" && caller.keys.count == 5)
        // Others are told what was said of them, and so is whoever asked after the revocation.
        caller.answer(1, "{\"active\":true,\"sub\":\"s2\"}")
        caller.answer(3, answer)
        #expect(outcomes.all == ["2 active", "4 active"])
        caller.answer(4, "{\"active\":false}")
        #expect(outcomes.all.last == "1 inactive")
        caller.answer(2, answer)
        caller.answer(5, answer)
        #expect(outcomes.all.last == "3 active")
        #expect(introspector.counters.running == 0 && introspector.counters.waiting == 0)
    }
}
