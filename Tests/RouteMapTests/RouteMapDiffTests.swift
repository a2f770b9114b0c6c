import RouteMap
import ScopeModel
import Testing

@Suite("Differences of route maps")
struct RouteMapDiffTests {
    private static func catalog() throws -> ScopeCatalog {
        let names = ["read:trades", "write:trades", "read:balance", "read:catalog"]
        return try ScopeCatalog(
            definitions: names.map {
                ScopeDefinition(scope: try Scope(parsing: $0), description: "", isAutomatic: $0 == "read:catalog")
            },
            presets: []
        )
    }

    /// Routes as `METHOD template requirement`, the requirement `public`, `authenticated`, scopes joined by `+` for all
    /// or by `|` for any.
    private static func map(_ routes: [String], _ catalog: ScopeCatalog) throws -> RouteMap {
        let definitions = try routes.map { route in
            let parts = route.split(separator: " ").map(String.init)
            let requirement: Requirement =
                switch parts[2] {
                case "public": .public
                case "authenticated": .authenticated
                case "denied": .denied
                case let text where text.contains("|"):
                    .any(try text.split(separator: "|").map { try catalog.id(named: String($0)) })
                case let text: .all(try text.split(separator: "+").map { try catalog.id(named: String($0)) })
                }
            return RouteDefinition(
                method: parts[0],
                template: try RouteTemplate(parsing: parts[1]),
                requirement: requirement
            )
        }
        return try RouteMap(definitions: definitions, catalog: catalog, generation: 1, digest: "")
    }

    private static func diff(_ old: [String], _ new: [String]) throws -> [String] {
        let catalog = try catalog()
        let diff = RouteMapDiff(old: try map(old, catalog), catalog, new: try map(new, catalog), catalog)
        return diff.changes.map { "\($0.widens ? "!" : "")\($0.effect.rawValue) \($0.method) \($0.template)" }
    }

    @Test(arguments: [
        // What was refused anyway is no change.
        ([], ["GET /a denied"], []), (["GET /a denied"], ["* /a denied"], []),
        (["GET /a read:trades"], ["GET /a denied"], ["removed GET /a"]),
        (["GET /a denied"], ["GET /a read:trades"], ["!added GET /a"]),
        (["GET /a denied"], ["GET /a public"], ["!public GET /a"]),
        // A literal that is denied takes its path from the parameter.
        (["GET /{x} read:trades"], ["GET /{x} read:trades", "GET /a denied"], ["removed GET /a"]),
        (["GET /{x} read:trades"], ["GET /{x} read:trades", "* /a denied"], ["removed GET /a"]),
        (["GET /{x} read:trades", "* /a denied"], ["GET /{x} read:trades"], ["!added GET /a"]),
        (["* /a/{x...} denied", "GET /a/{x} public"], ["GET /a/{x} public"], []),
    ])
    func deniedRoutesAreRefusals(old: [String], new: [String], expected: [String]) throws {
        // No map is empty.
        let other = ["POST /other read:balance"]
        #expect(try Self.diff(old + other, new + other) == expected)
    }

    @Test func allowedEncodingsAreADifferenceOfTheirOwn() throws {
        let catalog = try Self.catalog()
        func map(_ allowance: EncodingAllowance) throws -> RouteMap {
            let route = RouteDefinition(
                method: "GET",
                template: try RouteTemplate(parsing: "/a/{x}"),
                requirement: .public,
                allowance: allowance
            )
            return try RouteMap(definitions: [route], catalog: catalog, generation: 1, digest: "")
        }
        let (old, new) = (try map(.percent), try map([.percent, .slash]))
        let wider = RouteMapDiff(old: old, catalog, new: new, catalog)
        #expect(wider.changes.map(\.effect) == [.allow] && wider.widens)
        #expect(wider.changes.first?.new?.allowance.words == ["encoded_slash", "encoded_percent"])
        let narrower = RouteMapDiff(old: new, catalog, new: old, catalog)
        #expect(narrower.changes.map(\.effect) == [.allow] && !narrower.widens)
    }

    @Test func timeoutsAreADifferenceOfTheirOwn() throws {
        let catalog = try Self.catalog()
        func map(_ timeouts: RouteTimeouts) throws -> RouteMap {
            let route = RouteDefinition(
                method: "GET",
                template: try RouteTemplate(parsing: "/a"),
                requirement: .public,
                timeouts: timeouts
            )
            return try RouteMap(definitions: [route], catalog: catalog, generation: 1, digest: "")
        }
        let (old, new) = (try map(RouteTimeouts()), try map(RouteTimeouts(firstByte: .seconds(5))))
        let diff = RouteMapDiff(old: old, catalog, new: new, catalog)
        #expect(diff.changes.map(\.effect) == [.timeouts] && !diff.widens)
        #expect(diff.changes.first?.new?.timeouts.firstByte == .seconds(5))
        #expect(RouteMapDiff(old: new, catalog, new: new, catalog).changes.isEmpty)
    }

    @Test(arguments: [
        ("read:trades", "read:trades", []),
        ("read:trades", "read:balance", ["!other GET /a"]),
        ("read:trades", "public", ["!public GET /a"]),
        ("authenticated", "public", ["!public GET /a"]),
        ("public", "authenticated", ["narrower GET /a"]),
        ("read:trades", "authenticated", ["!wider GET /a"]),
        ("read:trades", "read:trades|read:balance", ["!wider GET /a"]),
        ("read:trades+read:balance", "read:trades", ["!wider GET /a"]),
        ("read:trades+read:balance", "read:trades|read:balance", ["!wider GET /a"]),
        ("read:trades", "read:trades+read:balance", ["narrower GET /a"]),
        // Every key has read:catalog, so asking for it asks for nothing.
        ("read:catalog", "authenticated", []),
        ("read:trades+read:catalog", "read:trades", []),
        ("read:trades|read:catalog", "authenticated", []),
        ("read:trades+read:balance", "read:balance+read:trades", []),
    ])
    func comparesWhoGetsThrough(old: String, new: String, changes: [String]) throws {
        #expect(try Self.diff(["GET /a \(old)"], ["GET /a \(new)"]) == changes)
    }

    @Test(arguments: [
        (["GET /a public"], ["GET /a public", "GET /b read:trades"], ["!added GET /b"]),
        (["GET /a public", "GET /b read:trades"], ["GET /a public"], ["removed GET /b"]),
        // The name of a parameter has no effect.
        (["GET /a/{x} read:trades"], ["GET /a/{y} read:trades"], []),
        // A new literal takes requests from a parameter.
        (["GET /a/{x} read:trades"], ["GET /a/{x} read:trades", "GET /a/b public"], ["!public GET /a/b"]),
        (["GET /a/{x} read:trades"], ["GET /a/{x} read:trades", "GET /a/b read:trades"], []),
        (
            ["GET /a/{x} read:trades"], ["GET /a/{x} read:trades", "PUT /a/b write:trades"],
            ["removed GET /a/b", "!added PUT /a/b"]
        ),
        // And gives them back.
        (["GET /a/{x} public", "GET /a/b read:trades"], ["GET /a/{x} public"], ["!public GET /a/b"]),
        // What a rest took goes to a parameter for paths of one length only.
        (
            ["GET /a/{r...} read:trades"], ["GET /a/{r...} read:trades", "GET /a/{x}/{y} public"],
            ["!public GET /a/{x}/{y}"]
        ),
        (["GET /a/{r...} read:trades"], ["GET /a/{x} read:trades"], ["removed GET /a/{r...}"]),
        (
            ["GET /{x}/b read:trades"], ["GET /{x}/b read:trades", "GET /a/{y} public"],
            [
                "!public GET /a/{y}",
                "!public GET /a/b",
            ]
        ),
        // HEAD goes with GET, unless one of the maps tells them apart.
        (["GET /a read:trades"], ["GET /a read:trades", "HEAD /a public"], ["!public HEAD /a"]),
        (["GET /a read:trades"], ["GET /a/ read:trades"], ["removed GET /a", "!added GET /a/"]),
    ])
    func seesWhichRequestsGoElsewhere(old: [String], new: [String], changes: [String]) throws {
        #expect(try Set(Self.diff(old, new)) == Set(changes))
    }

    /// Whatever two maps are, a path that they treat differently is covered by a change, and the other way round.
    @Test(arguments: 0..<60)
    func agreesWithTheMapsThemselves(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let segments = ["a", "b", "{x}", "{r...}"]
        let requirements = ["public", "authenticated", "read:trades", "read:trades|read:balance"]
        let catalog = try Self.catalog()
        func draw() throws -> RouteMap {
            var shapes: Set<String> = []
            var routes: [String] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                var path = ""
                var names = 0
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let segment = segments[Int.random(in: 0..<segments.count, using: &random)]
                    names += 1
                    path += "/" + segment.replacing("x", with: "x\(names)")
                    if segment == "{r...}" { break }
                }
                guard shapes.insert(try RouteTemplate(parsing: path).shape).inserted else { continue }
                routes.append("GET \(path) \(requirements[Int.random(in: 0..<4, using: &random)])")
            }
            return try Self.map(routes, catalog)
        }
        let (old, new) = (try draw(), try draw())
        let diff = RouteMapDiff(old: old, catalog, new: new, catalog)
        var widens = false
        for path in Self.paths {
            func outcome(_ map: RouteMap, _ key: SupposedKey) -> RequestEvaluation.Outcome {
                RequestEvaluation(method: "GET", target: path, key: key, map: map, catalog: catalog).outcome
            }
            let trades = ScopeSet([try catalog.id(named: "read:trades")])
            let balance = ScopeSet([try catalog.id(named: "read:balance")])
            for key in [SupposedKey.none, .valid([]), .valid(trades), .valid(balance)] {
                let (before, after) = (outcome(old, key) == .allow, outcome(new, key) == .allow)
                if after, !before { widens = true }
                if before != after { #expect(!diff.changes.isEmpty, "\(path)") }
            }
        }
        #expect(diff.widens == widens)
    }

    /// Every path of up to four segments of three kinds.
    private static let paths: [String] = {
        var paths = [""]
        var all: [String] = []
        for _ in 0..<4 {
            paths = paths.flatMap { path in ["a", "b", "q"].map { path + "/" + $0 } }
            all += paths
        }
        return all
    }()
}
