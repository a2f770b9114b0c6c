import HTTP1
import RouteMap
import ScopeModel
import Testing

@Suite("RouteMap matching")
struct RouteMatchTests {
    private static let routes = [
        "GET /", "GET /a", "POST /a", "GET /a/", "GET /a/{x}", "GET /a/new", "DELETE /a/{x}/c", "GET /{y}/b/d",
        "GET /files/{path...}", "PUT /files/index", "HEAD /own", "GET /own", "PURGE /cache", "purge /cache",
        "OPTIONS /a", "GET /only/{x}/", "GET /deep/{x}/{y}/z", "GET /deep/{x}/m/{rest...}",
    ]

    @Test(arguments: [
        ("GET", "/", "GET /"),
        ("GET", "/a", "GET /a"),
        ("GET", "/a/", "GET /a/"),
        ("POST", "/a", "POST /a"),
        ("PUT", "/a", "405 /a"),
        ("OPTIONS", "/a", "OPTIONS /a"),
        ("GET", "/A", "403"),
        ("GET", "/a/1", "GET /a/{x}"),
        ("GET", "/a/new", "GET /a/new"),
        ("GET", "/a/new/", "403"),
        ("GET", "/a/NEW", "GET /a/{x}"),
        ("GET", "/a/1/", "403"),
        // The best template is chosen whatever the method: the one for /a/{x} is not asked again.
        ("DELETE", "/a/new", "405 /a/new"),
        ("DELETE", "/a/1/c", "DELETE /a/{x}/c"),
        ("GET", "/a/1/c", "405 /a/{x}/c"),
        // The literal leads nowhere, so that the parameter gets its turn.
        ("GET", "/a/b/d", "GET /{y}/b/d"),
        ("GET", "/q/b/d", "GET /{y}/b/d"),
        ("GET", "/files", "403"),
        ("GET", "/files/", "403"),
        ("GET", "/files/x", "GET /files/{path...}"),
        ("GET", "/files/x/y/z", "GET /files/{path...}"),
        ("GET", "/files/x/", "GET /files/{path...}"),
        ("GET", "/files/index/", "GET /files/{path...}"),
        ("GET", "/files/x//y", "403"),
        ("GET", "/files//x", "403"),
        ("GET", "/files/index", "405 /files/index"),
        ("GET", "/files/index/x", "GET /files/{path...}"),
        ("HEAD", "/a", "GET /a"),
        ("HEAD", "/own", "HEAD /own"),
        ("GET", "/own", "GET /own"),
        ("HEAD", "/cache", "405 /cache"),
        ("PURGE", "/cache", "PURGE /cache"),
        ("purge", "/cache", "purge /cache"),
        ("Purge", "/cache", "405 /cache"),
        ("PURG", "/cache", "405 /cache"),
        ("get", "/a", "405 /a"),
        ("GET", "/only/1/", "GET /only/{x}/"),
        ("GET", "/only/1", "403"),
        ("GET", "/deep/1/m/z", "GET /deep/{x}/m/{rest...}"),
        ("GET", "/deep/1/n/z", "GET /deep/{x}/{y}/z"),
        ("GET", "/deep/1/m", "403"),
        ("GET", "/deep/1/m/", "403"),
        ("GET", "/deep/1/m/z/", "GET /deep/{x}/m/{rest...}"),
        ("GET", "", "403"),
        ("GET", "a", "403"),
        ("GET", "//a", "403"),
        ("GET", "/a//", "403"),
        ("GET", "/b", "403"),
        ("GET", "/a/%20", "GET /a/{x}"),
        ("GET", "/a/%C3%A9", "GET /a/{x}"),
    ])
    func matches(method: String, path: String, answer: String) throws {
        #expect(try MapFixture.map(Self.routes).answer(method, path) == answer)
    }

    /// A path that a backend reads as another route's once it has decoded it is not let through as this one's.
    @Test(arguments: [
        ("/r/admin:all", "GET /r/admin:all"),
        ("/r/admin%3Aall", "400"),
        ("/r/admin%3aall", "400"),
        ("/r/admin%3Aall/x", "GET /r/{rest...}"),
        ("/r/admin%3Aal", "GET /r/{id}"),
        ("/r/x%3Ay", "GET /r/{id}"),
        ("/r/a/b+c", "GET /r/a/b+c"),
        ("/r/a/b%2Bc", "400"),
        ("/r/a/b%2Cc", "GET /r/{rest...}"),
        ("/r/%61/b+c", "400"),
        ("/%72/admin:all", "400"),
        ("/%72x/admin:all", "403"),
        ("/r/%7Euser", "GET /r/{id}"),
        ("/r/[a]|^", "GET /r/{id}"),
        ("/r/%4", "GET /r/{id}"),
        ("/r/%zz", "GET /r/{id}"),
    ])
    func encodedLiteralsMatchNothing(path: String, answer: String) throws {
        let map = try MapFixture.map(["GET /r/{id}", "GET /r/admin:all", "GET /r/a/b+c", "GET /r/{rest...}"])
        #expect(map.answer("GET", path) == answer)
    }

    @Test func allowListsTheMethods() throws {
        let map = try MapFixture.map(Self.routes)
        func allow(_ path: String) -> String? {
            guard case .methodNotAllowed(let template) = map.match("TRACE", path) else { return nil }
            return String(decoding: map.allowHeader(ofTemplate: template), as: UTF8.self)
        }
        #expect(allow("/a") == "GET, HEAD, OPTIONS, POST")
        #expect(allow("/own") == "GET, HEAD")
        #expect(allow("/cache") == "PURGE, purge")
        #expect(allow("/files/index") == "PUT")
    }

    @Test func tellsOfItsRoutes() throws {
        let map = try MapFixture.map(Self.routes)
        #expect(map.generation == 7)
        #expect(map.digest == "digest")
        #expect(map.routes.count == Self.routes.count)
        for (index, route) in map.routes.enumerated() {
            let template = map.templateIndex(ofRoute: index)
            #expect(map.templateText(of: template) == route.template.text)
            #expect(map.templateUTF8(of: template) == Array(route.template.text.utf8))
            #expect(map.requirement(ofRoute: index) == route.requirement)
        }
    }

    @Test func anEmptyMapRefusesEverything() throws {
        let map = try MapFixture.map([])
        for path in ["", "/", "/a", "/a/b/"] { #expect(map.match("GET", path) == .unmapped) }
    }

    @Test func manyLiteralsAreAllFound() throws {
        let routes = (0..<3000).map { "GET /v\($0 % 7)/item\($0)/{id}" }
        let map = try MapFixture.map(routes)
        for number in 0..<3000 {
            #expect(map.answer("GET", "/v\(number % 7)/item\(number)/1") == routes[number])
            #expect(map.match("GET", "/v\((number + 1) % 7)/item\(number)/1") == .unmapped)
        }
    }

    @Test func deepTemplatesAndLongPathsAreNoTrouble() throws {
        let template = (1...64).map { "/{p\($0)}" }.joined()
        let map = try MapFixture.map(["GET \(template)", "GET /x/{rest...}"])
        #expect(map.answer("GET", String(repeating: "/a", count: 64)) == "GET \(template)")
        #expect(map.answer("GET", String(repeating: "/a", count: 65)) == "403")
        #expect(map.answer("GET", "/x" + String(repeating: "/a", count: 4000)) == "GET /x/{rest...}")
        #expect(map.answer("GET", String(repeating: "/x", count: 4000) + "/") == "GET /x/{rest...}")
    }
}
