import GatewayConfig
import Testing

/// Habits from other programs and editors are told by what they are.
@Suite struct ForeignTextTests {
    private func load(_ text: String, routes: String? = nil) -> [Diagnostic] {
        var files = MemoryFiles()
        files["scopegate.yaml"] = text
        files["routes.yaml"] = routes ?? "version: 1\nroutes: {/a: {GET: public}}\n"
        do {
            return try ConfigLoader.load(path: "scopegate.yaml", environment: [:], files: files) { _ in "" }.warnings
        } catch {
            return error.diagnostics
        }
    }

    @Test(arguments: ["/var/${NAME}/audit.jsonl", "${NAME}", "a{{ .Values.path }}"])
    func variablesAreNotReplaced(text: String) {
        let found = load(Fixture.minimal + "audit: {path: '\(text)'}\n").filter {
            $0.message.contains("as it is written")
        }
        #expect(found.count == 1 && found[0].severity == .warning && found[0].line == 3, "\(found)")
    }

    @Test(arguments: ["a$b", "a{b}", "${", "a}b{", "$(NAME)"])
    func otherTextsAreNone(text: String) {
        #expect(
            !load(Fixture.minimal + "audit: {path: '\(text)'}\n").contains { $0.message.contains("as it is written") }
        )
    }

    @Test(arguments: [
        ("audit:\n\tpath: x\n", 4, 1), ("audit:\n  \tpath: x\n", 4, 3), ("audit:\n  rotate:\n\t\tsize: 1MiB\n", 5, 1),
    ])
    func aTabIsCalledATab(text: String, line: Int, column: Int) {
        let found = load(Fixture.minimal + text)
        #expect(found.map(\.line) == [line] && found[0].column == column, "\(found)")
        #expect(found[0].message.contains("indented by a tab") && found[0].suggestion == "indent by spaces")
    }

    @Test func otherFaultsAreNotLaidOnTabs() {
        let found = load("#\tcomment\nhosts: ['a\n\tb']\n" + Fixture.minimal + "audit: {path: [}\n")
        #expect(!found.isEmpty && !found[0].message.contains("tab"), "\(found)")
    }
}
