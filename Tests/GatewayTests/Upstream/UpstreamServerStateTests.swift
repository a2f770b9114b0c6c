import Balancing
import CurlTransport
import Logging
import Testing

@testable import Gateway

@Suite("UpstreamServerState")
struct UpstreamServerStateTests {
    private static let minute: UInt64 = 60_000_000_000

    private static func state(failures: Int = 2, backOff: UInt64 = minute) -> UpstreamServerState {
        UpstreamServerState(
            upstream: "default",
            name: "http://a",
            health: ServerHealth(
                ejection: .init(failures: failures, backOff: backOff, maximumBackOff: backOff),
                checks: .init(healthyAfter: 2, unhealthyAfter: 2)
            ),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test func nothingIsHeldAgainstANewOne() {
        #expect(Self.state().status(at: 1) == ServerStatus())
    }

    @Test func theLastFailureIsWhyItIsEjected() throws {
        let state = Self.state()
        state.requestFailed(.late)
        #expect(state.status(at: UpstreamServerState.now) == ServerStatus())
        let before = UpstreamServerState.now
        state.requestFailed(.connection(CurlFailure(kind: .connect, description: "refused")))
        let status = state.status(at: before)
        #expect(status.reason == "refused")
        let since = try #require(status.since)
        #expect(since >= before && status.condition == .ejected(until: since + Self.minute))
        // Of one that was sent before; it is counted nevertheless.
        state.requestFailed(.status(503))
        #expect(state.status(at: before) == status)
        #expect(state.failures.load(ordering: .relaxed) == 3 && state.ejections.load(ordering: .relaxed) == 1)
        let later = state.status(at: since + Self.minute)
        #expect(later.condition == .probation && later.reason == "refused" && later.since == since)
    }

    /// It is out from the first ejection until a request succeeds, however often it is ejected.
    @Test func itIsOutSinceTheFirstEjection() throws {
        let state = Self.state(failures: 1, backOff: 1)
        func waitForProbation() {
            while state.status(at: UpstreamServerState.now).condition != .probation {}
        }
        state.requestFailed(.late)
        let first = try #require(state.status(at: 1).since)
        waitForProbation()
        state.requestFailed(.status(502))
        #expect(state.status(at: 1).since == first && state.status(at: 1).reason == "status 502")
        waitForProbation()
        state.requestSucceeded()
        #expect(state.status(at: UpstreamServerState.now) == ServerStatus())
        state.requestFailed(.brokenConnection)
        #expect(try #require(state.status(at: 1).since) > first)
    }

    @Test func checksSayWhatTheyFound() throws {
        let state = Self.state()
        state.checked(nil)
        #expect(state.status(at: 1).lastCheck?.problem == nil && state.status(at: 1).lastCheck != nil)
        state.checked("status 500")
        // One isn't enough, but it is told.
        #expect(state.status(at: 1).condition == .healthy && state.status(at: 1).reason == nil)
        #expect(state.status(at: 1).lastCheck?.problem == "status 500")
        state.checked("status 501")
        let out = state.status(at: 1)
        #expect(out.condition == .unhealthy && out.reason == "status 501" && out.since == out.lastCheck?.time)
        state.checked("status 502")
        #expect(state.status(at: 1).since == out.since && state.status(at: 1).reason == "status 502")
        // Nor is one that succeeds: what is wrong is still what the last failed one found.
        state.checked(nil)
        #expect(state.status(at: 1).condition == .unhealthy && state.status(at: 1).reason == "status 502")
        state.checked(nil)
        #expect(state.status(at: 1).condition == .healthy && state.status(at: 1).reason == nil)
        #expect(state.status(at: 1).since == nil)
    }
}
