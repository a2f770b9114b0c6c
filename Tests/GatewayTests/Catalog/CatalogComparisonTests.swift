import ScopeModel
import Testing

@testable import Gateway

@Suite("Comparison with a live catalog")
struct CatalogComparisonTests {
    private static func catalog() throws -> ScopeCatalog {
        try ScopeCatalog(
            definitions: [
                ScopeDefinition(scope: try Scope(parsing: "read:a"), description: "", isAutomatic: true),
                ScopeDefinition(scope: try Scope(parsing: "read:b"), description: ""),
                ScopeDefinition(scope: try Scope(parsing: "write:b"), description: "", isReserved: true),
            ],
            presets: [
                ScopePreset(id: "read", title: "", rule: .allRead), ScopePreset(id: "none", title: "", rule: .custom),
            ]
        )
    }

    private static func compare(_ body: String) throws -> CatalogComparison {
        CatalogComparison(try catalog(), with: try LiveCatalog(parsing: Array(body.utf8)))
    }

    @Test func whatTheGatewayServesItselfIsTheSame() throws {
        let catalog = try Self.catalog()
        let served = ServedCatalog(path: "/", catalog: catalog)
        #expect(CatalogComparison(catalog, with: try LiveCatalog(parsing: served.body)).isEqual)
    }

    @Test func namesAloneAreEnough() throws {
        #expect(try Self.compare(#"{"scopes":["write:b","read:a","read:b"],"presets":null}"#).isEqual)
        #expect(try Self.compare(#"{"scopes":[{"scope":"write:b"},{"scope":"read:a"},"read:b"]}"#).isEqual)
    }

    @Test func saysWhatIsMissingAndWhatIsTooMany() throws {
        let found = try Self.compare(#"{"scopes":["read:b","read:z","admin","write:b"]}"#)
        #expect(found.missing == ["read:z", "admin"] && found.extra == ["read:a"])
        #expect(found.changed.isEmpty && found.presets.isEmpty && !found.isEqual)
    }

    @Test func saysWhatIsDifferent() throws {
        let found = try Self.compare(
            #"""
            {"scopes":[{"scope":"read:a","automatic":false},{"scope":"read:b","reserved":true,"automatic":true},"write:b"],
             "presets":[{"id":"read","scopes":["read:b","write:b"]},{"id":"new","scopes":[]}]}
            """#
        )
        #expect(found.missing.isEmpty && found.extra.isEmpty)
        #expect(found.changed.map(\.name) == ["read:a", "read:b"])
        #expect(found.changed.map(\.here) == ["automatic", "neither automatic nor reserved"])
        #expect(found.changed.map(\.there) == ["neither automatic nor reserved", "automatic and reserved"])
        #expect(found.presets.map(\.name) == ["read", "none", "new"])
        #expect(found.presets.map(\.here) == ["also read:a", "0 scopes", "no such preset"])
        #expect(found.presets.map(\.there) == ["also write:b", "no such preset", "0 scopes"])
    }

    @Test(
        arguments: [
            ("", "the answer is not JSON"), ("[]", "the answer is not a JSON object"), ("{}", "/scopes is not a list"),
            (#"{"scopes":{}}"#, "/scopes is not a list"),
            (#"{"scopes":[1]}"#, "/scopes/0 is neither a text nor an object"),
            (#"{"scopes":[{"name":"a"}]}"#, "/scopes/0 is neither a text nor an object"),
            (#"{"scopes":["a","b","a"]}"#, "/scopes/2: a is listed twice"),
            (#"{"scopes":[{"scope":"a","automatic":1}]}"#, "/scopes/0/automatic is neither true nor false"),
            (#"{"scopes":[],"presets":1}"#, "/presets is not a list"),
            (#"{"scopes":[],"presets":[{"id":"a"}]}"#, "/presets/0 is not an object"),
            (#"{"scopes":[],"presets":[{"id":"a","scopes":[1]}]}"#, "/presets/0/scopes has something other"),
        ]
    )
    func badAnswersHaveTheirPlace(body: String, problem: String) {
        let error = #expect(throws: LiveCatalog.Problem.self) { try LiveCatalog(parsing: Array(body.utf8)) }
        #expect(error?.description.hasPrefix(problem) == true, "\(String(describing: error))")
    }
}
