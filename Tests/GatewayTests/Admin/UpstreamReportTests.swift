import GatewayConfig
import Logging
import RouteMap
import Testing

@testable import Gateway

@Suite("UpstreamReport")
struct UpstreamReportTests {
    private static let second: UInt64 = 1_000_000_000

    private static func upstream(
        _ name: String,
        _ servers: [UpstreamServer],
        check: HealthCheckConfiguration? = nil,
        succeeding former: Upstream? = nil
    ) -> Upstream {
        Upstream(
            name,
            UpstreamConfiguration(
                servers: servers,
                healthCheck: check,
                ejection: EjectionConfiguration(failures: 1, backOff: .seconds(60), maxBackOff: .seconds(60))
            ),
            succeeding: former,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private static func url(_ host: String) -> UpstreamServer.Location {
        .url(HTTPEndpoint(scheme: .http, host: host, port: 9001))
    }

    /// A report whose clock stands at 1970-01-02 and at what the servers' states call now.
    private static func text(_ upstreams: [Upstream], _ loops: [UpstreamFigures], at now: UInt64) -> String {
        var all = UpstreamFigures()
        for figures in loops { all.add(figures) }
        let clock = UpstreamReport.Clock(monotonic: now, wallMicroseconds: 86_400_000_000)
        let report = UpstreamReport(upstreams: upstreams, figures: all.servers, clock: clock)
        return String(decoding: report.json.bytes, as: UTF8.self)
    }

    private static let counts = #""in_flight":0,"waiting":0,"requests_total":0,"failures_total":0,"#
    private static let rest = #""ejections_total":0,"connections":0,"idle":0,"check":null}"#

    @Test func backendsAndServersInTheirOrder() {
        let upstreams = [
            Self.upstream("default", [.init(Self.url("a"), weight: 3), .init(.unix("/run/b.sock"))]),
            Self.upstream("/reports", [.init(Self.url("a"))]),
        ]
        let healthy = #""state":"healthy","reason":null,"since":null,"until":null,"# + Self.counts + Self.rest
        let expected =
            #"{"time":86400.0,"upstreams":[{"name":"default","prefix":null,"servers":["#
            + #"{"address":"http://a:9001","weight":3,"# + healthy
            + #",{"address":"unix:/run/b.sock","weight":1,"# + healthy
            + #"]},{"name":"/reports","prefix":"/reports","servers":[{"address":"http://a:9001","weight":1,"#
            + healthy + "]}]}"
        #expect(Self.text(upstreams, [], at: 1) == expected)
    }

    /// What each loop knows is added up, server by server; what belongs to a former configuration doesn't count.
    @Test func loopsAreAddedUp() {
        let former = Self.upstream("default", [.init(Self.url("gone")), .init(Self.url("a"))])
        let upstream = Self.upstream("default", [.init(Self.url("b")), .init(Self.url("a"))], succeeding: former)
        func figures(_ upstream: Upstream, _ requests: UInt64...) -> UpstreamFigures {
            var figures = UpstreamFigures()
            figures.servers = zip(upstream.servers, requests).map { server, requests in
                ServerFigures(
                    state: server.state,
                    isChecked: false,
                    requests: requests,
                    connections: 5,
                    idle: 2,
                    waiting: 1
                )
            }
            return figures
        }
        // One of the loops hasn't heard of the reload yet.
        let text = Self.text([upstream], [figures(upstream, 10, 20), figures(former, 1000, 200)], at: 1)
        func counts(_ connections: Int, _ idle: Int, _ waiting: Int, requests: Int) -> String {
            #""in_flight":\#(connections - idle + waiting),"waiting":\#(waiting),"requests_total":\#(requests),"#
        }
        #expect(
            text.contains(
                #""http://b:9001","weight":1,"state":"healthy","reason":null,"since":null,"until":null,"#
                    + counts(5, 2, 1, requests: 10)
            ),
            "\(text)"
        )
        #expect(
            text.contains(
                #""http://a:9001","weight":1,"state":"healthy","reason":null,"since":null,"until":null,"#
                    + counts(10, 4, 2, requests: 220)
            ),
            "\(text)"
        )
        #expect(!text.contains("gone"))
    }

    @Test func whatIsHeldAgainstAServerHasItsTimes() throws {
        let upstream = Self.upstream("default", [.init(Self.url("a"))])
        let state = upstream.servers[0].state
        state.requestFailed(.status(503))
        let since = try #require(state.status(at: 1).since)
        let ejected = Self.text([upstream], [], at: since + 20 * Self.second)
        #expect(
            ejected.contains(#""state":"ejected","reason":"status 503","since":86380.0,"until":86440.0,"#),
            "\(ejected)"
        )
        #expect(ejected.contains(#""failures_total":1,"ejections_total":1,"#))
        let probation = Self.text([upstream], [], at: since + 60 * Self.second)
        #expect(
            probation.contains(#""state":"probation","reason":"status 503","since":86340.0,"until":null,"#),
            "\(probation)"
        )
    }

    @Test func checksAreTold() throws {
        let check = HealthCheckConfiguration(path: "/", healthyAfter: 1, unhealthyAfter: 2)
        let upstream = Self.upstream("default", [.init(Self.url("a"))], check: check)
        let state = upstream.servers[0].state
        #expect(
            Self.text([upstream], [], at: 1).contains(
                #""check":{"successes_total":0,"failures_total":0,"time":null,"problem":null}}"#
            )
        )
        state.checked(nil)
        state.checked("Couldn't \"connect\"")
        var time = try #require(state.status(at: 1).lastCheck?.time)
        let doubted = Self.text([upstream], [], at: time)
        #expect(doubted.contains(#""state":"healthy","reason":null,"#))
        #expect(
            doubted.contains(
                #""check":{"successes_total":1,"failures_total":1,"time":86400.0,"problem":"Couldn't \"connect\""}}"#
            ),
            "\(doubted)"
        )
        state.checked("status 500")
        time = try #require(state.status(at: 1).lastCheck?.time)
        let out = Self.text([upstream], [], at: time + Self.second / 2)
        #expect(
            out.contains(#""state":"unhealthy","reason":"status 500","since":86399.5,"until":null,"#),
            "\(out)"
        )
    }
}
