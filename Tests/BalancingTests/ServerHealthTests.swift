import Balancing
import Testing

@Suite("ServerHealth")
struct ServerHealthTests {
    private static let second: UInt64 = 1_000_000_000

    private static func health(failures: Int = 3) -> ServerHealth {
        ServerHealth(
            ejection: .init(failures: failures, backOff: second, maximumBackOff: 5 * second),
            checks: .init(healthyAfter: 2, unhealthyAfter: 3)
        )
    }

    @Test func failuresInARowEject() {
        var health = Self.health()
        #expect(health.usableFrom == 0 && !health.heedsSuccess)
        #expect(health.requestFailed(at: 10) == nil)
        #expect(health.requestFailed(at: 11) == nil)
        #expect(health.heedsSuccess && health.usableFrom == 0)
        #expect(health.requestFailed(at: 12) == .ejected(Self.second))
        #expect(health.usableFrom == 12 + Self.second)
    }

    @Test func aSuccessBetweenThemKeepsIt() {
        var health = Self.health()
        for now in 1...100 as ClosedRange<UInt64> {
            #expect(health.requestFailed(at: now) == nil)
            #expect(health.requestFailed(at: now) == nil)
            #expect(health.requestSucceeded(at: now) == nil)
            #expect(!health.heedsSuccess)
        }
    }

    @Test func itGrowsUntilARequestSucceeds() {
        var health = Self.health(failures: 1)
        var now: UInt64 = 1
        for expected in [1, 2, 4, 5, 5, 5] as [UInt64] {
            #expect(health.requestFailed(at: now) == .ejected(expected * Self.second))
            // What was under way tells nothing new, neither way.
            #expect(health.requestFailed(at: now + 1) == nil)
            #expect(health.requestSucceeded(at: now + 1) == nil)
            #expect(health.usableFrom == now + expected * Self.second)
            now += expected * Self.second
        }
        #expect(health.requestSucceeded(at: now) == .returned)
        #expect(health.usableFrom == 0 && !health.heedsSuccess)
        #expect(health.requestFailed(at: now) == .ejected(Self.second))
    }

    @Test func onProbationOneFailureIsEnough() {
        var health = Self.health()
        for _ in 0..<3 { _ = health.requestFailed(at: 1) }
        #expect(health.requestFailed(at: 1 + Self.second) == .ejected(2 * Self.second))
    }

    @Test func zeroFailuresNeverEject() {
        var health = Self.health(failures: 0)
        for now in 1...1000 as ClosedRange<UInt64> { #expect(health.requestFailed(at: now) == nil) }
        #expect(health.usableFrom == 0)
    }

    /// However often it fails, the back-off is neither too long nor wrapped round to none.
    @Test func theBackOffNeverOverflows() {
        var health = ServerHealth(ejection: .init(failures: 1, backOff: 1 << 40, maximumBackOff: 1 << 45))
        var now: UInt64 = 1
        for round in 0..<100 {
            #expect(health.requestFailed(at: now) == .ejected(1 << min(40 + UInt64(round), 45)))
            now = health.usableFrom
        }
    }

    @Test func checksHaveToAgree() {
        var health = Self.health()
        #expect(health.checkFailed() == nil)
        #expect(health.checkFailed() == nil)
        #expect(health.checkSucceeded() == nil)
        #expect(health.checkFailed() == nil)
        #expect(health.checkFailed() == nil)
        #expect(health.checkFailed() == .unhealthy)
        #expect(health.usableFrom == ServerHealth.never)
        #expect(health.checkFailed() == nil)
        #expect(health.checkSucceeded() == nil)
        #expect(health.checkFailed() == nil)
        #expect(health.checkSucceeded() == nil)
        #expect(health.checkSucceeded() == .healthy)
        #expect(health.usableFrom == 0)
    }

    @Test func checksAndRequestsKnowNothingOfEachOther() {
        var health = Self.health(failures: 1)
        _ = health.requestFailed(at: 5)
        for _ in 0..<3 { _ = health.checkFailed() }
        #expect(health.usableFrom == ServerHealth.never)
        #expect(health.requestSucceeded(at: 5 + Self.second) == .returned)
        #expect(health.usableFrom == ServerHealth.never)
        _ = health.requestFailed(at: 10)
        for _ in 0..<2 { _ = health.checkSucceeded() }
        #expect(health.usableFrom == 10 + Self.second)
    }

    @Test func howItFaresAtATime() {
        var health = Self.health(failures: 1)
        #expect(health.condition(at: 1) == .healthy)
        _ = health.requestFailed(at: 5)
        #expect(health.condition(at: 4 + Self.second) == .ejected(until: 5 + Self.second))
        #expect(health.condition(at: 5 + Self.second) == .probation)
        for _ in 0..<3 { _ = health.checkFailed() }
        #expect(health.condition(at: 5) == .unhealthy)
        for _ in 0..<2 { _ = health.checkSucceeded() }
        #expect(health.condition(at: 5 + Self.second) == .probation)
        _ = health.requestSucceeded(at: 5 + Self.second)
        #expect(health.condition(at: 5 + Self.second) == .healthy)
    }
}
