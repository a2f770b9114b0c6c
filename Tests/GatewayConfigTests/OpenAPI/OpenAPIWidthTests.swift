import GatewayConfig
import RouteMap
import Testing

/// What the map of a document decides for requests, where a way of writing the document could make it wider.
@Suite("Maps of OpenAPI documents are no wider than they are")
struct OpenAPIWidthTests {
    private static func read(
        _ paths: String,
        root: String = "",
        _ change: (inout OpenAPIImport.Options) throws -> Void = { _ in }
    ) throws -> OpenAPIImport {
        let text = """
            openapi: 3.1.0
            info: {title: T, version: '1'}
            security: [{o: [read:users]}]
            \(root)
            components: {securitySchemes: {o: {type: oauth2}}}
            paths:
            \(paths)

            """
        var options = OpenAPIImport.Options()
        try change(&options)
        return try OpenAPIImport(parsing: Array(text.utf8), file: "api.yaml", options: options)
    }

    /// The decisions of the map, a word each: `denied`, `mapped`, or `none` when no route says anything.
    private static func decisions(_ result: OpenAPIImport, _ requests: [String]) throws -> [String] {
        guard let routes = result.routesFile else { return requests.map { _ in "none" } }
        var files = MemoryFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: r.yaml\ncatalog: c.yaml\n"
        files["r.yaml"] = routes
        files["c.yaml"] = try #require(result.catalogFile)
        let map = try Fixture.load(files).routeMap
        return requests.map { request in
            let parts = request.split(separator: " ").map(String.init)
            switch map.explain(method: parts[0], path: parts[1]).match {
            case .denied: return "denied"
            case .route: return "mapped"
            case .unmapped, .refused, .methodNotAllowed: return "none"
            }
        }
    }

    private static let users = "  /users/{id}: {get: {}}\n  /users/{id}/{part}: {get: {}}\n"
    private static let write = "security: [{o: [write:users]}]"

    private static func server(_ url: String, _ variables: String) -> String {
        "servers: [{url: '\(url)', variables: {\(variables)}}]"
    }

    @Test(arguments: [
        // Each value of a variable is a base path.
        (server("/{v}", "v: {default: v2, enum: [v1, v2]}"), "its servers have several base paths"),
        (server("https://h/{v}/", "v: {default: v2, enum: [v2, v1]}"), "its servers have several base paths"),
        (server("/{a}{b}", "a: {default: v, enum: [v, w]}, b: {default: '2', enum: ['1', '2']}"), "several base paths"),
        (server("{u}", "u: {default: 'https://h/v2', enum: ['https://h/v2', 'https://h/v1']}"), "several base paths"),
        (server("/{v}", "v: {default: v2, enum: [v1]}"), "its servers have several base paths"),
        // Without a list it may be anything.
        (server("/{v}", "v: {default: v2}"), "its servers have a variable in their path"),
        (server("/{v}", "v: {default: v2, enum: []}"), "its servers have a variable in their path"),
        (server("/{v}", "v: {default: v2, enum: [[v1]]}"), "its servers have a variable in their path"),
        (server("/{v}", ""), "its servers have a variable in their path"),
        (server("{u}", "u: {default: 'https://h/v2'}"), "its servers have a variable in their path"),
        (server("/v1{v}", "v: {default: ''}"), "its servers have a variable in their path"),
        (server("https://{h}", "h: {default: 'h/v2'}"), "its servers have a variable in their path"),
        // So it may with more values than are looked at.
        (
            server("/{v}", "v: {default: v1, enum: [\((1...65).map { "v\($0)" }.joined(separator: ", "))]}"),
            "its servers have a variable in their path"
        ),
        // An empty list is no server, or one at the root, or the document's.
        ("servers: []", "its servers are an empty list"),
    ])
    func anOperationIsDeniedWhereverItMayBe(servers: String, reason: String) throws {
        for text in [
            "  /users/dump: {get: {\(servers), \(Self.write)}}", "  /users/dump: {\(servers), get: {\(Self.write)}}",
        ] {
            let result = try Self.read(Self.users + text, root: "servers: [{url: 'https://h/v1'}]")
            #expect(
                try Self.decisions(result, ["GET /v1/users/dump", "HEAD /v1/users/dump", "GET /v1/users/7"])
                    == ["denied", "denied", "mapped"],
                "\(result.routesFile ?? "")"
            )
            let denied = try #require(result.denied.first)
            #expect(denied.method == "GET" && denied.path == "/users/dump" && result.denied.count == 1)
            // That another host is named is said first.
            #expect(denied.reason.contains(reason) || denied.reason.contains("servers of its own"), "\(denied.reason)")
        }
    }

    /// What only a host may be leaves the path as it is.
    @Test func variablesOfHostsAreNoBasePaths() throws {
        let servers = Self.server("{s}://{h}:{p}/v1", "s: {default: https}, h: {default: h}, p: {enum: ['1', '2']}")
        let result = try Self.read(Self.users + "  /a: {get: {\(servers)}}", root: servers)
        #expect(try Self.decisions(result, ["GET /v1/a", "GET /v1/users/7"]) == ["mapped", "mapped"])
        #expect(result.denied.isEmpty)
    }

    /// Another host is another server, be it by the default of a variable alone.
    @Test func anOperationOfAnotherHostIsDenied() throws {
        let root = Self.server("https://{name}.example", "name: {default: api}")
        let own = Self.server("https://{name}.example", "name: {default: intake}")
        let result = try Self.read(Self.users + "  /a: {get: {\(own)}}\n  /b: {get: {\(root)}}", root: root)
        #expect(try Self.decisions(result, ["GET /a", "GET /b"]) == ["denied", "mapped"])
    }

    @Test(arguments: [
        (server("/{v}", "v: {default: v2, enum: [v1, v2]}"), "servers have the paths /v1, /v2"),
        (server("/{v}", "v: {default: v2}"), "servers have the paths /{v}"),
    ])
    func theDocumentHasOneBasePath(root: String, message: String) throws {
        let errors = #expect(throws: ConfigErrors.self) { try Self.read(Self.users, root: root) }
        #expect(errors?.diagnostics.first?.message == message)
        let given = try Self.read(Self.users, root: root) { $0.basePath = "/v2" }
        #expect(try Self.decisions(given, ["GET /v2/users/7", "GET /v1/users/7"]) == ["mapped", "none"])
    }

    /// No variable of a base path that the operator names is guessed.
    @Test func aVagueBasePathMapsNothing() throws {
        let result = try Self.read(Self.users) { $0.basePath = "/{v}" }
        #expect(result.routes.isEmpty && result.denied.count == 2)
    }

    /// An empty list that means the same either way is no matter.
    @Test func anEmptyListIsTheRoot() throws {
        let result = try Self.read(Self.users + "  /a: {get: {servers: []}}", root: "servers: []")
        #expect(try Self.decisions(result, ["GET /a"]) == ["mapped"] && result.denied.isEmpty)
    }

    /// A character that combines with the one before it leaves a slash a slash, and a brace a brace.
    @Test(arguments: ["\u{301}", "\u{200D}", "\u{FE0F}", "\u{20DD}", "\u{1F3FD}"])
    func whatCombinesWithASlashSeparatesNothing(mark: String) throws {
        let encoded = mark.utf8.map { "%" + String($0, radix: 16, uppercase: true) }.joined()
        let deny = "{get: {security: [{o: [odd]}]}}"
        let cases: [(path: String, request: String)] = [
            ("/users/\(mark)export", "/users/\(encoded)export"), ("/users/export\(mark)", "/users/export\(encoded)"),
            ("/users/7/\(mark)export", "/users/7/\(encoded)export"), ("/users/{x}/\(mark)", "/users/7/\(encoded)"),
            ("/\(mark)users/x", "/\(encoded)users/x"), ("/users/{x}\(mark)", "/users/7\(encoded)"),
            ("/users/{\(mark)x}/{y}", "/users/7/8"), ("/users/.\(mark)", "/users/.\(encoded)"),
            ("/users/export?\(mark)", "/users/export"), ("/users/export#\(mark)", "/users/export"),
        ]
        for (path, request) in cases {
            let result = try Self.read(
                "  /{any}/{id}: {get: {}}\n" + Self.users + "  /b: {get: {}}\n  \"\(path)\": \(deny)"
            )
            let decisions = try Self.decisions(result, ["GET " + request])
            #expect(decisions == ["denied"], "\(path): \(result.routesFile ?? "")")
            #expect(result.denied.contains { $0.path == path })
        }
    }

    @Test func pointersAreOfBytes() throws {
        let result = try Self.read("  \"/\u{301}a/b\": {get: {}}")
        #expect(result.denied.map(\.place.pointer) == ["/paths/~1\u{301}a~1b/get"])
    }

    @Test(arguments: [
        ("https://api.example.com/users/export", "/users/export"), ("https://h/v1/users/export", "/users/export"),
        ("//api.example.com/users/export", "/users/export"), ("{base}/users/{id}/x", "/users/7/x"),
        ("{base}users/export", "/users/export"), ("{s}://{h}/users/export", "/users/export"),
        ("api.example.com/users/export", "/users/export"), ("users/export", "/users/export"),
        ("h:80/users/export", "/users/export"), (" /users/export", "/users/export"),
        ("\u{200D}/users/export", "/users/export"), ("GET /users/export", "/users/export"),
        ("https:/users/export", "/users/export"), ("{a}{b}/users/export", "/users/export"),
    ])
    func pathsWithSomethingBeforeThemAreDeniedWhereverTheyMayBe(path: String, request: String) throws {
        let servers = "servers: [{url: 'https://h/v2'}]"
        let result = try Self.read(
            Self.users + "  /users/{n}/{o}/{p}: {get: {\(servers)}}\n  \"\(path)\": {get: {}}",
            root: "servers: [{url: 'https://h/v1'}]"
        )
        let decisions = try Self.decisions(result, ["GET /v1" + request, "GET /v1/users/7", "GET /v2/users/1/2/3"])
        #expect(decisions == ["denied", "mapped", "mapped"], "\(result.routesFile ?? "")")
        #expect(result.denied.map(\.path) == [path])
        #expect(result.denied.first?.reason == "the path does not begin with \"/\" and a segment")
    }

    @Test(arguments: [
        "[{? [o] : [write:users]}]", "[{? {o: x} : [write:users]}]", "[{? [o] : [write:users], o: [read:users]}]",
        "[{}, {? [o] : [write:users]}]", "[{<<: {? [o] : []}}]", "[{<<: }]", "[{~: [write:users]}]",
        "[{}, x]", "[{}, [o]]", "[{}, ~]",
    ])
    func whatCanNotBeReadInSecurityIsDenied(security: String) throws {
        let result = try Self.read(Self.users + "  /users/dump: {get: {security: \(security)}}") {
            $0.mapsPublic = true
        }
        #expect(try Self.decisions(result, ["GET /users/dump", "GET /users/7"]) == ["denied", "mapped"])
        #expect(result.denied.map(\.place.pointer) == ["/paths/~1users~1dump/get"])
        #expect(
            result.denied.first?.reason
                == "its security has something in it that is no security requirement"
        )
    }

    @Test func keysThatAreNoTextAreSaid() throws {
        let operation = try Self.read(Self.users + "  /users/dump: {get: {? [security] : [{o: [write:users]}]}}")
        #expect(try Self.decisions(operation, ["GET /users/dump", "PUT /users/dump"]) == ["denied", "none"])
        let item = try Self.read(Self.users + "  /users/dump: {put: {}, ? [get] : {}}")
        #expect(try Self.decisions(item, ["GET /users/dump", "PUT /users/dump"]) == ["denied", "denied"])
        for result in [operation, item] { #expect(result.denied.map(\.reason) == ["one of its keys is no text"]) }
        let paths = try Self.read(Self.users + "  ? [/users/dump]\n  : {get: {}}")
        #expect(
            paths.notes.map { "\($0.place.pointer) \($0.message)" } == ["/paths has a key that is no text; left out"]
        )
    }

    @Test(arguments: [
        "X-Required-Scopes", "x-Required-scopes", "x-required-scope", "x_required_scopes", "xRequiredScopes",
        "requiredScopes", "x-requierd-scopes", "x-requires-scopes",
    ])
    func whatIsNearlyRequiredScopesIsDenied(name: String) throws {
        let member = "\(name): [write:users]"
        for text in ["{get: {\(member)}}", "{\(member), get: {}}"] {
            let result = try Self.read(Self.users + "  /users/dump: \(text)")
            #expect(try Self.decisions(result, ["GET /users/dump", "GET /users/7"]) == ["denied", "mapped"])
            #expect(result.denied.map(\.reason) == ["\(name) is not x-required-scopes"])
        }
        let root = try Self.read(Self.users, root: member)
        #expect(root.notes.map(\.place.pointer) == ["/" + name])
        let below = try Self.read(Self.users + "  \(member)")
        #expect(below.notes.map(\.place.pointer) == ["/paths/" + name])
        #expect(below.notes.allSatisfy { $0.message.hasPrefix("counts for nothing here: x-required-scopes is read") })
    }

    @Test func otherExtensionsAreNoScopes() throws {
        let result = try Self.read("  /a: {get: {x-required-roles: [a], x-scope: b, x-scopes: c, x-required: d}}")
        #expect(result.denied.isEmpty && result.notes.isEmpty)
        let exact = try Self.read("  x-required-scopes: [a]\n  /a: {get: {}}", root: "x-required-scopes: [a]")
        #expect(exact.notes.map(\.place.pointer) == ["/x-required-scopes", "/paths/x-required-scopes"])
    }
}
