import RouteMap
import ScopeModel
import Testing

@Suite("RouteMap validation")
struct RouteValidationTests {
    private static func problems(_ definitions: [RouteDefinition]) throws -> [RouteProblem] {
        let error = #expect(throws: RouteMapErrors.self) {
            try RouteMap(definitions: definitions, catalog: MapFixture.catalog, generation: 1, digest: "")
        }
        return try #require(error).problems
    }

    @Test func reportsEveryProblemWithItsPlace() throws {
        let routes = [
            "GET /a/{x}", "get /a/{x}", "CONNECT /a/{x}", "G(T /a/{x}", "GET /a/{x}", "GET /a/{y}", "POST /a/{y}",
            "GET /b/{rest...}", "GET /b/{all...}", "connect /c", " /c",
        ]
        let definitions = try routes.enumerated().map { try MapFixture.definition($1, line: $0 + 10) }
        let problems = try Self.problems(definitions)
        let first = SourcePosition(line: 10, column: 5)
        #expect(
            problems.map(\.kind) == [
                .methodCase("get", standard: "GET"),
                .connectMethod,
                .invalidMethod("G(T"),
                .duplicateRoute(method: "GET", template: "/a/{x}", first: first),
                .sameShape(template: "/a/{y}", other: "/a/{x}", first: first),
                .sameShape(
                    template: "/b/{all...}",
                    other: "/b/{rest...}",
                    first: SourcePosition(line: 17, column: 5)
                ),
                .connectMethod,
                .invalidMethod(""),
            ]
        )
        #expect(problems.map(\.position?.line) == [11, 12, 13, 14, 15, 18, 19, 20])
        #expect(problems.map(\.definition) == [1, 2, 3, 4, 5, 8, 9, 10])
        #expect(problems[0].help == "did you mean GET?")
        #expect(problems[4].description == "/a/{y} matches the same paths as /a/{x}, which is at 10:5")
    }

    @Test(arguments: ["M", "PROPFIND", "M-SEARCH", "!#$%&'*+-.^_`|~09aZ", String(repeating: "M", count: 32)])
    func tokensAreMethods(method: String) throws {
        let map = try MapFixture.map(["\(method) /a"])
        #expect(map.answer(method, "/a") == "\(method) /a")
    }

    @Test(arguments: ["", "G T", "GET\t", "GÉT", "A,B", "A/B", "\"A\"", String(repeating: "M", count: 33)])
    func otherTextsAreNot(method: String) throws {
        let template = try RouteTemplate(parsing: "/a")
        let definition = RouteDefinition(method: method, template: template, requirement: .public)
        #expect(try Self.problems([definition]).map(\.kind) == [.invalidMethod(method)])
    }

    @Test func requirementsAreOfTheCatalog() throws {
        let template = try RouteTemplate(parsing: "/a")
        let known = ScopeID(rawValue: 0)
        let unknown = ScopeID(rawValue: 1)
        for requirement in [Requirement.all([unknown]), .all([known, unknown]), .any([unknown]), .all([]), .any([])] {
            let definition = RouteDefinition(method: "GET", template: template, requirement: requirement)
            #expect(try Self.problems([definition]).map(\.kind) == [.invalidRequirement])
        }
        let good = RouteDefinition(method: "GET", template: template, requirement: .any([known]))
        let map = try RouteMap(definitions: [good], catalog: MapFixture.catalog, generation: 1, digest: "")
        #expect(map.requirement(ofRoute: 0) == .any([known]))
    }
}
