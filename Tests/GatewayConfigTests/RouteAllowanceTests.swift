import GatewayConfig
import RouteMap
import Testing

@Suite("Encodings that routes allow")
struct RouteAllowanceTests {
    private static func load(
        _ requirement: String,
        template: String = "/a/{x}"
    ) throws(ConfigErrors) -> LoadedConfiguration {
        var files = MemoryFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: routes.yaml\n"
        files["routes.yaml"] = "version: 1\nroutes:\n  \(template): {GET: \(requirement)}\n"
        return try Fixture.load(files)
    }

    @Test(
        arguments: [
            ("read:trades", []), ("{scope: read:trades, allow: [encoded_slash]}", .slash),
            ("{allow: [encoded_percent, encoded_slash], any: [read:trades]}", [.slash, .percent]),
            ("{scope: public, allow: [encoded_delimiters]}", .delimiters),
        ] as [(String, EncodingAllowance)]
    )
    func areRead(requirement: String, expected: EncodingAllowance) throws {
        #expect(try Self.load(requirement).routeMap.routes[0].allowance == expected)
    }

    @Test(arguments: [
        ("{scope: read:trades, allow: []}", "/a/{x}", "3:45: error: GET /a/{x}.allow is an empty list"),
        ("{scope: read:trades, allow: encoded_slash}", "/a/{x}", "3:45: error: GET /a/{x}.allow has to be a list"),
        (
            "{scope: read:trades, allow: [encoded_slsh]}", "/a/{x}",
            "3:46: error: GET /a/{x}.allow can't have \"encoded_slsh\"\n  help: did you mean encoded_slash?"
        ),
        (
            "{scope: read:trades, allow: [encoded_slash]}", "/a/b",
            "3:43: error: GET /a/b.allow has no effect: the path has no parameter\n  help: leave it out"
        ),
    ])
    func areReportedWithTheirPlace(requirement: String, template: String, expected: String) {
        #expect {
            try Self.load(requirement, template: template)
        } throws: { error in
            guard let errors = error as? ConfigErrors else { return false }
            return errors.diagnostics.contains { "\($0)".contains("routes.yaml:\(expected)") }
        }
    }

    @Test func notesHaveTheirPlace() throws {
        let loaded = try Self.load("{scope: read:trades, allow: [encoded_slash]}")
        #expect(loaded.notes.count == 1)
        #expect(
            loaded.notes.allSatisfy { $0.contains("routes.yaml:3:12: note: GET /a/{x} takes %2F for data") },
            "\(loaded.notes)"
        )
        #expect(try Self.load("read:trades").notes.isEmpty)
    }
}
