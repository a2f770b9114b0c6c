import HTTP1
import RouteMap
import Testing

@Suite("PathReadings and what the map makes of them")
struct PathReadingsTests {
    private static func readings(_ path: String) -> PathReadings {
        let bytes = Array(path.utf8)
        return PathReadings(bytes.span)
    }

    @Test(
        arguments: [
            ("/a%20b", ["/a b"]), ("/%61", ["/a"]), ("/a%zz%4", []), ("/EUR%2FUSD", ["/EUR/USD"]),
            ("/%61%2Fb", ["/a/b", "/a%2Fb"]), ("/100%25", ["/100%"]), ("/%2541", ["/%41", "/A"]),
            ("/%252Fx", ["/%2Fx", "//x"]), ("/a%3Fb", ["/a?b", "/a"]), ("/a%23b/c", ["/a#b/c", "/a"]),
            ("/a%3Bb/c", ["/a;b/c", "/a/c"]), ("/a%3Bb%3Fc/d", ["/a;b?c/d", "/a;b", "/a", "/a/d"]),
            ("/%253F", ["/%3F", "/?", "/"]), ("/%2f%2541", ["//%41", "/%2f%41", "//%2541", "//A", "/%2fA"]),
        ] as [(String, [String])]
    )
    func all(_ path: String, _ expected: [String]) {
        #expect(Set(Self.readings(path).paths.map { String(decoding: $0, as: UTF8.self) }) == Set(expected))
    }

    @Test(arguments: [
        ("/a%20b", false), ("/a%2F..%2Fb", true), ("/a%2F.", true), ("/..%3Bx/b", true), ("/a%2F%2Fb", true),
        ("/%2Fa", true),
        ("/a%2F", false), ("/%252e%252e/b", true), ("/%255C", true), ("/%2500", true), ("/%250a", true),
        ("/%25%32e", true),
        ("/a%2e", false), ("/.%2F", true), ("/a%3Bb/c", false), ("/%3Ba/b", true), ("/..%3F", true), ("/%252F", true),
    ])
    func brokenRules(_ path: String, _ breaksRules: Bool) {
        #expect(Self.readings(path).breaksRules == breaksRules)
    }

    private static let symbols = [
        "GET /s/{symbol} encoded_slash", "GET /s/{symbol}/depth encoded_slash", "GET /t/{symbol} encoded_slash",
        "GET /t/{base}/{quote}", "GET /f/{rest...} encoded_slash encoded_percent", "GET /p/{name} encoded_percent",
        "POST /p/{name}", "GET /p/A", "GET /both/{x} encoded_slash encoded_percent", "GET /both/{x}/y",
        "GET /f/admin/x",
    ]

    @Test(arguments: [
        ("GET", "/s/EUR%2FUSD", "GET /s/{symbol}"), ("HEAD", "/s/EUR%2fUSD", "GET /s/{symbol}"),
        ("GET", "/s/EUR%2FUSD/depth", "GET /s/{symbol}/depth"),
        // Decoded, it is a path of /s/{symbol}/depth.
        ("GET", "/s/EUR%2Fdepth", "400"), ("GET", "/s/EUR%2F%64epth", "400"),
        ("GET", "/t/EUR%2FUSD", "400"), ("GET", "/t/EUR%2FUSD%2Fx", "GET /t/{symbol}"), ("GET", "/t/EUR/U%2FD", "400"),
        ("GET", "/s/100%25", "400"), ("GET", "/s/a%252Fb", "400"), ("GET", "/p/100%25", "GET /p/{name}"),
        ("POST", "/p/100%25", "400"), ("GET", "/p/%2541", "400"), ("GET", "/p/%2542", "GET /p/{name}"),
        ("GET", "/p/a%2Fb", "400"), ("GET", "/p/a%252Fb", "400"), ("GET", "/p/%252e%252e", "400"),
        ("GET", "/f/a%2Fb/c%25", "GET /f/{rest...}"), ("GET", "/f/a%2F..%2Fb", "400"), ("GET", "/f/admin%2Fx", "400"),
        ("GET", "/f/admin%252Fx", "400"), ("GET", "/f/%61dmin%252F%2578", "400"),
        ("GET", "/f/a%252Fb", "GET /f/{rest...}"),
        ("GET", "/both/a%252Fy", "400"), ("GET", "/both/a%2Fy", "400"), ("GET", "/both/a%252Fz", "GET /both/{x}"),
        ("GET", "/nothing%2Fhere", "400"), ("DELETE", "/s/a%2Fb", "400"), ("GET", "/s/a%2F", "GET /s/{symbol}"),
        ("GET", "/s/%2Fa", "400"), ("GET", "/t/a%3Fb", "GET /t/{symbol}"),
        ("GET", "/t/a/b%3Fc", "GET /t/{base}/{quote}"),
        // Cut at the query it is a path of /t/{symbol}.
        ("GET", "/t/a%3F/b", "400"), ("GET", "/t/a%23/b", "400"), ("GET", "/t/a%3Bx/b", "GET /t/{base}/{quote}"),
        ("GET", "/p/A%3Bx", "400"), ("GET", "/p/A%3Fx", "400"), ("GET", "/p/A%23", "400"),
    ])
    func matches(_ method: String, _ path: String, _ answer: String) throws {
        #expect(try MapFixture.map(Self.symbols).answer(method, path) == answer)
    }

    /// A backend that decodes first reads the end of a path, or of a segment, in these; who needs no key gets none.
    @Test(arguments: ["%3F", "%23", "%3B", "%3f", "%3b", "%253F"])
    func delimitersUnderPublicRoutes(_ delimiter: String) throws {
        let map = try MapFixture.map([
            "GET /open/{x} public encoded_percent", "GET /keyed/{x} encoded_percent",
            "GET /word/{x} public encoded_delimiters encoded_percent", "GET /rest/{x...} public encoded_percent",
        ])
        #expect(map.answer("GET", "/open/a\(delimiter)b") == "400")
        #expect(map.answer("GET", "/rest/a\(delimiter)b/c") == "400")
        #expect(map.answer("GET", "/keyed/a\(delimiter)b") == "GET /keyed/{x}")
        #expect(map.answer("GET", "/word/a\(delimiter)b") == "GET /word/{x}")
        #expect(map.answer("GET", "/open/a%20b") == "GET /open/{x}")
    }

    @Test(arguments: [
        ("/api/reports/x", false), ("/api/re%70orts/x", true), ("/api%2Freports/x", true), ("/api/re%2570orts", true),
        ("/api/reports%2Fx", false), ("/api/reports%3Fx", true), ("/api/other%20x", false), ("/%61pi", false),
    ])
    func prefixes(_ path: String, _ isAmbiguous: Bool) throws {
        let table = PrefixTable([try PathPrefix(parsing: "/api/reports")])
        let bytes = Array(path.utf8)
        let found = table.isAmbiguous(bytes.span)
        // `reports%2Fx` as written is another segment than `reports`.
        #expect(found == (isAmbiguous || path == "/api/reports%2Fx"))
        let isAmbiguousWithoutAny = PrefixTable([]).isAmbiguous(bytes.span)
        #expect(!isAmbiguousWithoutAny)
    }

    @Test func notes() throws {
        let map = try MapFixture.map([
            "GET /s/{symbol} encoded_slash encoded_percent", "GET /s/{a}/{b}", "GET /s/{a}/x/{rest...}", "GET /t/{x}",
            "GET /u/{x} public encoded_delimiters",
        ])
        #expect(
            map.encodingNotes.map(\.text) == [
                "GET /s/{symbol} takes %2F, %25 for data in a segment, so the backend must not decode a path before it routes "
                    + "it; what would be a path of /s/{a}/{b}, /s/{a}/x/{rest...} then is refused",
                "GET /u/{x} takes %3F, %23, %3B for data in a segment, so the backend must not decode a path before it routes it",
            ]
        )
    }

    @Test func verdicts() throws {
        let map = try MapFixture.map(Self.symbols)
        func verdict(_ target: String) -> RequestVerdict {
            RequestVerdict(method: "GET", target: target, routeMap: map, catalog: MapFixture.catalog, granted: nil)
        }
        #expect(verdict("/s/EUR%2FUSD?x").allow == ["encoded_slash"])
        #expect(verdict("/s/EUR%2FUSD").outcome == "depends on the key")
        #expect(verdict("/s/EUR%2Fdepth").outcome == "invalid_request_target")
        #expect(verdict("/s/EUR%2Fdepth").status == 400)
        #expect(verdict("/s/EUR%2Fdepth").problem == "\(SpellingFault.otherTemplate.message)")
        #expect(verdict("/s/100%25").problem == "\(SpellingFault.percent.message)")
    }
}
