import HTTP1
import PrometheusMetrics
import RouteMap
import ScopeModel
import Testing

@testable import Gateway

@Suite("What loops count of requests")
struct LoopMetricsTests {
    private func observation(
        template: Int32 = CountedTemplates.unmapped,
        method: HTTP1.Method = .get,
        decision: RequestDecision = .allow,
        status: Int = 200,
        duration: UInt64 = 1_000_000,
        firstByte: UInt64? = nil
    ) -> RequestObservation {
        var observation = RequestObservation(startedAt: 5)
        observation.template = template
        observation.method = method
        observation.decision = decision
        observation.status = status
        observation.endedAt = 5 + duration
        observation.firstByteAt = firstByte.map { 5 + $0 } ?? 0
        return observation
    }

    private func lines(_ figures: RequestFigures, templates: [String]) -> [String] {
        String(decoding: PrometheusText.render(figures.families(templates: templates)), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    @Test("Every template, method, decision and class has a cell of its own")
    func cells() {
        let layout = RequestCells()
        var seen: Set<Int> = []
        for template: Int32 in 0..<4 {
            for method in Method.allCases {
                for decision in RequestDecision.allCases {
                    for status in stride(from: 100, through: 500, by: 100) {
                        seen.insert(layout.requests(template, method, decision, status: status + 3))
                    }
                }
            }
        }
        #expect(seen.count == 4 * Method.allCases.count * 15)
        #expect(seen.min() == layout.count(templates: 0) && seen.max() == layout.count(templates: 4) - 1)
    }

    @Test("Requests are counted and their time is too")
    func counts() {
        let metrics = LoopMetrics(templates: 3)
        metrics.record(observation(template: 2, firstByte: 300_000))
        metrics.record(observation(template: 2, firstByte: 300_000))
        metrics.record(observation(template: 2, method: .head, decision: .deny, status: 403, duration: 40_000))
        let text = lines(metrics.figures, templates: ["unmapped", "unreadable", "/a/{b}"])
        let name = "scopegate_http_requests_total"
        #expect(text.contains("\(name){route=\"/a/{b}\",method=\"GET\",decision=\"allow\",status=\"2xx\"} 2"))
        #expect(text.contains("\(name){route=\"/a/{b}\",method=\"HEAD\",decision=\"deny\",status=\"4xx\"} 1"))
        #expect(text.count { $0.hasPrefix("\(name){") } == 2)
        #expect(text.contains("scopegate_http_request_duration_seconds_sum{decision=\"allow\"} 0.002"))
        #expect(text.contains("scopegate_http_request_duration_seconds_count{decision=\"deny\"} 1"))
        #expect(text.contains("scopegate_upstream_first_byte_seconds_count 2"))
        #expect(text.contains("scopegate_upstream_first_byte_seconds_sum 0.0006"))
    }

    @Test("Odd statuses fall into the outermost classes, unknown templates among the unreadable")
    func oddities() {
        let metrics = LoopMetrics(templates: 2)
        metrics.record(observation(status: 999))
        metrics.record(observation(template: 7, status: 0))
        let text = lines(metrics.figures, templates: ["unmapped", "unreadable"])
        #expect(text.contains { $0.contains("route=\"unmapped\"") && $0.contains("5xx") })
        #expect(text.contains { $0.contains("route=\"unreadable\"") && $0.contains("1xx") })
    }

    @Test("Counts outlive a reload, and loops that have had it are added to those that have not")
    func reload() {
        let old = LoopMetrics(templates: 3)
        let new = LoopMetrics(templates: 3)
        old.record(observation(template: 2))
        new.record(observation(template: 2))
        new.makeRoom(templates: 5)
        new.record(observation(template: 4))
        var sum = old.figures
        sum.add(new.figures)
        var counts: [Int: UInt64] = [:]
        sum.requests { template, _, _, _, count in counts[template] = count }
        #expect(counts == [2: 2, 4: 1])
        var other = new.figures
        other.add(old.figures)
        #expect(other.cells == sum.cells)
    }

    @Test("Templates keep their numbers when maps change, and get none by requests")
    func templates() throws {
        let catalog = try ScopeCatalog(
            definitions: [ScopeDefinition(scope: try Scope(parsing: "read:a"), description: "A")],
            presets: []
        )
        func map(_ templates: [String]) throws -> RouteMap {
            try RouteMap(
                definitions: templates.map {
                    RouteDefinition(method: "GET", template: try RouteTemplate(parsing: $0), requirement: .public)
                },
                catalog: catalog,
                generation: 1,
                digest: ""
            )
        }
        let counted = CountedTemplates()
        #expect(try counted.numbers(of: map(["/a", "/b"])) == [2, 3])
        #expect(try counted.numbers(of: map(["/c", "/b"])) == [4, 3])
        #expect(counted.names == ["unmapped", "unreadable", "/a", "/b", "/c"])
    }
}

@Suite("What is observed of a request")
struct RequestObservationTests {
    @Test("A refusal before the decision is none, one by the key is deny, a failure after it stays allow")
    func decisions() {
        var malformed = RequestObservation(startedAt: 1)
        malformed.refused(.invalidRequestTarget)
        #expect(malformed.decision == .none && malformed.status == 400)
        var denied = RequestObservation(startedAt: 1)
        denied.refused(.forbiddenScope)
        #expect(denied.decision == .deny && denied.status == 403)
        var failed = RequestObservation(startedAt: 1)
        failed.decision = .allow
        failed.refused(.upstreamTimeout)
        #expect(failed.decision == .allow && failed.status == 504)
        var unrecorded = RequestObservation(startedAt: 1)
        unrecorded.refused(.auditUnavailable)
        #expect(unrecorded.decision == .none && unrecorded.status == 503)
    }

    @Test("The first byte is that of the first read, the end that of the last")
    func times() {
        var request = RequestObservation(startedAt: 10)
        request.received(at: 20)
        request.received(at: 30)
        request.status = 200
        request.finish()
        #expect(request.firstByteAt == 20 && request.endedAt == 30 && request.status == 200)
    }

    @Test("A client that goes before there is an answer is 499")
    func clientWent() {
        var request = RequestObservation(startedAt: 1)
        request.finish()
        #expect(request.status == 499 && request.endedAt > 1)
    }
}
