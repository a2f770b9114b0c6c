import GatewayConfig
import ScopeModel
import Testing

/// Files in memory.
private struct MemoryFolder: DocumentFolder {
    var files: [String: String] = [:]

    func name(of reference: String, from file: String) throws(ReferenceProblem) -> String {
        var parts = file.split(separator: "/").dropLast().map(String.init)
        for part in reference.split(separator: "/") {
            if part == ".." {
                guard parts.popLast() != nil else { throw ReferenceProblem("leads out of the document's folder") }
            } else if part != "." {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }

    func read(_ name: String, limit: Int) throws(ReferenceProblem) -> [UInt8] {
        guard let text = files[name] else { throw ReferenceProblem("leads to a file that isn't there") }
        return Array(text.utf8)
    }
}

@Suite("References, aliases and siblings of OpenAPI documents")
struct OpenAPIReferenceTests {
    /// What the map says of each method of each template.
    private static func map(
        _ paths: String,
        _ files: [String: String] = [:],
        rest: String = "",
        security: String = "[{oauth: []}]",
        _ change: (inout OpenAPIImport.Options) throws -> Void = { _ in }
    ) throws -> [String] {
        let text = """
            openapi: 3.1.0
            info: {title: T, version: '1'}
            security: \(security)
            paths:
            \(paths)
            components: {securitySchemes: {oauth: {type: oauth2}, other: {type: http, scheme: bearer}}}
            \(rest)
            """
        var options = OpenAPIImport.Options()
        try change(&options)
        let result = try OpenAPIImport(
            parsing: Array(text.utf8),
            file: "api.yaml",
            folder: MemoryFolder(files: files),
            options: options
        )
        var template = ""
        var lines: [String] = []
        for line in result.routesFile?.split(separator: "\n").drop(while: { $0 != "routes:" }).dropFirst() ?? [] {
            let said = line.split(separator: "  #")[0].split(separator: " ").joined(separator: " ")
            if line.hasPrefix("    ") {
                let parts = said.split(separator: ": ", maxSplits: 1)
                lines.append("\(parts[0]) \(template) \(parts[1])")
            } else if said.hasSuffix(" denied") {
                lines.append("* " + said.replacing(": ", with: " "))
            } else {
                template = String(said.dropLast())
            }
        }
        return lines
    }

    private static let operation = "{security: [{oauth: ['read:account']}]}"

    @Test(
        arguments: [
            // What the document says for all is for operations that say nothing, not for those that say it elsewhere.
            ("  /a: {get: {$ref: '#/x-ops/get'}}", "x-ops: {get: \(operation)}", ["GET /a read:account"]),
            (
                "  /a: {get: {$ref: '#/x-ops/on'}}", "x-ops: {get: \(operation), on: {$ref: '#/x-ops/get'}}",
                ["GET /a read:account"]
            ),
            ("  /a: {$ref: '#/x-a/b~1c/0'}", "x-a: {b/c: [{get: \(operation)}]}", ["GET /a read:account"]),
            // What stands in a place where other things are expected is read whole.
            (
                "  /a: {get: {$ref: '#/components/parameters/p'}}", "x-b: 1\ncomponents: {parameters: {}}", []
            ),
            // Members beside a reference count, all of them.
            (
                "  /a: {$ref: '#/x-i', x-required-scopes: ['read:b']}", "x-i: {get: {x-required-scopes: 'read:a'}}",
                ["GET /a {all: [read:a, read:b]}"]
            ),
            (
                "  /a: {$ref: '#/x-i', security: [{oauth: ['read:b']}]}", "x-i: {get: \(operation)}",
                ["GET /a {all: [read:account, read:b]}"]
            ),
            (
                "  /a: {get: {$ref: '#/x-o', security: [{oauth: ['read:b']}]}}", "x-o: \(operation)",
                ["GET /a {all: [read:b, read:account]}"]
            ),
            (
                "  /a: {$ref: '#/x-i', get: {}}\n  /b: {get: {}}", "x-i: {get: \(operation)}",
                ["GET /a denied", "GET /b authenticated"]
            ),
            (
                "  /a: {$ref: '#/x-i', servers: [{url: 'https://h.example'}]}\n  /b: {get: {}}",
                "x-i: {get: \(operation)}",
                ["GET /a denied", "GET /b authenticated"]
            ),
            (
                "  /a: {$ref: '#/x-i', parameters: [{$ref: '#/x-none'}]}\n  /b: {get: {}}", "x-i: {get: \(operation)}",
                ["GET /a denied", "GET /b authenticated"]
            ),
            // Aliases and merge keys.
            ("  /a: {get: *o}", "x-later: 1", []),
            ("  /a: {get: &o \(operation), put: *o}", "", ["GET /a read:account", "PUT /a read:account"]),
            (
                "  /a: {get: &o {<<: {security: []}, security: [{oauth: ['read:a']}]}, put: {<<: [*o]}}", "",
                ["GET /a read:a", "PUT /a read:a"]
            ),
            ("  /a: {get: {'<<': \(operation)}}", "", ["GET /a authenticated"]),
        ] as [(String, String, [String])]
    )
    func leadToWhatIsMeant(paths: String, rest: String, expected: [String]) throws {
        guard !expected.isEmpty else {
            #expect(throws: ConfigErrors.self) { try Self.map(paths, rest: rest) }
            return
        }
        #expect(try Self.map(paths, rest: rest) == expected)
    }

    /// An alias of something that isn't kept, for what it stands in matters to no route.
    @Test func whatAnAliasNeedsIsKept() throws {
        let text = """
            openapi: 3.1.0
            x-a: {b: [&o {security: &s [{oauth: ['read:a']}], description: d}]}
            paths: {/a: {get: *o}, /b: {get: {security: *s}}, /c: {get: {<<: *o, x-required-scopes: 'read:c'}}}
            components: {securitySchemes: {oauth: {type: oauth2}}}
            """
        let result = try OpenAPIImport(parsing: Array(text.utf8), file: "a.yaml")
        #expect(
            result.routes.map { $0.requirement.scopes.map(\.description) } == [
                ["read:a"], ["read:a"], ["read:a", "read:c"],
            ]
        )
    }

    @Test(arguments: [
        ("  /a: {$ref: 'b.yaml'}", ["GET /a read:b"]), ("  /a: {$ref: './d/../b.yaml#'}", ["GET /a read:b"]),
        ("  /a: {get: {$ref: 'd/e.json#/x/0'}}", ["GET /a read:e"]),
        // From there on, and back.
        ("  /a: {get: {$ref: 'd/e.json#/up'}}", ["GET /a read:b"]),
        (
            "  /b: {get: {security: [{oauth: ['read:main']}]}}\n  /a: {get: {$ref: 'd/e.json#/main'}}",
            ["GET /b read:main", "GET /a read:main"]
        ),
        ("  /b: {get: {}}\n  /a: {$ref: '../b.yaml'}", ["GET /b authenticated", "* /a denied"]),
        ("  /b: {get: {}}\n  /a: {$ref: 'https://h.example/b.yaml'}", ["GET /b authenticated", "* /a denied"]),
        ("  /b: {get: {}}\n  /a: {$ref: '//h.example/b.yaml'}", ["GET /b authenticated", "* /a denied"]),
        ("  /b: {get: {}}\n  /a: {$ref: 'none.yaml'}", ["GET /b authenticated", "* /a denied"]),
        ("  /b: {get: {}}\n  /a: {$ref: 'broken.yaml'}", ["GET /b authenticated", "* /a denied"]),
        ("  /b: {get: {}}\n  /a: {$ref: 'b.yaml#/get/none'}", ["GET /b authenticated", "* /a denied"]),
        // A document of its own says for all of its operations what they need.
        ("  /a: {$ref: 'own.yaml#/paths/~1x'}", ["GET /a {all: [read:account, read:own]}"]),
    ])
    func leadToFiles(paths: String, expected: [String]) throws {
        let files = [
            "b.yaml": "get: {security: [{oauth: ['read:b']}]}\n",
            "d/e.json": """
            {"x": [{"security": [{"oauth": ["read:e"]}]}], "up": {"$ref": "../b.yaml#/get"},
             "main": {"$ref": "../api.yaml#/paths/~1b/get"}}
            """,
            "own.yaml": "openapi: 3.1.0\nsecurity: [{oauth: ['read:own']}]\npaths: {/x: {get: {}}}\n",
            "broken.yaml": "a: [\n",
        ]
        let security = expected.first?.contains("{all") == true ? "[{oauth: ['read:account']}]" : "[{oauth: []}]"
        let made = try Self.map(paths, files, security: security)
        #expect(made == expected)
    }

    @Test(
        arguments: [
            // What is left denied is denied whatever else matches.
            (
                "  /u/{id}: {get: {}}\n  /u/x: {get: {security: [{oauth: [odd]}]}}",
                ["GET /u/{id} authenticated", "GET /u/x denied"]
            ),
            ("  /u/{id}: {get: {}}\n  /u/x: {}", ["GET /u/{id} authenticated", "* /u/x denied"]),
            ("  /u/{id}: {get: {}}\n  /u/x: {Get: {}}", ["GET /u/{id} authenticated", "GET /u/x denied"]),
            // What no template says denies what it can't be told from.
            (
                "  /u/{id}: {get: {}, put: {}}\n  /u/{id}.x: {get: {}}",
                ["GET /u/{id} authenticated", "PUT /u/{id} authenticated"]
            ),
            (
                "  /u/{id}: {get: {}, put: {}}\n  /u/{id}.x: {get: {security: [{oauth: [odd]}]}}",
                ["GET /u/{id} denied", "PUT /u/{id} authenticated"]
            ),
            (
                "  /{a}/u: {get: {}}\n  /{q}.x/{b}: {head: {security: []}}\n  /y: {get: {}}",
                ["GET /{a}/u authenticated", "HEAD /{a}/u denied", "HEAD /{p1}/{p2} denied", "GET /y authenticated"]
            ),
            // Denied is denied, even what a route that may be meant needs no less for.
            (
                "  /{a}/u: {get: {}, put: {}}\n  /{q}.x/{b}: {get: {}}\n  /y: {get: {}}",
                ["GET /{a}/u denied", "PUT /{a}/u authenticated", "GET /{p1}/{p2} denied", "GET /y authenticated"]
            ),
            // HEAD needs what GET needs, also by another path that is the same.
            (
                "  /{a}: {get: {}, head: {}}\n  /{b}: {get: {security: [{oauth: ['read:a']}]}}\n  /y/z: {get: {}}",
                ["GET /{a} denied", "HEAD /{a} denied", "GET /y/z authenticated"]
            ),
            // Where two templates match and neither goes before the other, both have to let a request through.
            (
                "  /{a}/b: {get: {security: [{oauth: ['read:a']}]}, put: {}}\n  /a/{b}: {get: {}, put: {}}",
                [
                    "GET /{a}/b read:a", "PUT /{a}/b authenticated", "GET /a/{b} authenticated",
                    "PUT /a/{b} authenticated",
                    "GET /a/b denied", "PUT /a/b authenticated",
                ]
            ),
            (
                "  /{a}/b: {get: {}}\n  /a/{b}: {get: {security: [{oauth: ['read:a']}]}}",
                ["GET /{a}/b authenticated", "GET /a/{b} read:a"]
            ),
        ] as [(String, [String])]
    )
    func siblingsAreNoWayRound(paths: String, expected: [String]) throws {
        #expect(try Self.map(paths) == expected)
    }

    @Test func severalSchemesAreOneKeyWhenAsked() throws {
        let paths = "  /a: {get: {security: [{oauth: ['read:a'], other: ['read:b']}]}}"
        #expect(try Self.map(paths) { $0.combinesSchemes = true } == ["GET /a {all: [read:a, read:b]}"])
    }

    @Test(arguments: [
        (["repo:status.read", "repo.status.read"], true), (["Repo-Status.read", "repo.status.read"], true),
        (["read:repo_status", "repo.status.read"], true), (["repo.status.read", "repo.status.write"], false),
    ])
    func namesThatBecomeOneScopeAreRefused(names: [String], isRefused: Bool) throws {
        let paths = names.enumerated().map { "  /\($0): {get: {security: [{oauth: ['\($1)']}]}}" }.joined(
            separator: "\n"
        )
        func read(_ named: [String]) throws {
            _ = try Self.map(paths) { options in
                options.naming.forms = [try ScopeForm(parsing: "{resource}.{verb}")]
                for name in named { options.naming.names[name] = try Scope(parsing: "read:repo_status") }
            }
        }
        guard isRefused else { return try read([]) }
        let errors = #expect(throws: ConfigErrors.self) { try read([]) }
        #expect(errors?.diagnostics.first?.message.contains("would both be read:repo_status") == true)
        // Whoever says so for both means it.
        try read(names)
    }

    @Test(arguments: [
        (["pets.read", "toys.write", "admin"], "{resource}.{verb}", 2),
        (["https://h/auth/a.read", "https://h/auth/b.read"], "{resource}.{verb}", 2),
        (["read_a", "write-b"], "{verb}_{resource}", 1),
        (["admin"], nil, 0), (["a.b.read", "a-b.read"], nil, 0),
    ])
    func theFormIsProposedThatNamesMost(names: [String], form: String?, count: Int) throws {
        let paths = names.enumerated().map { "  /\($0): {get: {security: [{oauth: ['\($1)']}]}}" }.joined(
            separator: "\n"
        )
        let text = "openapi: 3.1.0\npaths:\n\(paths)\ncomponents: {securitySchemes: {oauth: {type: oauth2}}}\n"
        let result = try OpenAPIImport(parsing: Array(text.utf8), file: "a.yaml")
        #expect(result.suggestedForm?.form == form && result.suggestedForm?.count ?? 0 == count)
    }

    /// A hint never names a scope to read for what changes something.
    @Test(arguments: [
        ("get", "users", ScopeVerb.read), ("delete", "users", .write), ("get", "users:delete", .write),
        ("get", "deleteUsers", .write),
        ("get", "users.removal", .write), ("get", "settings", .read), ("get", "posts", .read), ("get", "admin", .write),
        ("get", "https://h/full", .write), ("post", "read-users", .write),
    ])
    func hintsAreNoWiderThanNames(method: String, name: String, verb: ScopeVerb) throws {
        let text = """
            openapi: 3.1.0
            paths: {/a: {\(method): {security: [{oauth: ['\(name)']}]}}}
            components: {securitySchemes: {oauth: {type: oauth2}}}
            """
        let result = try OpenAPIImport(parsing: Array(text.utf8), file: "a.yaml")
        #expect(result.unnamedScopes.map(\.verb) == [verb])
        #expect(result.denied.first?.help == "--scope '\(name)=\(verb.rawValue):…'")
    }

    /// Nine levels of ten aliases each.
    @Test func aliasBombsHaveABound() {
        var text = "openapi: 3.1.0\npaths: {}\nsecurity:\n- &a {oauth: [x]}\n"
        for (name, previous) in zip("bcdefghi", "abcdefgh") {
            text += "- &\(name) [\(Array(repeating: "*\(previous)", count: 10).joined(separator: ", "))]\n"
        }
        let errors = #expect(throws: ConfigErrors.self) { try OpenAPIImport(parsing: Array(text.utf8), file: "a.yaml") }
        #expect(errors?.diagnostics.first?.message.contains("with aliases written out") == true)
    }

    @Test(arguments: ["a: &a [*a]", "a: *b", "a: &a {<<: *a}", "<<: [x]"])
    func brokenAliasesAreRefused(line: String) {
        let text = "openapi: 3.1.0\npaths: {}\nsecurity: {\(line)}\n"
        #expect(throws: ConfigErrors.self) { try OpenAPIImport(parsing: Array(text.utf8), file: "a.yaml") }
    }
}
