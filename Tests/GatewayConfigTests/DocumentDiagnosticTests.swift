import GatewayConfig
import RouteMap
import Testing

@Suite("Diagnostics of routes.yaml and catalog.yaml")
struct DocumentDiagnosticTests {
    private static func diagnostics(routes: String? = nil, catalog: String? = nil) -> [String] {
        var files = MemoryFiles()
        files["scopegate.yaml"] =
            Fixture.minimal + (routes == nil ? "" : "routes: r.yaml\n") + (catalog == nil ? "" : "catalog: c.yaml\n")
        if let routes { files["r.yaml"] = routes }
        if let catalog { files["c.yaml"] = catalog }
        return Fixture.diagnostics(files).map(\.description)
    }

    @Test(arguments: [
        ("routes:\n  /a: {GET: public}", ["1:1: error: version is missing"]),
        ("version: 1", ["1:1: error: routes is missing"]),
        ("version: 2\nroutes: {/a: {GET: public}}", ["1:10: error: version 2 is not known\n  help: this is version 1"]),
        (
            "version: one\nroutes: {/a: {GET: public}}",
            ["1:10: error: version has to be a whole number, but is \"one\""]
        ),
        ("version: 1\nroutes: {}", ["2:9: error: routes is empty: every request would be refused"]),
        ("version: 1\nroutes: []", ["2:9: error: routes has to be a mapping of path templates, but is a list"]),
    ])
    func ofTheFrameOfRoutes(text: String, expected: [String]) {
        let found = Self.diagnostics(routes: text + "\n")
        #expect(agree(found, expected.map { "r.yaml:" + $0 }), "\(found)")
        #expect(found.allSatisfy(tellsAWayOut), "\(found)")
    }

    /// What is below `routes:`; line 3 is its first line.
    @Test(
        arguments: [
            (
                "  /a:\n    GET: read:trade",
                [
                    "4:10: error: there is no scope read:trade in the catalog\n"
                        + "  help: did you mean read:trades?"
                ]
            ),
            (
                "  /a:\n    GET: write:catalog",
                [
                    "4:10: error: there is no scope write:catalog: the catalog has no write for this resource"
                ]
            ),
            (
                "  /a:\n    GET: pubilc",
                [
                    "4:10: error: \"pubilc\" is not of the form verb:resource\n  help: did you mean public?"
                ]
            ),
            ("  /a:\n    GET: delete:trades", ["4:10: error: \"delete:trades\" has a verb other than read and write"]),
            ("  /a:\n    GET: ''", ["4:10: error: a requirement is empty, or has a NUL character"]),
            ("  /a:\n    GET:", ["4:5: error: GET /a has no requirement\n  help: write a scope, public or denied"]),
            (
                "  /a:",
                [
                    "3:3: error: /a has to be a mapping of methods, but is nothing\n"
                        + "  help: write GET: read:trades below it, or denied for all of it"
                ]
            ),
            (
                "  /a: read:trades",
                [
                    "3:7: error: /a has to be a mapping of methods, but is \"read:trades\"\n"
                        + "  help: write GET: read:trades below it, or denied for all of it"
                ]
            ),
            ("  /a: {}", ["3:7: error: /a has no methods"]),
            (
                "  /a:\n    get: public",
                [
                    "4:5: error: \"get\" is not a request method: methods are case-sensitive\n  help: did you mean GET?"
                ]
            ),
            ("  /a:\n    CONNECT: public", ["4:5: error: CONNECT can't be mapped: it is always refused"]),
            ("  /a:\n    'G T': public", ["4:5: error: \"G T\" is not a request method"]),
            ("  /a:\n    [GET]: public", ["4:5: error: a method of /a is a list"]),
            ("  a: {GET: public}", ["3:3: error: a: a path template begins with \"/\""]),
            ("  /a/{x}/{x}: {GET: public}", ["3:11: error: /a/{x}/{x}: the parameter {x} is used twice"]),
            ("  '/a/{x}/{x}': {GET: public}", ["3:12: error: /a/{x}/{x}: the parameter {x} is used twice"]),
            (
                "  /a/{x...}/b: {GET: public}",
                [
                    "3:12: error: /a/{x...}/b: {name...} takes the rest of the path, so nothing can come after it"
                ]
            ),
            (
                "  /a/%20: {GET: public}",
                [
                    "3:6: error: /a/%20: unreachable: no path that is let through has \"%\" in a literal segment"
                ]
            ),
            (
                "  /é: {GET: public}",
                [
                    "3:4: error: /é: unreachable: no path that is let through has U+E9 in a literal segment"
                ]
            ),
            ("  [a]: {GET: public}", ["3:3: error: a path template is a list"]),
            (
                "  /a/{x}: {GET: public}\n  /a/{y}: {GET: public, PUT: public}",
                [
                    "4:12: error: /a/{y} matches the same paths as /a/{x}, which is at 3:12"
                ]
            ),
            (
                "  /a: {GET: public}\n  /b: {GET: public}\n  /a: {PUT: public}",
                [
                    "5:3: error: the key /a is given twice\n  help: it is first at 3:3"
                ]
            ),
            (
                "  /a:\n    GET: public\n    PUT: public\n    \"GET\": public",
                [
                    "6:5: error: the key GET is given twice\n  help: it is first at 4:5"
                ]
            ),
            (
                "  /a: {GET: public, GET: public}",
                ["3:21: error: the key GET is given twice\n  help: it is first at 3:8"]
            ),
            (
                "  /a: {GET: [read:trades]}",
                [
                    "3:13: error: GET /a has a list, which does not say whether all or any are needed\n"
                        + "  help: write {all: […]} or {any: […]}"
                ]
            ),
            ("  /a: {GET: {}}", ["3:13: error: GET /a has to have exactly one of scope, any and all"]),
            (
                "  /a: {GET: {any: [read:trades], all: [read:trades]}}",
                [
                    "3:13: error: GET /a has to have exactly one of scope, any and all"
                ]
            ),
            (
                "  /a: {GET: {eny: [read:trades]}}",
                [
                    "3:13: error: GET /a has to have exactly one of scope, any and all",
                    "3:14: error: unknown key \"eny\" in GET /a\n  help: did you mean any?",
                ]
            ),
            ("  /a: {GET: {any: []}}", ["3:19: error: GET /a.any is an empty list"]),
            ("  /a: {GET: {any: read:trades}}", ["3:19: error: GET /a.any has to be a list, but is \"read:trades\""]),
            ("  /a: {GET: {any: [public]}}", ["3:20: error: \"public\" is not of the form verb:resource"]),
            ("  /a: {GET: {all: [read:trades, read:tags, read:trades]}}", ["3:44: error: read:trades is listed twice"]),
            (
                "  /a: {GET: read:settings}",
                [
                    "3:13: warning: read:settings is reserved in the catalog, yet a route needs it"
                ]
            ),
        ] as [(String, [String])]
    )
    func ofRoutes(text: String, expected: [String]) {
        let found = Self.diagnostics(routes: "version: 1\nroutes:\n\(text)\n")
        #expect(agree(found, expected.map { "r.yaml:" + $0 }), "\(found)")
        #expect(found.allSatisfy { tellsAWayOut($0) || $0.contains(" warning: ") }, "\(found)")
    }

    @Test func requirementsAreReadInTheOrderTheyAreWritten() throws {
        var files = MemoryFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: r.yaml\n"
        files["r.yaml"] = """
            version: 1
            routes:
              /a:
                GET: public
                PUT: authenticated
                POST: "read:trades"
                PATCH: {any: [write:tags, read:trades]}
                DELETE: {all: [write:tags, read:trades]}
                PURGE: {all: [write:tags]}

            """
        let loaded = try Fixture.load(files)
        #expect(loaded.routeMap.routes.map(\.method) == ["GET", "PUT", "POST", "PATCH", "DELETE", "PURGE"])
        #expect(
            loaded.routeMap.routes.map { $0.requirement.description(in: loaded.catalog) } == [
                "public", "authenticated", "read:trades", "{any: [write:tags, read:trades]}",
                "{all: [write:tags, read:trades]}", "write:tags",
            ]
        )
        #expect(loaded.routeMap.routes.map(\.position?.line) == [4, 5, 6, 7, 8, 9])
    }

    @Test(arguments: [
        ("version: 1\nresources: []", ["2:12: error: resources is an empty list"]),
        ("version: 1\nresources: [{name: a}]", ["2:13: error: resources[0] has neither read nor write"]),
        ("version: 1\nresources: [{read: {description: x}}]", ["2:13: error: resources[0].name is missing"]),
        ("version: 1\nresources: [{name: a, read: {}}]", ["2:29: error: resources[0].read.description is missing"]),
        (
            "version: 1\nresources: [{name: A, read: {description: x}, write: {description: x}}]",
            [
                "2:20: error: read:A has a resource name with something other than lowercase letters, digits and "
                    + "underscores, letter first"
            ]
        ),
        (
            "version: 1\nresources: [{name: a, write: {description: x, automatic: true}}]",
            [
                "2:47: error: unknown key \"automatic\" in resources[0].write\n  help: the keys are description"
            ]
        ),
        (
            "version: 1\nresources: [{name: a, read: {description: x}}, {name: a, read: {description: x}}]",
            [
                "2:55: error: the scope read:a is defined twice"
            ]
        ),
        (
            "version: 1\nresources: [{name: trades, read: {description: x}}]\npresets:\n"
                + "  - {id: P, title: x, grants: all}\n  - {id: q, title: x, grants: [read:trade, read:trades]}\n"
                + "  - {id: q, title: x, grants: custom}",
            [
                "4:10: error: \"P\" is not a preset id: lowercase letters, digits and hyphens, letter first",
                "5:32: error: there is no scope read:trade in the catalog\n  help: did you mean read:trades?",
                "6:10: error: the preset q is defined twice",
            ]
        ),
        (
            "version: 1\nresources: [{name: a, read: {description: x}}]\npresets: [{id: p, title: x, grants: some}]",
            [
                "3:37: error: presets[0].grants has to be all_read, all, custom or a list of scopes, but is \"some\""
            ]
        ),
        (
            "version: 1\nresources: [{name: a, read: {description: x}}]\npresets: [{id: p, grants: [read]}]",
            [
                "3:11: error: presets[0].title is missing", "3:28: error: \"read\" is not of the form verb:resource",
            ]
        ),
    ])
    func ofCatalogs(text: String, expected: [String]) {
        // One public route only, so that nothing has to be said of scopes that this catalog does not have.
        let found = Self.diagnostics(routes: "version: 1\nroutes: {/a: {GET: public}}\n", catalog: text + "\n")
        #expect(agree(found, expected.map { "c.yaml:" + $0 }), "\(found)")
    }

    @Test func aCatalogWithoutPresetsIsFine() throws {
        var files = MemoryFiles()
        files["c.yaml"] = "version: 1\nresources: [{name: a, reserved: true, write: {description: x}}]\n"
        let catalog = try ConfigLoader.loadCatalog(path: "c.yaml", files: files)
        #expect(catalog.entries.map(\.scope.description) == ["write:a"])
        #expect(catalog.reserved == catalog.all)
        #expect(throws: ConfigErrors.self) { try ConfigLoader.loadCatalog(path: "d.yaml", files: files) }
    }
}
