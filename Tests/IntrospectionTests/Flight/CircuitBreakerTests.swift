import Testing

@testable import Introspection

@Suite struct CircuitBreakerTests {
    private static let second: Int64 = 1_000_000_000

    private func breaker(failures: Int = 3) -> CircuitBreaker {
        CircuitBreaker(.init(failures: failures, backOff: Self.second, maximumBackOff: 8 * Self.second), seed: 1)
    }

    /// Makes a call that ends at once.
    private func call(_ breaker: inout CircuitBreaker, isWell: Bool, at now: MonotonicTime) -> Bool {
        guard let ticket = breaker.begin(maximum: 8, now: now) else { return false }
        breaker.end(ticket, isWell: isWell, maximum: 8, now: now)
        return true
    }

    @Test func opensAfterFailuresInARowOnly() {
        var breaker = breaker()
        for isWell in [false, false, true, false, false] { #expect(call(&breaker, isWell: isWell, at: .seconds(0))) }
        #expect(breaker.state == .closed)
        #expect(call(&breaker, isWell: false, at: .seconds(0)))
        #expect(breaker.state == .open)
        #expect(breaker.isOpen(at: .seconds(0)))
        #expect(breaker.begin(maximum: 8, now: .seconds(0)) == nil)
    }

    @Test func triesWithOneCallAndComesBackStepByStep() {
        var breaker = breaker()
        for _ in 0..<3 { _ = call(&breaker, isWell: false, at: .seconds(0)) }
        #expect(!breaker.isOpen(at: .seconds(1)))
        let probe = breaker.begin(maximum: 8, now: .seconds(1))
        #expect(probe != nil && breaker.state == .halfOpen)
        #expect(breaker.begin(maximum: 8, now: .seconds(1)) == nil)
        if let probe { breaker.end(probe, isWell: true, maximum: 8, now: .seconds(1)) }
        var most: [Int] = []
        while breaker.state == .recovering {
            var tickets: [CircuitBreaker.Ticket] = []
            while let ticket = breaker.begin(maximum: 8, now: .seconds(1)) { tickets.append(ticket) }
            most.append(tickets.count)
            for ticket in tickets { breaker.end(ticket, isWell: true, maximum: 8, now: .seconds(1)) }
        }
        #expect(most == [2, 4])
        #expect(breaker.state == .closed)
    }

    @Test func staysAwayTwiceAsLongEachTimeUpToABound() {
        var breaker = breaker()
        for _ in 0..<3 { _ = call(&breaker, isWell: false, at: .seconds(0)) }
        var now: Int64 = 0
        var waits: [Int64] = []
        for _ in 0..<6 {
            let since = now
            while breaker.isOpen(at: MonotonicTime(nanoseconds: now)) { now += Self.second / 100 }
            waits.append(now - since)
            #expect(call(&breaker, isWell: false, at: MonotonicTime(nanoseconds: now)))
            #expect(breaker.state == .open)
        }
        for (wait, most) in zip(waits, [1, 2, 4, 8, 8, 8] as [Int64]) {
            #expect(wait <= most * Self.second + Self.second / 100 && wait >= most * Self.second * 4 / 5)
        }
    }

    @Test func resultsFromBeforeItOpenedDoNotCount() {
        var breaker = breaker()
        let old = (0..<5).compactMap { _ in breaker.begin(maximum: 8, now: .seconds(0)) }
        for ticket in old[..<3] { breaker.end(ticket, isWell: false, maximum: 8, now: .seconds(0)) }
        #expect(breaker.state == .open)
        let probe = breaker.begin(maximum: 8, now: .seconds(1))
        breaker.end(old[3], isWell: false, maximum: 8, now: .seconds(1))
        breaker.end(old[4], isWell: true, maximum: 8, now: .seconds(1))
        #expect(breaker.state == .halfOpen)
        if let probe { breaker.end(probe, isWell: true, maximum: 8, now: .seconds(1)) }
        #expect(breaker.state == .recovering)
    }

    @Test func aFailureWhileRecoveringCountsAsAnyOther() {
        var breaker = breaker()
        for _ in 0..<3 { _ = call(&breaker, isWell: false, at: .seconds(0)) }
        _ = call(&breaker, isWell: true, at: .seconds(1))
        for _ in 0..<3 { _ = call(&breaker, isWell: false, at: .seconds(1)) }
        #expect(breaker.state == .open)
    }

    @Test func neverOpensWhenItIsNotTo() {
        var breaker = breaker(failures: 0)
        for _ in 0..<1000 { #expect(call(&breaker, isWell: false, at: .seconds(0))) }
        #expect(breaker.state == .closed)
    }
}
