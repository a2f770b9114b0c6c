import ScopeModel
import Testing

@testable import RouteMap

/// What looks like something else than it is.
@Suite struct RouteSpellingLintTests {
    private func warnings(_ routes: [(String, String, Requirement)]) throws -> [RouteWarning.Kind] {
        let catalog = try ScopeCatalog(definitions: [], presets: [])
        let map = try RouteMap(
            definitions: routes.map { method, path, requirement in
                RouteDefinition(method: method, template: try RouteTemplate(parsing: path), requirement: requirement)
            },
            catalog: catalog,
            generation: 1,
            digest: ""
        )
        return map.lint(catalog).map(\.kind)
    }

    @Test(arguments: [
        ("/a/:id", ":id", false), ("/a/$id", "$id", false), ("/a/*", "*", true), ("/a/**", "**", true),
        ("/a/*rest/b", "*rest", true), ("/a/x*", "x*", false), ("/a/(.*)", "(.*)", false), ("/:v/a", ":v", false),
    ])
    func parametersOfOtherPrograms(path: String, segment: String, isRest: Bool) throws {
        #expect(
            try warnings([("GET", path, .authenticated)])
                == [.foreignSegment(template: path, segment: segment, isRest: isRest)]
        )
    }

    @Test(arguments: ["/a/x:cancel", "/a/{id}", "/a/{rest...}", "/a/b$c", "/a/~x", "/a/a=b,c", "/"])
    func whatIsNone(path: String) throws {
        #expect(try warnings([("GET", path, .authenticated)]) == [])
    }

    @Test(arguments: ["ANY", "any", "ALL"])
    func methodsThatStandForAllElsewhere(method: String) throws {
        #expect(
            try warnings([(method, "/a", .authenticated)]).contains(.foreignMethod(method, template: "/a"))
        )
    }

    @Test func whatNearlyIsALiteralIsDecidedByAnotherRoute() throws {
        #expect(
            try warnings([("GET", "/u/export", .public), ("GET", "/u/{id}", .authenticated)])
                == [
                    .nearMiss(
                        template: "/u/export",
                        spellings: ["/u/Export", "/u/export.json"],
                        by: "/u/{id}",
                        methods: ["GET"]
                    )
                ]
        )
        // In the middle, by case only; and to the rest of a path.
        #expect(
            try warnings([("PUT", "/u/me/x", .authenticated), ("PUT", "/u/{rest...}", .public)]).contains(
                .nearMiss(
                    template: "/u/me/x",
                    spellings: ["/u/Me/x", "/u/me/X"],
                    by: "/u/{rest...}",
                    methods: ["PUT"]
                )
            )
        )
        // The same requirement, another method, or nothing that takes it.
        for others in [
            [("GET", "/u/{id}", Requirement.public)], [("PUT", "/u/{id}", .authenticated)],
            [("GET", "/v/{id}", .authenticated)], [("GET", "/u/{id}", .denied)],
        ] {
            let found = try warnings([("GET", "/u/export", .public)] + others)
            #expect(!found.contains { if case .nearMiss = $0 { true } else { false } }, "\(others)")
        }
        // What is denied by its word is not to be reached by another spelling of it.
        for method in ["GET", "*"] {
            let found = try warnings([(method, "/u/export", .denied), ("GET", "/u/{id}", .authenticated)])
            #expect(found.contains { if case .nearMiss = $0 { true } else { false } }, "\(method)")
        }
    }
}
