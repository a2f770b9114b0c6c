import GatewayConfig
import ScopeModel
import Testing

@Suite("Import of OpenAPI documents")
struct OpenAPIImportTests {
    private static let schemes = """
        components:
          securitySchemes:
            oauth:
              type: oauth2
              flows: {clientCredentials: {tokenUrl: /t, scopes: {"read:pets": "See pets", "write:pets": "Change pets"}}}
            connect: {type: openIdConnect, openIdConnectUrl: https://a.example/}
            bearer: {type: http, scheme: Bearer}
            key: {type: apiKey, in: header, name: X-API-Key}
            basic: {type: http, scheme: basic}
            cookie: {type: apiKey, in: cookie, name: session}
            query: {type: apiKey, in: query, name: key}
            tls: {type: mutualTLS}
            refers: {$ref: "#/components/securitySchemes/oauth"}
            lost: {$ref: "#/components/securitySchemes/nothing"}

        """

    private static func read(
        _ text: String,
        file: String = "api.yaml",
        _ change: (inout OpenAPIImport.Options) throws -> Void = { _ in }
    ) throws -> OpenAPIImport {
        var options = OpenAPIImport.Options()
        try change(&options)
        return try OpenAPIImport(parsing: Array(text.utf8), file: file, options: options)
    }

    /// A document of one operation, `GET /a`, with these lines in it.
    private static func operation(_ lines: String, root: String = "") -> String {
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n\(root)\npaths:\n  /a:\n    get:\n"
            + "      responses: {}\n      \(lines)\n\(schemes)"
    }

    /// The route's requirement as the file has it, or why there is none.
    private static func outcome(_ result: OpenAPIImport) -> String {
        if let denied = result.denied.first { return denied.reason }
        let line = result.routesFile?.split(separator: "\n").first { $0.hasPrefix("    GET: ") }
        return line.map { String($0.dropFirst(9)) } ?? "nothing"
    }

    @Test(
        arguments: [
            ("security: [{oauth: ['read:pets']}]", "read:pets"),
            ("security: [{connect: ['read:pets']}]", "read:pets"),
            ("security: [{refers: ['read:pets']}]", "read:pets"),
            ("security: [{oauth: ['read:pets', 'write:pets']}]", "{all: [read:pets, write:pets]}"),
            ("security: [{oauth: ['read:pets']}, {oauth: ['write:pets']}]", "{any: [read:pets, write:pets]}"),
            ("security: [{oauth: ['read:pets']}, {oauth: ['read:pets']}]", "read:pets"),
            // Whoever has both has one.
            ("security: [{oauth: ['read:pets', 'write:pets']}, {oauth: ['read:pets']}]", "read:pets"),
            // No key is two credentials.
            (
                "security: [{oauth: ['read:pets'], connect: ['write:pets']}]",
                "no way in that it names can be checked by an API key"
            ),
            ("security: [{key: [], bearer: []}, {oauth: ['read:pets']}]", "read:pets"),
            ("security: [{bearer: []}]", "authenticated"), ("security: [{key: []}]", "authenticated"),
            ("security: [{key: []}, {bearer: []}]", "authenticated"),
            ("security: [{bearer: ['read:pets']}]", "read:pets"),
            // A key without scopes can't be told from one that lacks them.
            ("security: [{key: []}, {oauth: ['read:pets']}]", "read:pets"),
            // What the gateway doesn't check lets nobody in.
            ("security: [{basic: []}, {oauth: ['read:pets']}]", "read:pets"),
            ("security: [{basic: []}]", "no way in that it names can be checked by an API key"),
            ("security: [{cookie: []}]", "no way in that it names can be checked by an API key"),
            ("security: [{query: []}]", "no way in that it names can be checked by an API key"),
            ("security: [{tls: []}]", "no way in that it names can be checked by an API key"),
            ("security: [{unknown: []}]", "no way in that it names can be checked by an API key"),
            ("security: [{lost: ['read:pets']}]", "no way in that it names can be checked by an API key"),
            ("security: [{oauth: ['read:pets'], basic: []}]", "no way in that it names can be checked by an API key"),
            ("security: [{oauth: 'read:pets'}]", "no way in that it names can be checked by an API key"),
            ("security: {oauth: ['read:pets']}", "its security is no list"),
            ("security: []", "it says that it needs no key"), ("security: [{}]", "it says that it needs no key"),
            ("security: [{}, {oauth: ['read:pets']}]", "read:pets"),
            ("security: [{}, {basic: []}]", "it says that it needs no key"),
            ("summary: none", "it has no security"),
            (
                "security: [{oauth: ['read:pets', 'write:pets']}, {oauth: ['read:toys']}]",
                "a route can need all of some scopes or any of some, but not: read:pets and write:pets; or read:toys"
            ),
            ("security: [{oauth: [admin]}]", "no scope stands for \"admin\""),
            ("security: [{oauth: [admin]}, {oauth: ['read:pets']}]", "read:pets"),
            ("security: [{oauth: [admin, 'read:pets']}]", "no scope stands for \"admin\""),
            ("x-required-scopes: ['read:pets']", "read:pets"), ("x-required-scopes: read:pets", "read:pets"),
            ("x-required-scopes: read:pets write:pets", "{all: [read:pets, write:pets]}"),
            ("x-required-scopes: []", "it has no security"),
            ("x-required-scopes: {a: b}", "x-required-scopes is neither a list of texts nor a text"),
            ("{security: [{bearer: []}], x-required-scopes: ['read:pets']}", "read:pets"),
            ("{security: [], x-required-scopes: ['read:pets']}", "read:pets"),
            (
                "{security: [{oauth: ['write:pets']}], x-required-scopes: ['read:pets']}",
                "{all: [write:pets, read:pets]}"
            ),
        ] as [(String, String)]
    )
    func securityBecomesARequirement(lines: String, expected: String) throws {
        // A flow mapping stands for the whole operation.
        let text =
            lines.hasPrefix("{")
            ? Self.operation("").replacing("get:\n      responses: {}\n      \n", with: "get: \(lines)\n")
            : Self.operation(lines)
        let result = try Self.read(text)
        #expect(Self.outcome(result) == expected)
    }

    @Test func whatHoldsForAllHoldsUnlessAnOperationSaysOtherwise() throws {
        let root = "security: [{oauth: ['write:pets']}]"
        #expect(try Self.outcome(Self.read(Self.operation("summary: s", root: root))) == "write:pets")
        let own = "security: [{oauth: ['read:pets']}]"
        #expect(try Self.outcome(Self.read(Self.operation(own, root: root))) == "read:pets")
        let open = try Self.read(Self.operation("security: []", root: root))
        #expect(Self.outcome(open) == "it says that it needs no key")
    }

    @Test(arguments: ["security: []", "security: [{}]", "security: [{}, {oauth: ['read:pets']}]"])
    func openOperationsArePublicWhenAsked(lines: String) throws {
        let result = try Self.read(Self.operation(lines)) { $0.mapsPublic = true }
        #expect(Self.outcome(result) == "public")
        let nothing = try Self.read(Self.operation("summary: s")) { $0.mapsPublic = true }
        #expect(Self.outcome(nothing) == "it has no security")
    }

    /// A map may be narrower than the document, and says where.
    @Test func whatIsNarrowerIsNoted() throws {
        let result = try Self.read(Self.operation("security: [{}, {key: []}, {basic: []}, {oauth: ['read:pets']}]"))
        #expect(
            result.notes.map(\.place.pointer) == [
                "/paths/~1a/get/security", "/paths/~1a/get/security", "/paths/~1a/get/security/2",
            ]
        )
        #expect(result.notes.contains { $0.message.contains("HTTP authentication by basic (basic)") })
        #expect(result.notes.contains { $0.message.hasPrefix("works without a key too") })
        #expect(result.notes.contains { $0.message.hasPrefix("also takes keys without any scope") })
    }

    private static func paths(_ text: String, root: String = "") -> String {
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nsecurity: [{oauth: ['read:pets']}]\n\(root)\npaths:\n\(text)\n"
            + schemes
    }

    @Test(
        arguments: [
            ("  /a: {get: {}}", ["GET /a"]),
            ("  /a/{b}/: {get: {}, parameters: [], summary: s, x-get: {}}", ["GET /a/{b}/"]),
            ("  /a/{pet-id}/{1}/{pet.id}: {get: {}}", ["GET /a/{pet_id}/{p1}/{pet_id_2}"]),
            (
                "  /a: {get: {}, head: {}, put: {}, post: {}, patch: {}, delete: {}, options: {}, trace: {}}",
                ["GET /a", "HEAD /a", "POST /a", "PUT /a", "PATCH /a", "DELETE /a", "OPTIONS /a", "TRACE /a"]
            ),
            ("  /: {get: {}}", ["GET /"]),
            ("  x-a: {get: {}}\n  /b: {get: {}}", ["GET /b"]),
            // Two spellings of the same paths are one template.
            ("  /a/{x}: {get: {}}\n  /a/{y}: {put: {}}", ["GET /a/{x}", "PUT /a/{x}"]),
            ("  /a/{x}: {get: {}}\n  /a/{y}: {get: {}}", ["GET /a/{x}", "GET /a/{x}"]),
            ("  /a: {$ref: '#/paths/~1b'}\n  /b: {get: {}}", ["GET /a", "GET /b"]),
        ] as [(String, [String])]
    )
    func pathsBecomeTemplates(text: String, expected: [String]) throws {
        let result = try Self.read(Self.paths(text))
        #expect(result.routes.map { "\($0.method) \($0.template)" } == expected)
        #expect(result.denied.isEmpty, "\(result.denied)")
    }

    @Test(
        arguments: [
            ("  /a/{x}.json: {get: {}}", "6:22", "\"{x}.json\" is not a whole segment of one parameter"),
            ("  /a/{x}{y}: {get: {}}", "6:20", "\"{x}{y}\" is not a whole segment of one parameter"),
            ("  /a/{x: {get: {}}", "6:16", "\"{x\" is not a whole segment"),
            ("  /a?b=c: {get: {}}", "6:17", "unreachable"), ("  /a//b: {get: {}}", "6:16", "unreachable"),
            ("  /a%20b: {get: {}}", "6:17", "unreachable"), ("  /ä: {get: {}}", "6:13", "unreachable"),
            ("  a: {get: {}}", "6:12", "does not begin with"),
            ("  /a: {$ref: 'other.yaml#/a'}", "6:3", "$ref other.yaml#/a leads to another file"),
            ("  /a: {$ref: '#/paths/~1a'}", "6:3", "$ref #/paths/~1a goes round in a circle"),
            ("  /a: {}", "6:3", "the path has no operations"), ("  /a: {GET: {}}", "6:8", "GET is no operation"),
            ("  /a: nothing", "6:3", "the path item is no mapping"),
            ("  /a: {get: nothing}", "6:13", "the operation is no mapping"),
            (
                "  /a: {get: {servers: [{url: 'https://other.example/'}]}}", "6:13",
                "it has servers of its own: https://other.example"
            ),
            ("  /a: {servers: [{url: /x}, {url: /y}], get: {}}", "6:46", "its servers have several base paths"),
        ] as [(String, String, String)]
    )
    func whatATemplateCanNotSayIsDeniedWithItsPlace(text: String, place: String, reason: String) throws {
        let result = try Self.read(Self.paths(text))
        #expect(result.routes.isEmpty && result.routesFile == nil)
        let denied = try #require(result.denied.first)
        #expect(denied.reason.contains(reason), "\(denied.reason)")
        #expect("\(denied.place.position)" == place)
    }

    @Test func aContradictionIsDeniedOnBothSides() throws {
        let result = try Self.read(
            Self.paths("  /a/{x}: {get: {}}\n  /a/{y}: {get: {security: [{oauth: ['write:pets']}]}}\n  /b: {get: {}}")
        )
        #expect(result.routes.map(\.template) == ["/b"])
        #expect(result.denied.map(\.place.pointer) == ["/paths/~1a~1{x}/get", "/paths/~1a~1{y}/get"])
        #expect(result.denied.allSatisfy { $0.reason.contains("is there twice") })
    }

    @Test(
        arguments: [
            ("", "/a"), ("servers: [{url: /}]", "/a"), ("servers: [{url: /v1/}]", "/v1/a"),
            ("servers: [{url: 'https://h.example/v1'}, {url: 'http://other.example:80/v1?x=y'}]", "/v1/a"),
            (
                "servers: [{url: '{s}://h/{b}', variables: {s: {default: https}, b: {default: api/v2, enum: [api/v2]}}}]",
                "/api/v2/a"
            ),
            ("servers: [{url: ./}]", "/a"), ("servers: [{url: v1}]", "/v1/a"),
            ("servers: [{url: //h.example/v3}]", "/v3/a"),
            ("servers: []", "/a"),
        ] as [(String, String)]
    )
    func serversSayTheBasePath(root: String, expected: String) throws {
        #expect(try Self.read(Self.paths("  /a: {get: {}}", root: root)).routes.map(\.template) == [expected])
        let given = try Self.read(Self.paths("  /a: {get: {}}", root: root)) { $0.basePath = "/base/" }
        #expect(given.routes.map(\.template) == ["/base/a"])
    }

    @Test(
        arguments: [
            ("swagger: '2.0'\npaths: {}\n", "a.yaml:1:10: error: this is a Swagger 2.0 document"),
            ("{\"swagger\": \"2.0\"}", "a.yaml:1:13: error: this is a Swagger 2.0 document"),
            ("openapi: 3.2.0\npaths: {}\n", "a.yaml:1:10: error: openapi is \"3.2.0\""),
            ("openapi: 4\npaths: {}\n", "a.yaml:1:10: error: openapi is \"4\""),
            ("a: b\n", "a.yaml:1:1: error: this is no OpenAPI document"),
            ("openapi: 3.1.0\nwebhooks: {}\n", "a.yaml:1:1: error: the document has no paths"),
            ("openapi: 3.1.0\npaths: []\n", "a.yaml:2:8: error: the document has no paths"),
            (
                "openapi: 3.1.0\nservers: [{url: /a}, {url: /b}]\npaths: {}\n",
                "a.yaml:2:10: error: servers have the paths /a, /b"
            ),
            (
                "openapi: 3.1.0\nservers: [{url: '/{x}'}]\npaths: {}\n",
                "a.yaml:2:10: error: servers have the paths /{x}"
            ),
        ] as [(String, String)]
    )
    func whatIsNoSuchDocumentIsRefused(text: String, expected: String) throws {
        let errors = #expect(throws: ConfigErrors.self) { try Self.read(text, file: "a.yaml") }
        #expect(errors?.diagnostics.first.map { "\($0)" }?.hasPrefix(expected) == true, "\(String(describing: errors))")
        #expect(errors?.diagnostics.allSatisfy { $0.suggestion != nil } == true)
    }

    @Test func namesOfScopesAreMapped() throws {
        let text = Self.operation("security: [{oauth: [admin, pets.read, 'https://h/toys.write']}]")
        let result = try Self.read(text) { options in
            options.naming.names = ["admin": try Scope(parsing: "write:settings")]
            options.naming.forms = [
                try ScopeForm(parsing: "{resource}.{verb}"), try ScopeForm(parsing: "https://h/{resource}.{verb}"),
            ]
        }
        // The first form takes the URL too, with what it is made of.
        #expect(
            result.routes.first?.requirement.scopes.map(\.description).prefix(2) == ["write:settings", "read:pets"]
        )
        let none = try Self.read(text)
        #expect(none.unnamedScopes.map(\.name) == ["admin", "pets.read", "https://h/toys.write"])
        #expect(none.unnamedScopes.allSatisfy { $0.operations == 1 })
    }

    @Test func scopesHaveToBeOfTheCatalog() throws {
        let catalog = try ScopeCatalog(
            definitions: [ScopeDefinition(scope: try Scope(parsing: "read:pets"), description: "")],
            presets: []
        )
        let narrow = try Self.read(Self.operation("security: [{oauth: ['read:pets']}, {oauth: ['write:pets']}]")) {
            $0.catalog = catalog
        }
        #expect(Self.outcome(narrow) == "read:pets" && narrow.catalogFile == nil)
        let none = try Self.read(Self.operation("security: [{oauth: ['write:pets']}]")) { $0.catalog = catalog }
        #expect(Self.outcome(none) == "the catalog has no write:pets")
    }

    /// The files load, with the document's words in them, whatever these are.
    @Test func filesLoad() throws {
        let text = """
            openapi: 3.1.0
            info: {title: "A\\n# B: *c \\u009b\\u2028", version: 1}
            security: [{oauth: ['read:pets']}]
            paths:
              /it's/{x}: {get: {operationId: "a\\nb: *c"}, put: {security: [{oauth: ['write:pets']}]}}
              "/a:b": {get: {}}
              /none: {get: {security: []}}
            \(Self.schemes.replacing("See pets", with: "See \\\"pets\\\" & *all*"))
            """
        let result = try Self.read(text)
        #expect(result.routes.count == 3)
        var files = MemoryFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: r.yaml\ncatalog: c.yaml\n"
        files["r.yaml"] = try #require(result.routesFile)
        files["c.yaml"] = try #require(result.catalogFile)
        let loaded = try Fixture.load(files)
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.catalog.entries.map(\.scope.description) == ["read:pets", "write:pets"])
        #expect(loaded.catalog.entries.map(\.description) == ["See \"pets\" & *all*", "Change pets"])
        #expect(result.routesFile?.contains("  /none:\n    GET: denied  # it says that it needs no key") == true)
    }

    @Test func withoutScopesTheCatalogIsStillOne() throws {
        let result = try Self.read(Self.operation("security: [{bearer: []}]"))
        var files = MemoryFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: r.yaml\ncatalog: c.yaml\n"
        files["r.yaml"] = try #require(result.routesFile)
        files["c.yaml"] = try #require(result.catalogFile)
        #expect(try Fixture.load(files).routeMap.routes.map(\.method) == ["GET"])
    }

    @Test func jsonHasPlacesToo() throws {
        let text = """
            {
              "openapi": "3.1.0", "info": {"title": "é 😀", "version": "1"},
              "paths": {"/ä": {"get": {}},
                "/a/{b}-{c}": {"get": {"security": [{"oauth": ["read:pets"]}]}}, "/b": {"get": {}}}
            }
            """
        let result = try Self.read(text, file: "a.json")
        #expect(result.denied.map { "\($0.place.position)" } == ["3:27", "4:27", "4:84"])
        #expect(result.denied.map(\.place.pointer) == ["/paths/~1ä/get", "/paths/~1a~1{b}-{c}/get", "/paths/~1b/get"])
    }

    @Test(
        arguments: [
            ("{\"openapi\": }", "1:13"), ("{\"a\": 1, \"a\": 2}", "1:10"), ("{} {}", "1:4"),
            ("{\n\"ä\": \u{1}}", "2:6"),
        ] as [(String, String)]
    )
    func brokenJSONHasItsPlace(text: String, place: String) {
        let errors = #expect(throws: ConfigErrors.self) { try Self.read(text, file: "a.json") }
        #expect(errors?.diagnostics.first.map { "\($0.line):\($0.column)" } == place)
    }
}

@Suite("Forms of scope names")
struct ScopeFormTests {
    @Test(
        arguments: [
            ("{resource}.{verb}", "pets.read", "read:pets"),
            ("{resource}:{verb}", "copy-groups:write", "write:copy_groups"),
            ("{verb}_{resource}", "read_Pets", "read:pets"), ("{verb}{resource}", "readpets", "read:pets"),
            ("https://h/{resource}.{verb}only", "https://h/a/b.readonly", "read:a_b"),
            ("{resource}.{verb}", "pets.admin", nil), ("{resource}.{verb}", ".read", nil),
            ("{resource}.{verb}", "read", nil),
            ("{resource}.{verb}", "pet store.read", nil),
        ] as [(String, String, String?)]
    )
    func meanScopes(form: String, name: String, expected: String?) throws {
        #expect(try ScopeForm(parsing: form).scope(of: name)?.description == expected)
    }

    @Test(arguments: ["", "{verb}", "{resource}", "{verb}{verb}{resource}", "{Verb}.{resource}"])
    func haveBothPartsOnce(form: String) {
        #expect(throws: ValueProblem.self) { try ScopeForm(parsing: form) }
    }
}
