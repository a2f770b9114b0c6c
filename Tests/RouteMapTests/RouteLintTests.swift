import RouteMap
import ScopeModel
import Testing

@Suite("Lint of route maps")
struct RouteLintTests {
    private static func catalog() throws -> ScopeCatalog {
        let names = ["read:trades", "write:trades", "read:catalog", "read:later"]
        return try ScopeCatalog(
            definitions: names.map {
                ScopeDefinition(
                    scope: try Scope(parsing: $0),
                    description: "",
                    isAutomatic: $0 == "read:catalog",
                    isReserved: $0 == "read:later"
                )
            },
            presets: []
        )
    }

    /// What lint says of routes, beside routes that use every scope.
    private static func lint(_ routes: [String]) throws -> [String] {
        let catalog = try catalog()
        let all = ["GET /used read:trades", "POST /used write:trades"] + routes
        let definitions = try all.enumerated().map { line, route in
            let parts = route.split(separator: " ").map(String.init)
            let requirement: Requirement =
                parts[2] == "public"
                ? .public
                : parts[2] == "denied"
                    ? .denied : .any(try parts[2].split(separator: "|").map { try catalog.id(named: String($0)) })
            return RouteDefinition(
                method: parts[0],
                template: try RouteTemplate(parsing: parts[1]),
                requirement: requirement,
                position: SourcePosition(line: line + 1, column: 5)
            )
        }
        return try RouteMap(definitions: definitions, catalog: catalog, generation: 1, digest: "").lint(catalog)
            .map { "\($0.position.map { "\($0)" } ?? "-") \($0)" }
    }

    @Test(arguments: [
        (["GET /a read:trades"], nil),
        (["POST /a public"], "3:5 POST /a changes something and needs no key"),
        (["DELETE /a read:trades"], "3:5 DELETE /a changes something, but {any: [read:trades]} is enough for it"),
        (
            ["PUT /a read:trades|write:trades"],
            "3:5 PUT /a changes something, but {any: [read:trades, write:trades]} is enough for it"
        ),
        (["GET /a write:trades"], "3:5 GET /a changes nothing, but needs {any: [write:trades]}"),
        (["GET /a read:trades|write:trades"], nil),
        (
            ["GET /a read:trades", "GET /a/ read:trades"],
            "4:5 /a/ differs from /a in the slash at the end only, which is at 3:5"
        ),
        (["GET /a/{x} read:trades", "GET /a/b read:trades"], nil),
        // What is denied is denied on purpose.
        (["DELETE /a denied", "GET /a denied"], nil),
        // But what a backend may take for the same isn't.
        (
            ["DELETE /a/{x} write:trades", "GET /a/b read:trades", "DELETE /a/b denied"],
            "4:5 /a/B and /a/b.json are not /a/b: /a/{x} decides DELETE of them, and needs something else"
        ),
        (
            ["DELETE /a/{x} write:trades", "* /a/b denied"],
            "4:5 /a/B and /a/b.json are not /a/b: /a/{x} decides DELETE of them, and needs something else"
        ),
        (["* /a/{x...} denied"], nil),
        (
            ["* /a/{x...} denied", "GET /a/b read:trades"],
            "4:5 GET, HEAD /a/b is let through although /a/{x...} is denied: it is more specific"
        ),
        (["* /a/{x...} denied", "GET /a/b denied"], nil),
        (
            ["DELETE /a/{x} write:trades", "GET /a/b read:trades"],
            "4:5 DELETE /a/b is refused with 405: /a/b takes the path from /a/{x}, which has the method"
        ),
        (["GET /a/{x} read:trades", "GET /a/{r...} read:trades"], nil),
        // Of the rest is left what ends with a slash.
        (["GET /a/{x} read:trades", "GET /a/{x}/{s...} read:trades", "GET /a/{r...} read:trades"], nil),
    ])
    func findsWhatIsOdd(routes: [String], warning: String?) throws {
        #expect(try Self.lint(routes) == [warning].compactMap { $0 })
    }

    /// A rest takes paths with and without a slash at their end, and is unreachable when others take all of them.
    @Test func aRestThatOthersTake() throws {
        let routes = [
            "GET /a/{x} read:trades", "GET /a/{x}/ read:trades", "GET /a/{x}/{s...} read:trades",
            "GET /a/{r...} read:trades",
        ]
        #expect(try Self.lint(routes).contains("6:5 /a/{r...} is unreachable: /a/{x} takes its paths"))
    }

    @Test func namesScopesThatNoRouteNeeds() throws {
        let catalog = try Self.catalog()
        let map = try RouteMap(
            definitions: [
                RouteDefinition(method: "GET", template: try RouteTemplate(parsing: "/a"), requirement: .authenticated)
            ],
            catalog: catalog,
            generation: 1,
            digest: ""
        )
        #expect(map.lint(catalog).map(\.kind) == [.unusedScopes(["read:trades", "write:trades"])])
    }
}
