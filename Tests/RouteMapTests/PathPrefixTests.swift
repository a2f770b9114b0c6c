import RouteMap
import Testing

@Suite("Path prefixes")
struct PathPrefixTests {
    @Test(arguments: [
        ("/api", "/api", true), ("/api", "/api/", true), ("/api", "/api/v1", true), ("/api", "/apis", false),
        ("/api", "/ap", false), ("/api", "/", false), ("/api", "/API", false), ("/api", "/v1/api", false),
        ("/api/v1", "/api/v1/x/y", true), ("/api/v1", "/api", false), ("/api/v1", "/api/v10", false),
        ("/a.b_c~d-e", "/a.b_c~d-e/f", true),
    ])
    func begin(prefix: String, path: String, expected: Bool) throws {
        #expect(try PathPrefix(parsing: prefix).begins(Array(path.utf8).span) == expected)
    }

    @Test(arguments: [
        "", "/", "api", "//", "/a//b", "/a/", "/a b", "/{a}", "/a%20b", "/a;b", "/..", "/a/.", "/ä", "/a?b",
    ])
    func areRefused(text: String) {
        #expect(throws: PathPrefix.Problem.self) { try PathPrefix(parsing: text) }
    }

    @Test(arguments: [
        ("/api/v1", "/api/v1", PathPrefix.Relation.always), ("/api/v1", "/api/v1/trades/{id}", .always),
        ("/api/v1", "/api/v1/{rest...}", .always), ("/api/v1", "/api/v2/trades", .never), ("/api/v1", "/api", .never),
        ("/api/v1", "/api/", .never), ("/api/v1", "/", .never), ("/api/v1", "/api/{version}", .sometimes),
        ("/api/v1", "/{rest...}", .sometimes), ("/api/v1", "/{a}/v1/x", .sometimes), ("/api/v1", "/{a}/v2/x", .never),
        ("/api/v1", "/{a}", .never), ("/api/v1", "/api/{rest...}", .sometimes),
    ])
    func relateToTemplates(prefix: String, template: String, expected: PathPrefix.Relation) throws {
        #expect(try PathPrefix(parsing: prefix).relation(to: RouteTemplate(parsing: template)) == expected)
    }

    private static func table() throws -> PrefixTable {
        PrefixTable(try ["/api", "/api/v1/reports", "/api/v1", "/other"].map { try PathPrefix(parsing: $0) })
    }

    @Test(
        arguments: [
            ("/api", 0), ("/api/v2", 0), ("/api/v1", 2), ("/api/v1/trades", 2), ("/api/v1/reports", 1),
            ("/api/v1/reports/7", 1), ("/api/v1/reports-old", 2), ("/other/x", 3), ("/", nil), ("/apis", nil),
        ] as [(String, Int?)]
    )
    func theLongestDoesIt(path: String, expected: Int?) throws {
        #expect(try Self.table().number(of: Array(path.utf8).span) == expected)
    }

    @Test(
        arguments: [
            ("/api/v1/reports/{id}", .fixed(1)), ("/api/v1/trades/{id}", .fixed(2)), ("/api/v1/{what}/{id}", .byPath),
            ("/api/v2/{id}", .fixed(0)), ("/api/{rest...}", .byPath), ("/x/{id}", .fixed(nil)), ("/{a}", .byPath),
            ("/api/v1/{what}", .byPath), ("/", .fixed(nil)),
        ] as [(String, PrefixTable.Choice)]
    )
    func templatesAreDecidedAheadWhereTheyCanBe(template: String, expected: PrefixTable.Choice) throws {
        #expect(try Self.table().choice(of: RouteTemplate(parsing: template)) == expected)
    }

    /// Whatever was decided ahead is what the paths of the template come to.
    @Test func aheadAndByPathAgree() throws {
        let table = try Self.table()
        let words = ["api", "v1", "v2", "reports", "other", "x"]
        for template in try ["/{a}", "/{a}/{b}", "/api/{b}/{c}", "/api/v1/{c}", "/{a}/v1/{c}", "/other/{b}/{c}"]
            .map({ try RouteTemplate(parsing: $0) })
        {
            for first in words {
                for second in words {
                    for third in words {
                        let values = [first, second, third]
                        let path = template.segments.enumerated().map { index, segment in
                            if case .literal(let text) = segment { "/" + text } else { "/" + values[index] }
                        }.joined()
                        guard case .fixed(let number) = table.choice(of: template) else { continue }
                        #expect(table.number(of: Array(path.utf8).span) == number, "\(template) \(path)")
                    }
                }
            }
        }
    }
}
