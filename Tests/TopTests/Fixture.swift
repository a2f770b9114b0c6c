import StrictJSON
import Testing

@testable import Top

/// Answers of an admin listener.
enum Fixture {
    static func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8).span) }

    static func sample(
        time: Double = 1_795_534_689.819,
        total: Int = 1200,
        perSecond: Double = 345,
        breaker: String = "closed",
        hitRate: String = "0.9947"
    ) -> String {
        """
        {"time":\(time),"interval_seconds":1.0006,"requests":{"total":\(total),"denied_total":40,"undecided_total":0,\
        "failed_total":2,"per_second":\(perSecond),"denied_per_second":9.99,"undecided_per_second":0.0,\
        "failed_per_second":0.0},"latency_ms":{"p50":1.81,"p90":2.5,"p99":20.4},\
        "first_byte_ms":{"p50":null,"p90":null,"p99":null},"in_flight":3,"connections":5,\
        "upstream":{"connections":3,"idle":2,"waiting":1},"cache":{"entries":1,"negative_entries":50,\
        "hit_rate":\(hitRate)},"introspection":{"breaker":"\(breaker)","running":1,"waiting":2,"calls_total":96,\
        "failures_total":4,"calls_per_second":2.0,"failures_per_second":0.0},\
        "audit":{"records_total":419,"waiting":0},"process":{"cpu_percent":6.32,"memory_bytes":46400000},"generation":3}
        """
    }

    static func state(_ samples: String..., denials: [String] = [], checks: [String] = []) throws -> TopState {
        var state = TopState()
        #expect(state.takeFigures(try json("{\"samples\":[\(samples.joined(separator: ","))]}")))
        state.takeDenials(try json("{\"records\":[\(denials.joined(separator: ","))]}"))
        state.takeChecks(try json("{\"ready\":true,\"checks\":[\(checks.joined(separator: ","))]}"))
        return state
    }

    static let ready = "{\"name\":\"serving\",\"state\":\"ok\",\"reason\":null}"
    static let denial = """
        {"time":"2026-11-24T15:38:08.849996Z","seq":4,"event":"denied","client":"198.51.100.7","method":"PUT",\
        "path":"/api/v1/trades/1/tags","code":"forbidden_scope","status":403,"required_scope":"write:tags",\
        "key_id":"key_1"}
        """
}
