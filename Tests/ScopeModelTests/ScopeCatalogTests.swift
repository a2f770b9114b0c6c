import ScopeModel
import Testing

@Suite("ScopeCatalog")
struct ScopeCatalogTests {
    private static func definition(
        _ text: String,
        automatic: Bool = false,
        reserved: Bool = false
    ) throws -> ScopeDefinition {
        ScopeDefinition(
            scope: try Scope(parsing: text),
            description: "",
            isAutomatic: automatic,
            isReserved: reserved
        )
    }

    private static func catalog() throws -> ScopeCatalog {
        try ScopeCatalog(
            definitions: [
                definition("read:trades"), definition("write:trades"), definition("read:catalog", automatic: true),
                definition("read:settings", reserved: true), definition("write:settings", reserved: true),
            ],
            presets: [
                ScopePreset(id: "readers", title: "R", rule: .allRead), ScopePreset(id: "all", title: "A", rule: .all),
                ScopePreset(id: "custom", title: "C", rule: .custom),
                ScopePreset(id: "list", title: "L", rule: .scopes([try Scope(parsing: "write:trades")])),
            ]
        )
    }

    private static func id(_ text: String, _ catalog: ScopeCatalog) -> ScopeID? {
        catalog.id(ofUTF8: Array(text.utf8).span)
    }

    @Test func findsScopesByTheirBytes() throws {
        let catalog = try Self.catalog()
        for (index, entry) in catalog.entries.enumerated() {
            let id = ScopeID(rawValue: UInt8(index))
            #expect(Self.id(entry.scope.description, catalog) == id)
            #expect(catalog.id(of: entry.scope) == id)
            #expect(catalog.name(of: id) == entry.scope.description)
            #expect(catalog.utf8Name(of: id) == Array(entry.scope.description.utf8))
            #expect(catalog.definition(of: id) == entry)
        }
        for text in ["", "read:", "read:trade", "read:tradess", "READ:TRADES", "write:catalog", "read:trades "] {
            #expect(Self.id(text, catalog) == nil)
        }
    }

    @Test func setsFollowTheDefinitions() throws {
        let catalog = try Self.catalog()
        #expect(catalog.names(of: catalog.automatic) == ["read:catalog"])
        #expect(catalog.names(of: catalog.reserved) == ["read:settings", "write:settings"])
        #expect(catalog.all.count == 5)
    }

    @Test func presetsGrantWhatTheySay() throws {
        let catalog = try Self.catalog()
        func names(_ preset: String) -> [String]? { catalog.scopes(inPreset: preset).map { catalog.names(of: $0) } }
        #expect(names("readers") == ["read:trades", "read:catalog", "read:settings"])
        #expect(names("all") == catalog.entries.map(\.scope.description))
        #expect(names("custom") == [])
        #expect(names("list") == ["write:trades"])
        #expect(names("other") == nil)
    }

    @Test func anIDOfAnotherCatalogNamesNothing() throws {
        let catalog = try Self.catalog()
        let foreign = ScopeID(rawValue: 200)
        #expect(catalog.name(of: foreign).isEmpty)
        #expect(catalog.utf8Name(of: foreign).isEmpty)
        #expect(catalog.definition(of: foreign) == nil)
    }

    @Test func holdsAsManyScopesAsThereAreIDs() throws {
        let full = try (0..<ScopeCatalog.maximumCount).map { try Self.definition("read:r\($0)") }
        let catalog = try ScopeCatalog(definitions: full, presets: [])
        for (index, entry) in full.enumerated() {
            #expect(Self.id(entry.scope.description, catalog)?.rawValue == UInt8(index))
        }
        let error = #expect(throws: CatalogErrors.self) {
            try ScopeCatalog(definitions: full + [try Self.definition("read:more")], presets: [])
        }
        #expect(error?.problems.map(\.subject) == [.definition(256)])
        #expect(error?.problems.map(\.kind) == [.tooManyScopes])
    }

    @Test func reportsEveryProblem() throws {
        let error = #expect(throws: CatalogErrors.self) {
            try ScopeCatalog(
                definitions: [
                    Self.definition("read:trades"), Self.definition("read:trades"),
                    Self.definition("write:tags", automatic: true),
                ],
                presets: [
                    ScopePreset(id: "Bad", title: "", rule: .all), ScopePreset(id: "one", title: "", rule: .all),
                    ScopePreset(id: "one", title: "", rule: .scopes([try Scope(parsing: "read:trade")])),
                ]
            )
        }
        let problems = try #require(error).problems
        #expect(
            problems.map(\.subject) == [.definition(1), .definition(2), .preset(0), .preset(2), .presetScope(2, 0)]
        )
        #expect(problems.last?.suggestion == "read:trades")
        #expect(
            problems.map(\.description) == [
                "the scope read:trades is defined twice",
                "write:tags can't be automatic: every key could change things",
                "\"Bad\" is not a preset id: lowercase letters, digits and hyphens, letter first",
                "the preset one is defined twice",
                "there is no scope read:trade in the catalog",
            ]
        )
    }

    @Test(arguments: [
        ("read:trade", UnknownScope.Reason.noSuchResource, "read:trades" as String?),
        ("write:catalog", .noSuchVerb(.write), nil),
        ("reed:trades", .syntax(.unknownVerb), "read:trades"),
        ("trades", .syntax(.missingColon), nil),
        ("read:zzzzzzzzzzz", .noSuchResource, nil),
    ])
    func unknownScopesSayWhy(text: String, reason: UnknownScope.Reason, suggestion: String?) throws {
        let catalog = try Self.catalog()
        let error = #expect(throws: UnknownScope.self) { try catalog.id(named: text) }
        #expect(error?.reason == reason)
        #expect(error?.suggestion == suggestion)
    }

    @Test func neverSuggestsTheOtherVerb() throws {
        let catalog = try ScopeCatalog(definitions: [Self.definition("write:it")], presets: [])
        let error = #expect(throws: UnknownScope.self) { try catalog.id(named: "read:it") }
        #expect(error?.suggestion == nil)
    }
}
