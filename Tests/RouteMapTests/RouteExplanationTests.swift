import RouteMap
import ScopeModel
import Testing

@Suite("RouteMap explanations")
struct RouteExplanationTests {
    private static func map() throws -> RouteMap {
        try MapFixture.map([
            "GET /api/trades", "POST /api/trades", "GET /api/trades/{id}", "GET /api/trades/new",
            "GET /api/trades/{id}/tags", "GET /api/{rest...}", "PUT /other/{x}/y:z",
        ])
    }

    @Test func saysHowEachSegmentWasRead() throws {
        let explanation = try Self.map().explain(method: "GET", path: "/api/trades/7/tags")
        #expect(explanation.template == "/api/trades/{id}/tags")
        #expect(explanation.requirement == .authenticated)
        #expect(explanation.steps.map(\.text) == ["api", "trades", "7", "tags"])
        #expect(
            explanation.steps.map(\.segment) == [
                .literal("api"), .literal("trades"), .parameter("id"), .literal("tags"),
            ]
        )
        #expect(explanation.allowedMethods == ["GET", "HEAD"])
        #expect(!explanation.usesRouteOfGET)
    }

    @Test func saysWhyOthersWereNotChosen() throws {
        let explanation = try Self.map().explain(method: "GET", path: "/api/trades/new")
        #expect(explanation.template == "/api/trades/new")
        let reasons = Dictionary(uniqueKeysWithValues: explanation.rejected.map { ($0.template, $0.reason) })
        #expect(
            reasons["/api/trades/{id}"] == "it matches too, but at segment 3 the literal new goes before {id}"
        )
        #expect(
            reasons["/api/{rest...}"] == "it matches too, but at segment 2 the literal trades goes before {rest...}"
        )
        #expect(reasons["/api/trades"] == "the path goes on with new where this template ends")
        #expect(reasons["/api/trades/{id}/tags"] == "the path ends where this template goes on with tags")
        #expect(reasons["/other/{x}/y:z"] == nil)
        #expect(explanation.rejected.count == 4)
    }

    @Test func aRestIsOneStep() throws {
        let explanation = try Self.map().explain(method: "HEAD", path: "/api/x/y")
        #expect(explanation.steps.map(\.text) == ["api", "x/y"])
        #expect(explanation.steps.last?.segment == .rest("rest"))
        #expect(explanation.usesRouteOfGET)
    }

    @Test func aMethodThatIsNotMappedIsSaid() throws {
        let map = try Self.map()
        let explanation = map.explain(method: "DELETE", path: "/api/trades")
        #expect(explanation.match == map.match("DELETE", "/api/trades"))
        #expect(explanation.template == "/api/trades")
        #expect(explanation.requirement == nil)
        #expect(explanation.allowedMethods == ["GET", "HEAD", "POST"])
    }

    @Test(arguments: [
        ("/othr/1/y:z", "/other/{x}/y:z" as String?),
        ("/other/1/y.z", "/other/{x}/y:z"),
        ("/nothing/like/it", nil),
        ("/", nil),
        ("", nil),
        ("//", nil),
    ])
    func aNearTemplateIsSuggested(path: String, suggestion: String?) throws {
        let explanation = try Self.map().explain(method: "PUT", path: path)
        #expect(explanation.match == .unmapped)
        #expect(explanation.template == nil)
        #expect(explanation.suggestion == suggestion)
    }

    @Test func anEncodedLiteralIsNamed() throws {
        let explanation = try Self.map().explain(method: "PUT", path: "/other/1/y%3Az")
        #expect(explanation.match == .refused(.otherTemplate))
        #expect(
            explanation.rejected.map(\.reason)
                == ["segment 3 spells y:z with percent-encodings, so nothing may match"]
        )
    }
}
