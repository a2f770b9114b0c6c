import StrictJSON
import Testing

@testable import Top

@Suite("The table of scopegate upstreams")
struct ServerTableTests {
    private static func server(
        _ address: String,
        weight: Int = 1,
        state: String = "healthy",
        reason: String = "null",
        since: String = "null",
        until: String = "null",
        requests: Int = 0,
        check: String = "null"
    ) -> String {
        """
        {"address":"\(address)","weight":\(weight),"state":"\(state)","reason":\(reason),"since":\(since),\
        "until":\(until),"in_flight":2,"waiting":1,"requests_total":\(requests),"failures_total":7,\
        "ejections_total":1,"connections":12,"idle":11,"check":\(check)}
        """
    }

    private static func list(_ upstreams: (name: String, servers: [String])...) throws -> ServerList? {
        let list = upstreams.map { "{\"name\":\"\($0.name)\",\"servers\":[\($0.servers.joined(separator: ","))]}" }
        return ServerList(try Fixture.json("{\"time\":1000.0,\"upstreams\":[\(list.joined(separator: ","))]}"))
    }

    @Test func aLineForEachServer() throws {
        let check = #"{"successes_total":1,"failures_total":1,"time":999.0,"problem":"status 500"}"#
        let list = try #require(
            try Self.list(
                (
                    "default",
                    [
                        Self.server("http://a:9001", weight: 12, requests: 12345),
                        Self.server(
                            "http://b:9001",
                            state: "ejected",
                            reason: #""no answer in time""#,
                            since: "811.9",
                            until: "1000.4"
                        ),
                        Self.server("http://c:9001", state: "probation", reason: #""status 503""#, since: "985.0"),
                    ]
                ),
                (
                    "/reports",
                    [
                        Self.server("unix:/r.sock", state: "unhealthy", reason: #""status 500""#, since: "1000.0"),
                        Self.server("http://d", check: check),
                    ]
                )
            )
        )
        let expected = """
            UPSTREAM  SERVER         WEIGHT  STATE      IN FLIGHT  REQUESTS  FAILED  CONNECTIONS  IDLE  WHY
            default   http://a:9001      12  healthy            2     12345       7           12    11
            default   http://b:9001       1  ejected            2         0       7           12    11  out for 3 min, \
            tried in 0.4 s: no answer in time
            default   http://c:9001       1  probation          2         0       7           12    11  out for 15 s, \
            tried with the next request: status 503
            /reports  unix:/r.sock        1  unhealthy          2         0       7           12    11  out for 0 s, \
            until its checks succeed: status 500
            /reports  http://d            1  healthy            2         0       7           12    11  its last check \
            failed: status 500
            5 servers, 3 out
            """
        #expect(ServerTable(list).lines(isColoured: false).joined(separator: "\n") == expected)
        let coloured = ServerTable(list).lines(isColoured: true)
        #expect(coloured[1].contains("\u{1B}[32mhealthy") && coloured[2].contains("\u{1B}[31mejected"))
    }

    @Test func allIsWell() throws {
        let list = try #require(try Self.list(("default", [Self.server("http://a")])))
        #expect(ServerTable(list).lines(isColoured: false).last == "1 server, none out")
        #expect(list.servers.allSatisfy { $0.isWell })
    }

    /// What a server or a name might hold doesn't reach the terminal as it is.
    @Test func nothingThatATerminalObeys() throws {
        let server = Self.server("http://a", state: "ejected", reason: #""x\u001b[2Jy""#)
        let list = try #require(try Self.list(("default", [server])))
        let text = ServerTable(list).lines(isColoured: false).joined(separator: "\n")
        #expect(text.contains("out: x?[2Jy") && !text.contains("\u{1B}"))
    }

    @Test func otherAnswersAreRefused() throws {
        for text in [
            "{}", "[]", #"{"time":1}"#, #"{"time":1,"upstreams":[7]}"#,
            #"{"time":1,"upstreams":[{"name":"default","servers":[{"address":"http://a"}]}]}"#,
            #"{"time":1,"upstreams":[{"name":"default"}]}"#,
        ] {
            let list = ServerList(try Fixture.json(text))
            #expect(list == nil, "\(text)")
        }
    }

    @Test(arguments: [
        (-3.0, "0 s"), (0, "0 s"), (0.04, "0 s"), (0.44, "0.4 s"), (3, "3.0 s"), (59.9, "59 s"), (60, "1 min"),
        (3599, "59 min"), (3600, "1 h"), (86_399, "23 h"), (200_000, "2 d"),
    ])
    func durations(seconds: Double, text: String) {
        #expect(Quantity.duration(seconds) == text)
    }
}
