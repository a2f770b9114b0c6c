import Testing

@testable import Probe

@Suite("Checks of bodies and connections")
struct ConnectionCheckTests {
    private static let ok = ProbeAnswer(status: 200, body: Array("items of /api/items".utf8))
    private static let created = ProbeAnswer(status: 201)
    private static let none = ProbeAnswer(status: 404)

    private static func judge(
        _ check: any ProbeCheck,
        _ seen: [ProbeObservation],
        _ map: ProbedMap? = nil,
        writes: Bool = true,
        pool: Int = 1000
    ) throws -> ProbeResult {
        var settings = try Fixture.settings(writes: writes)
        settings.poolIdleMilliseconds = pool
        return check.judge(seen, try Fixture.context(Fixture.backend(), map, settings))
    }

    /// The body of a GET, which the gateway refuses or sends on a connection that ends.
    @Test func bodyOfGET() throws {
        let check = BodyCheck(method: "GET", timing: .atOnce)
        let taken = ProbeObservation([Self.ok, Self.none, Self.ok])
        let read = ProbeObservation([Self.ok, Self.ok], end: .closed)
        let refused = try Self.judge(check, [taken, read])
        #expect(refused.verdict == .note && refused.gateway == "refused by scopegate (unexpected_body)", "\(refused)")
        #expect(refused.seen.contains("Content-Length"))
        let allowing = try Fixture.probed(["GET /api/items public body"])
        let ending = try Self.judge(check, [taken, taken], allowing)
        #expect(ending.verdict == .note && ending.gateway == "scopegate ends the connection with such an answer")
        #expect(try Self.judge(check, [read, read]).verdict == .no)
        // The second answer says that the body was no good request.
        let garbage = ProbeObservation([Self.ok, ProbeAnswer(status: 400, keepsConnection: false)], end: .closed)
        #expect(try Self.judge(check, [read, garbage]).verdict == .note)
        let closing = ProbeObservation([ProbeAnswer(status: 400, keepsConnection: false)], end: .closed)
        #expect(try Self.judge(check, [closing, closing]).seen == "the connection ends with the answer")
        #expect(try Self.judge(check, [ProbeObservation([], end: .closed)]).verdict == .no)
        #expect(try Self.judge(check, [ProbeObservation([], end: .late)]).verdict == .unclear)
    }

    /// The body of a POST that was a success, behind which the gateway uses the connection again.
    @Test func bodyOfPOST() throws {
        let check = BodyCheck(method: "POST", timing: .atOnce)
        let taken = ProbeObservation([Self.created, Self.none, Self.ok])
        let result = try Self.judge(check, [taken, taken])
        #expect(result.verdict == .finding && result.closedBy == "upstream: {bodies: untrusted}", "\(result)")
        #expect(result.gateway?.contains("POST /api/items") == true)
        let careful = try Self.judge(check, [taken, taken], Fixture.probed(bodies: false))
        #expect(careful.verdict == .note && careful.gateway == "scopegate ends the connection with such an answer")
        let failed = ProbeObservation([Self.none, Self.none, Self.ok])
        #expect(try Self.judge(check, [failed, failed]).verdict == .note)
        let reading = try Fixture.probed(["GET /api/items public"])
        #expect(try Self.judge(check, [taken, taken], reading).gateway == "refused by scopegate: no such route")
    }

    /// Nothing is sent that may change something unless that is allowed.
    @Test func writesAreAskedForFirst() throws {
        for timing in [BodyCheck.Timing.atOnce, .late] {
            let check = BodyCheck(method: "POST", timing: timing)
            let context = try Fixture.context(Fixture.backend())
            #expect(check.steps(context).isEmpty && check.judge([], context).verdict == .skipped)
        }
        let context = try Fixture.context(Fixture.backend())
        let all = ProbeBaseline.steps(context.settings) + ProbePlan.checks.flatMap { $0.steps(context) }
        #expect(Set(all.map(\.request.method)) == ["GET", "OPTIONS"])
        let writes = try Fixture.context(Fixture.backend(), nil, Fixture.settings(writes: true))
        let posts = ProbePlan.checks.flatMap { $0.steps(writes) }.filter { $0.request.method == "POST" }
        #expect(!posts.isEmpty && posts.allSatisfy { $0.request.target.hasPrefix("/api/items") })
    }

    @Test func earlyAnswers() throws {
        let check = BodyCheck(method: "GET", timing: .late)
        let early = ProbeObservation([Self.ok, Self.ok], end: .closed, cameEarly: true)
        let note = try Self.judge(check, [early])
        #expect(note.verdict == .note && note.seen.contains("comes before the body"), "\(note)")
        let ending = ProbeObservation([ProbeAnswer(status: 411, keepsConnection: false)], end: .closed, cameEarly: true)
        #expect(try Self.judge(check, [ending]).verdict == .no)
        let taken = ProbeObservation([Self.ok, Self.none, Self.ok], cameEarly: true)
        #expect(try Self.judge(check, [taken]).seen.contains("taken for the next request"))
        #expect(try Self.judge(check, [ProbeObservation([Self.ok, Self.ok])]).verdict == .no)
    }

    @Test(
        arguments: [
            (nil, nil, 1000, ProbeResult.Verdict.no, nil), (5004, nil, 1000, .no, nil),
            (900, nil, 1000, .finding, "upstream: {pool: {idle_timeout: 450ms}}"), (1000, nil, 1000, .finding, nil),
            // The gateway goes by what the backend says, a second less.
            (900, 1, 1000, .no, nil), (2000, 2, 5000, .no, nil), (2000, 5, 5000, .finding, nil),
        ] as [(Int?, Int?, Int, ProbeResult.Verdict, String?)]
    )
    func keepAlive(
        _ idle: Int?,
        _ said: Int?,
        _ pool: Int,
        _ verdict: ProbeResult.Verdict,
        _ closedBy: String?
    ) throws {
        let answer = ProbeAnswer(status: 200, keepAliveSeconds: said)
        let result = try Self.judge(
            KeepAliveCheck(),
            [ProbeObservation([answer], end: .closed, idleMilliseconds: idle)],
            pool: pool
        )
        #expect(result.verdict == verdict, "\(result)")
        if let closedBy { #expect(result.closedBy == closedBy) }
        if idle == nil { #expect(result.seen == "longer than 10 s") }
    }

    @Test func closingIsNoKeepAlive() throws {
        let answer = ProbeAnswer(status: 200, keepsConnection: false)
        let result = try Self.judge(KeepAliveCheck(), [ProbeObservation([answer], end: .closed, idleMilliseconds: 0)])
        #expect(result.verdict == .no && result.seen == "each connection ends with its answer")
    }
}
