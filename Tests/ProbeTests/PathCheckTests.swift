import Testing

@testable import Probe

@Suite("Path checks")
struct PathCheckTests {
    private static let usual: Set<String> = ["/api/items", "/api/items/export", "/api/tree/secret"]

    /// A backend with the reading, and one that reads paths as they are written: what a check says of both.
    @Test(arguments: [
        ("letter case", ProbeResult.Verdict.finding), ("trailing slash", .finding), ("suffix", .finding),
        ("parameters (;)", .note), ("double slash", .note), ("encoded slash", .finding), ("encoded # or ?", .note),
        ("dot segments", .note), ("full-width", .finding), ("encoded letters", .note),
    ])
    func tellsReadingsApart(_ name: String, _ verdict: ProbeResult.Verdict) throws {
        let check = try Fixture.pathCheck(name)
        let strict = try Fixture.judge(check, Fixture.backend(Self.usual))
        #expect(strict.verdict == .no && strict.letsThrough.isEmpty, "\(strict)")
        let lax = try Fixture.judge(check, Fixture.backend(Self.usual, reading: Self.read))
        #expect(lax.verdict == verdict && !lax.shownBy.isEmpty, "\(lax)")
        #expect((verdict == .finding) == !lax.letsThrough.isEmpty && (verdict == .finding) == (lax.closedBy != nil))
        #expect((verdict == .note) == (lax.gateway != nil))
    }

    /// Reads a path in every way at once that some backend has.
    private static func read(_ path: String) -> String {
        var text = path
        for _ in 0..<2 {
            for (code, character) in [
                ("%25", "%"), ("%2F", "/"), ("%2f", "/"), ("%5C", "/"), ("\\", "/"), ("%23", "#"), ("%3F", "?"),
                ("%3B", ";"), ("%2e", "."), ("%20", " "), ("%EF%BC%8E", "."), ("%EF%BC%8F", "/"), ("%61", "a"),
                ("%69", "i"), ("%EF%BD%81", "a"), ("%EF%BD%89", "i"),
            ] { text = text.replacing(code, with: character) }
        }
        text = String(text.prefix { $0 != "#" && $0 != "?" })
        let segments = text.split(separator: "/").map { String($0.prefix { $0 != ";" }).lowercased() }
        var path = ProbePath(segments: segments).withoutDots.path
        for suffix in [".json", ".html", ".", " "] where path.hasSuffix(suffix) { path.removeLast(suffix.count) }
        return path
    }

    /// What gets through is named with the route that lets it, and what it is read as.
    @Test func namesRoutesOfLetterCase() throws {
        let result = try Fixture.judge(
            Fixture.pathCheck("letter case"),
            Fixture.backend(Self.usual) { $0.lowercased() }
        )
        #expect(result.closedBy == "near_misses: refuse in routes.yaml", "\(result)")
        let export = result.letsThrough.first { $0.target == "/api/items/Export" && $0.method == "GET" }
        #expect(
            export?.description
                == "GET /api/items/Export passes by /api/items/{id} (read:items), and is read as GET /api/items/export: "
                + "that needs read:exports"
        )
        let secret = result.letsThrough.first { $0.target == "/api/tree/Secret" }
        #expect(secret?.needs == "that is denied" && secret?.template == "/api/tree/{rest...}")
        // A method that the literal route hasn't comes behind what other routes say.
        #expect(result.letsThrough.first?.rank == 0 && result.letsThrough.last?.method == "DELETE")
    }

    /// Requirements that contain one another let nothing through.
    @Test func needsLessOnly() throws {
        let stricter = try Fixture.probed(["GET /api/{id} read:exports", "GET /api/items authenticated"])
        let folding = Fixture.backend(["/api/items"]) { $0.lowercased() }
        let check = try Fixture.pathCheck("letter case")
        #expect(try Fixture.judge(check, folding, stricter).verdict == .note)
        let weaker = try Fixture.probed(["GET /api/{id} authenticated", "GET /api/items read:items"])
        #expect(try Fixture.judge(check, folding, weaker).verdict == .finding)
        let open = try Fixture.probed(["GET /api/{id} public", "GET /api/items authenticated"])
        #expect(try Fixture.judge(check, folding, open).verdict == .finding)
    }

    /// A slash that a route allows in its parameter reaches paths that the map has no route for.
    @Test func encodedSlashReachesWhatHasNoRoute() throws {
        let backend = Fixture.backend(["/api/items"]) { $0.replacing("%2F", with: "/") }
        let result = try Fixture.judge(Fixture.pathCheck("encoded slash"), backend)
        #expect(result.letsThrough.map(\.target) == ["/api/files/x%2Fx"], "\(result)")
        #expect(result.letsThrough.first?.needs == "no route has that path")
        #expect(result.closedBy?.contains("take allow off /api/files/{name}") == true)
        let without = try Fixture.probed(["GET /api/items public", "GET /api/files/{name} read:items"])
        let refused = try Fixture.judge(Fixture.pathCheck("encoded slash"), backend, without)
        #expect(refused.verdict == .note && refused.gateway?.hasPrefix("refused by scopegate") == true)
    }

    /// Dots in full width climb out of a rest parameter.
    @Test func fullWidthDotsClimb() throws {
        let backend = Fixture.backend(["/api/items"]) { path in
            (ProbePath(parsing: path.replacing("%EF%BC%8E", with: ".")) ?? ProbePath(segments: [])).withoutDots.path
        }
        let result = try Fixture.judge(Fixture.pathCheck("full-width"), backend)
        #expect(result.verdict == .finding && result.closedBy?.hasPrefix("no setting") == true, "\(result)")
    }

    /// What can't be told apart isn't denied.
    @Test func cannotTell() throws {
        let same: Fixture.Backend = { _ in ProbeAnswer(status: 200, body: Array("hello".utf8)) }
        for name in ["letter case", "suffix", "encoded slash"] {
            let result = try Fixture.judge(Fixture.pathCheck(name), same)
            #expect(result.verdict == .unclear, "\(result)")
        }
        let locked: Fixture.Backend = { _ in ProbeAnswer(status: 401) }
        #expect(try Fixture.judge(Fixture.pathCheck("suffix"), locked).verdict == .unclear)
        let late: Fixture.Backend = { request in
            request.target.lowercased() == request.target ? Fixture.backend()(request) : nil
        }
        let result = try Fixture.judge(Fixture.pathCheck("letter case"), late)
        #expect(result.verdict == .unclear && result.seen == "no answer in time", "\(result)")
        let root = try Fixture.settings("/")
        let short = try Fixture.judge(Fixture.pathCheck("letter case"), Fixture.backend(["/"]), nil, root)
        #expect(short.verdict == .unclear, "\(short)")
    }

    /// Resources of one status are told apart by their content, and without what they repeat of the request.
    @Test func comparesContent() throws {
        let echo: Fixture.Backend = { request in
            let known = request.target.lowercased() == "/api/items"
            return ProbeAnswer(status: 200, body: Array("\(known ? "items" : "nothing") at \(request.target)".utf8))
        }
        #expect(try Fixture.judge(Fixture.pathCheck("letter case"), echo).verdict == .finding)
        #expect(try Fixture.judge(Fixture.pathCheck("suffix"), echo).verdict == .no)
    }

    /// A backend that serves something to whatever it doesn't know serves the same for what isn't there.
    @Test func catchAll() throws {
        let backend: Fixture.Backend = { request in
            guard request.target.hasPrefix("/api/") else { return ProbeAnswer(status: 200, body: Array("page".utf8)) }
            return Fixture.backend()(request)
        }
        #expect(try Fixture.judge(Fixture.pathCheck("letter case"), backend).verdict == .no)
        // Another representation of the resource is one of it.
        let formats: Fixture.Backend = { request in
            request.target == "/api/items.json"
                ? ProbeAnswer(status: 200, body: [123, 125]) : Fixture.backend()(request)
        }
        #expect(try Fixture.judge(Fixture.pathCheck("suffix"), formats).verdict == .finding)
    }

    /// A redirect is no answer: the client comes back with the path that it names.
    @Test func redirectsAreNotTheSame() throws {
        let backend: Fixture.Backend = { request in
            request.target.hasSuffix("/") ? ProbeAnswer(status: 301) : Fixture.backend()(request)
        }
        #expect(try Fixture.judge(Fixture.pathCheck("trailing slash"), backend).verdict == .no)
    }

    @Test func plainPath() throws {
        #expect(try Fixture.probed().plainPath?.target == "/api/items")
        #expect(try Fixture.probed(["GET /{id} public", "POST /a public"]).plainPath == nil)
        #expect(try Fixture.probed(["GET / public", "GET /a/b public"]).plainPath?.target == "/a/b")
    }

    @Test(arguments: ["a", "", "/a b", "/a#b", "/é"]) func noPath(_ text: String) {
        #expect(ProbePath(parsing: text) == nil)
    }

    @Test(arguments: ["/", "/a", "/a/", "/a/b?c=d/e", "//a", "/a//b"]) func paths(_ text: String) {
        #expect(ProbePath(parsing: text)?.target == text)
    }
}
