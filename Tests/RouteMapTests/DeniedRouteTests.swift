import RouteMap
import ScopeModel
import Testing

@Suite("Denied routes")
struct DeniedRouteTests {
    @Test(arguments: [
        // One method: the others are as if it weren't there.
        (["GET /a denied", "POST /a"], "GET /a", "denied GET /a"),
        (["GET /a denied", "POST /a"], "POST /a", "POST /a"),
        (["GET /a denied", "POST /a"], "PUT /a", "405 /a"),
        // HEAD goes with GET.
        (["GET /a denied"], "HEAD /a", "denied GET /a"), (["GET /a denied", "HEAD /a"], "HEAD /a", "HEAD /a"),
        (["GET /a", "HEAD /a denied"], "HEAD /a", "denied HEAD /a"),
        (["GET /a", "HEAD /a denied"], "GET /a", "GET /a"),
        // No parameter and no rest lets it through.
        (["GET /{x}", "GET /a denied"], "GET /a", "denied GET /a"),
        (["GET /{x}", "GET /a denied"], "GET /b", "GET /{x}"),
        (["GET /{x...}", "GET /a/{y} denied"], "GET /a/b", "denied GET /a/{y}"),
        (["GET /{x...}", "GET /a/{y} denied"], "GET /a/b/c", "GET /{x...}"),
        // All methods of a path, those of no standard too.
        (["GET /{x}", "* /a denied"], "GET /a", "denied * /a"),
        (["GET /{x}", "* /a denied"], "HEAD /a", "denied * /a"),
        (["GET /{x}", "* /a denied"], "PURGE /a", "denied * /a"),
        (["PURGE /{x}", "* /a denied"], "PURGE /a", "denied * /a"),
        (["GET /a", "* /a denied"], "GET /a", "GET /a"), (["GET /a", "* /a denied"], "HEAD /a", "GET /a"),
        (["GET /a", "* /a denied"], "POST /a", "denied * /a"),
        // All below a path, but for what is more specific.
        (["* /a/{x...} denied", "GET /{x...}"], "GET /a/b", "denied * /a/{x...}"),
        (["* /a/{x...} denied", "GET /{x...}"], "PATCH /a/b/c/", "denied * /a/{x...}"),
        (["* /a/{x...} denied", "GET /{x...}"], "GET /a", "GET /{x...}"),
        (["* /a/{x...} denied", "GET /a/{x}"], "GET /a/b", "GET /a/{x}"),
        // A method of this name is no word for all of them.
        (["* /a"], "* /a", "* /a"), (["* /a"], "GET /a", "405 /a"),
        // An encoding of the literal is no way round it.
        (["GET /{x}", "GET /a denied"], "GET /%61", "400"),
    ])
    func takeRequestsAsOthersDo(routes: [String], request: String, expected: String) throws {
        let parts = request.split(separator: " ").map(String.init)
        #expect(try MapFixture.map(routes).answer(parts[0], parts[1]) == expected)
    }

    @Test func areInNoAllowHeader() throws {
        let routes = ["GET /a denied", "POST /a", "PUT /a denied", "GET /b", "* /b denied", "* /c denied"]
        let map = try MapFixture.map(routes)
        let headers = (0...2).map { String(decoding: map.allowHeader(ofTemplate: $0), as: UTF8.self) }
        #expect(headers == ["POST", "GET, HEAD", ""])
    }

    @Test(arguments: [
        SupposedKey.none, .unknown, .invalid(.expiredKey), .valid(ScopeSet()), .valid(MapFixture.catalog.all),
    ])
    func areRefusedWhateverTheKey(key: SupposedKey) throws {
        let map = try MapFixture.map(["GET /{x} public", "GET /a denied"])
        let found = RequestEvaluation(method: "GET", target: "/a?b", key: key, map: map, catalog: MapFixture.catalog)
        #expect(
            found.outcome == .deny(code: "unmapped_route", required: nil) && found.route == 1 && found.template == 1
        )
    }

    @Test func areExplained() throws {
        let map = try MapFixture.map(["GET /{x}", "* /a denied"])
        let verdict = RequestVerdict(
            method: "DELETE",
            target: "/a",
            routeMap: map,
            catalog: MapFixture.catalog,
            granted: MapFixture.catalog.all
        )
        #expect(verdict.outcome == "unmapped_route" && verdict.status == 403 && verdict.template == "/a")
        #expect(verdict.requirement == "denied" && !verdict.isMapped && verdict.requiredScope == nil)
        #expect(verdict.steps == ["a is the literal a", "the map denies it whatever the key"])
    }

    @Test func letNoScopesThrough() {
        let all = MapFixture.catalog.all
        let decision = Decider.decide(requirement: .denied, granted: all, automatic: all)
        #expect(decision == .deny(.unmappedRoute, required: nil))
        #expect(Requirement.denied.needsKey && !Requirement.denied.isSatisfied(by: all))
        #expect(Requirement.denied.description(in: MapFixture.catalog) == "denied")
    }
}
