import GatewayConfig
import RouteMap
import ScopeModel
import Testing

@Suite("Expectations")
struct ExpectationTests {
    private static func load(_ line: String) throws -> [RouteExpectation] {
        var files = MemoryFiles()
        files["e.yaml"] = "version: 1\nexpect:\n  - \(line)\n"
        let catalog = try ConfigLoader.loadEmbedded { _ in "" }.catalog
        return try ConfigLoader.loadExpectations(path: "e.yaml", catalog: catalog, files: files)
    }

    @Test func theJournalsOwnAreMet() throws {
        let (catalog, map) = try ConfigLoader.loadEmbedded { _ in "" }
        let path = Fixture.folder.appending(path: "expectations.yaml").path
        let expectations = try ConfigLoader.loadExpectations(path: path, catalog: catalog, files: SystemFiles())
        var tested: Set<Int> = []
        for expectation in expectations {
            let evaluation = RequestEvaluation(
                method: expectation.method,
                target: expectation.target,
                key: expectation.key,
                map: map,
                catalog: catalog
            )
            #expect(expectation.isMet(by: evaluation), "\(expectation.text): \(evaluation.outcome)")
            if let route = evaluation.route { tested.insert(route) }
        }
        #expect(tested.count == map.routes.count)
        #expect(map.lint(catalog) == [])
    }

    @Test(arguments: [
        ("GET /a", "e.yaml:3:11: error: no → between request and outcome"),
        ("GET → allow", "e.yaml:3:5: error: no method and path before the →"),
        ("GET /a by x → allow", "e.yaml:3:12: error: \"by\" is not expected here"),
        ("GET /a with read:trade → allow", "e.yaml:3:17: error: there is no scope read:trade in the catalog"),
        ("GET /a with preset x → allow", "e.yaml:3:24: error: the catalog has no preset x"),
        ("GET /a →", "e.yaml:3:13: error: one outcome has to follow the →"),
        ("GET /a -> alow", "e.yaml:3:15: error: \"alow\" is no outcome\n  help: did you mean allow?"),
        ("GET /a -> forbidden_scope x", "e.yaml:3:31: error:"),
    ])
    func saysWhereALineIsWrong(line: String, message: String) throws {
        let errors = #expect(throws: ConfigErrors.self) { try Self.load(line) }
        #expect(errors?.description.hasPrefix(message) == true, "\(errors?.description ?? "")")
    }

    @Test func readsKeysAndOutcomes() throws {
        #expect(try Self.load("GET /a -> deny")[0].key == SupposedKey.none)
        #expect(try Self.load("GET /a with no scopes -> allow")[0].key == .valid([]))
        let two = try Self.load("GET /a with read:trades, write:tags → forbidden_scope read:tags")[0]
        guard case .valid(let scopes) = two.key, case .code("forbidden_scope", required: _?) = two.outcome else {
            Issue.record("\(two)")
            return
        }
        #expect(scopes.count == 2)
    }
}
