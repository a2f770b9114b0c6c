import ScopeModel
import Testing

@testable import RouteMap

/// What looks like something else than it is.
@Suite struct RouteSpellingLintTests {
    private func warnings(
        _ routes: [(String, String, Requirement)],
        refusesNearMisses: Bool = false
    ) throws -> [RouteWarning.Kind] {
        let catalog = try ScopeCatalog(definitions: [], presets: [])
        return try map(routes, catalog, refusesNearMisses: refusesNearMisses).lint(catalog).map(\.kind)
    }

    private func map(
        _ routes: [(String, String, Requirement)],
        _ catalog: ScopeCatalog,
        refusesNearMisses: Bool
    ) throws -> RouteMap {
        try RouteMap(
            definitions: routes.map { method, path, requirement in
                RouteDefinition(method: method, template: try RouteTemplate(parsing: path), requirement: requirement)
            },
            catalog: catalog,
            generation: 1,
            digest: "",
            refusesNearMisses: refusesNearMisses
        )
    }

    private static let routes: [(String, String, Requirement)] = [
        ("GET", "/u/export", .public), ("GET", "/u/{id}", .authenticated), ("GET", "/u/{id}/a.b", .public),
        ("GET", "/U/{id}/x", .public), ("GET", "/f/{rest...}", .authenticated), ("GET", "/f/Top", .public),
        ("GET", "/f/top.txt", .public), ("GET", "/g/a", .public), ("GET", "/g/A", .authenticated),
        ("GET", "/g/{x}", .public),
    ]

    @Test(arguments: [
        ("/u/Export", "/u/{id}"), ("/u/eXPORT", "/u/{id}"), ("/u/export.json", "/u/{id}"),
        ("/u/EXPORT.tar.gz", "/u/{id}"), ("/f/top", "/f/{rest...}"), ("/f/Top/", "/f/{rest...}"),
        ("/f/TOP.json/", "/f/{rest...}"), ("/f/Top.json", "/f/{rest...}"), ("/g/a.xml", "/g/{x}"),
        ("/u/%45xport", "/u/{id}"),
    ])
    func nearMissesAreRefusedWhenTheMapSaysSo(path: String, taker: String) throws {
        let catalog = try ScopeCatalog(definitions: [], presets: [])
        for refuses in [true, false] {
            let map = try map(Self.routes, catalog, refusesNearMisses: refuses)
            let match = map.match(method: .get, methodName: Array("GET".utf8).span, path: Array(path.utf8).span)
            switch match {
            case .refused(let fault): #expect(refuses && (fault == .nearMiss || path.contains("%")), "\(path)")
            case .route(let route): #expect(!refuses && map.routes[route].template.text == taker, "\(path)")
            default: Issue.record("\(path): \(match)")
            }
        }
    }

    @Test(arguments: [
        "/u/export", "/u/42", "/u/john.doe", "/u/exports", "/u/.export", "/U/1/x", "/f/Top", "/f/top.txt", "/f/a/top",
        "/g/a", "/g/A", "/g/b.c.d", "/u/Export/a.b", "/f/x/",
    ])
    func whatIsNoNearMissIsDecidedAsBefore(path: String) throws {
        let catalog = try ScopeCatalog(definitions: [], presets: [])
        let matches = try [true, false].map { refuses in
            try map(Self.routes, catalog, refusesNearMisses: refuses)
                .match(method: .get, methodName: Array("GET".utf8).span, path: Array(path.utf8).span)
        }
        #expect(matches[0] == matches[1] && matches[0] != .unmapped, "\(path) \(matches)")
    }

    @Test func aMapThatRefusesNearMissesIsNotWarnedOfThem() throws {
        #expect(try warnings([("GET", "/u/export", .public), ("GET", "/u/{id}", .authenticated)]).count == 1)
        #expect(
            try warnings(
                [("GET", "/u/export", .public), ("GET", "/u/{id}", .authenticated)],
                refusesNearMisses: true
            ) == []
        )
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
