import StrictJSON
import Testing

@testable import Top

@Suite("The screen of scopegate top")
struct TopScreenTests {
    private func lines(_ state: TopState, width: Int = 80, height: Int? = nil, isColoured: Bool = false) -> [String] {
        TopScreen(state, address: "127.0.0.1:9901", width: width, height: height).lines(isColoured: isColoured)
    }

    @Test func inEightyColumns() throws {
        let state = try Fixture.state(Fixture.sample(), denials: [Fixture.denial], checks: [Fixture.ready])
        let expected = """
            scopegate top  127.0.0.1:9901  15:38:09 UTC  generation 3  ready

            Requests            345 /s  3 in flight, 5 connections  █
            Denied             9.99 /s  2.9 % of requests  █
            5xx                   0 /s  2 in all
            Latency           p50 1.81  p90 2.50  p99 20.4 ms
            First byte           p50 -  p90 -  p99 - ms
            Cache hits          99.5 %  1 known keys, 50 refused ones
            Introspection      healthy  2 calls/s, 0 failed/s, 1 running, 2 waiting
            Backend                  3  connections, 2 idle, 1 requests waiting
            Audit                  419  records, 0 waiting
            Process             6.32 %  of a processor, 46.4 MB

            TIME      STATUS  REASON              REQUEST
            15:38:08  403     forbidden_scope     PUT /api/v1/trades/1/tags
            """
        // How far to the right the course ends is not looked at here.
        let shown = lines(state).map { $0.replacing(#/ {8,}█$/#, with: "  █") }
        #expect(shown.joined(separator: "\n") == expected)
    }

    @Test(arguments: [20, 33, 40, 60, 80, 100, 132, 250], [1, 5, 14, 24, 60])
    func itFitsTheTerminal(width: Int, height: Int) throws {
        let denials = Array(repeating: Fixture.denial, count: 60)
        let state = try Fixture.state(Fixture.sample(), denials: denials, checks: [Fixture.ready])
        let shown = lines(state, width: width, height: height)
        #expect(shown.count <= height)
        #expect(shown.allSatisfy { $0.count <= width })
        if height >= 24 { #expect(shown.count == height) }
    }

    @Test func coloursAreOnTopOfTheSameText() throws {
        let state = try Fixture.state(
            Fixture.sample(breaker: "open"),
            denials: [Fixture.denial],
            checks: [Fixture.ready]
        )
        let plain = lines(state)
        let coloured = lines(state, isColoured: true)
        #expect(!plain.contains { $0.contains("\u{1B}") })
        #expect(coloured.contains { $0.contains("\u{1B}[1;31m       open\u{1B}[0m") })
        for (plain, coloured) in zip(plain, coloured) {
            let bare = coloured.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
            #expect(String(bare.reversed().drop { $0 == " " }.reversed()) == plain)
        }
    }

    /// Clients choose paths; a terminal must not obey them.
    @Test func controlsOfATerminalAreShownAsQuestionMarks() throws {
        let hostile = #"""
            {"time":"2026-11-24T15:38:08Z","event":"denied","status":403,"method":"G\u001b[2JT","path":"/\u009b31m\u202e\r\n",\#
            "code":"unmapped_route","client":"\u0007"}
            """#
        let state = try Fixture.state(Fixture.sample(), denials: [hostile], checks: [])
        for isColoured in [false, true] {
            let line = try #require(lines(state, width: 160, isColoured: isColoured).last)
            #expect(line.contains("G?[2JT /?31m???"))
            #expect(!line.unicodeScalars.contains { $0.value == 0x9B || $0.value == 0x202E || $0 == "\r" })
        }
    }

    @Test func whatIsWrongStandsAtTheTop() throws {
        let failing = "{\"name\":\"audit\",\"state\":\"failing\",\"reason\":\"the audit log can't be written\"}"
        var state = try Fixture.state(Fixture.sample(), checks: [Fixture.ready, failing])
        #expect(lines(state)[0].hasSuffix("not ready"))
        #expect(lines(state)[1] == "audit failing: the audit log can't be written")
        state.problem = "no gateway answers"
        #expect(lines(state)[0].hasSuffix("no answer"))
        #expect(lines(state)[2] == "no gateway answers")
    }

    @Test func operations() throws {
        var state = try Fixture.state(Fixture.sample())
        func last(_ record: String) throws -> String? {
            state.takeOperations(try Fixture.json("{\"records\":[\(record)]}"))
            return lines(state, width: 120).first { $0.hasPrefix("Last operation") }
        }
        let reload = #"""
            {"time":"2026-11-24T15:38:08Z","event":"reload","trigger":"admin","outcome":"refused","generation":3,"problem":"routes.yaml:6"}
            """#
        #expect(
            try last(reload) == "Last operation   15:38:08 reload refused, generation 3, by admin: routes.yaml:6"
        )
        let revocation = #"{"time":"2026-11-24T15:38:08Z","event":"revocation","subject":"user_7","count":2}"#
        #expect(try last(revocation) == "Last operation   15:38:08 revocation of user_7: 2 forgotten")
    }

    @Test func nothingYet() throws {
        #expect(lines(TopState()) == ["scopegate top  127.0.0.1:9901", "", "no figures yet", "", "No denials yet."])
    }
}
