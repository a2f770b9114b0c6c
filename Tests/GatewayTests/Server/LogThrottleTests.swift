import NIOCore
import Testing

@testable import Gateway

@Suite struct LogThrottleTests {
    @Test func aKindIsSaidOnceASecondWithHowManyItStandsFor() {
        var throttle = LogThrottle(kinds: 2)
        let start = NIODeadline.uptimeNanoseconds(5_000_000_000)
        #expect(throttle.admit(0, now: start) == 1)
        for _ in 0..<7 { #expect(throttle.admit(0, now: start + .milliseconds(999)) == nil) }
        #expect(throttle.admit(1, now: start) == 1)
        #expect(throttle.admit(0, now: start + .seconds(1)) == 8)
        #expect(throttle.admit(0, now: start + .seconds(3)) == 1)
    }
}
