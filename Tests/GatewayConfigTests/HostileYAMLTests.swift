import GatewayConfig
import Testing

@Suite("Hostile YAML")
struct HostileYAMLTests {
    private static func diagnostics(_ bytes: [UInt8]) -> [Diagnostic] {
        var files = MemoryFiles()
        files.contents["scopegate.yaml"] = bytes
        return Fixture.diagnostics(files)
    }

    private static func diagnostics(_ text: String) -> [String] {
        diagnostics(Array(text.utf8)).map(\.description)
    }

    @Test(arguments: [
        ("", ["1:1: error: the file is empty"]),
        ("# nothing\n", ["1:1: error: the file is empty"]),
        (
            "a: [\n",
            [
                "2:1: error: not YAML: did not find expected node content\n"
                    + "  help: while parsing a flow node, which begins at 2:1"
            ]
        ),
        (
            "a: b\n--- \nc: d\n",
            [
                "2:1: error: not YAML: but found another document\n"
                    + "  help: expected a single document in the stream, which begins at 1:1"
            ]
        ),
        ("log: !!str info\na: *b\n", ["2:4: error: not YAML: found undefined alias"]),
        (
            "log: &a {level: info}\nshutdown: *a\n",
            [
                "2:11: error: aliases are not supported\n"
                    + "  help: write the value out where it is needed"
            ]
        ),
        ("log: {level: !custom info}\n", ["1:14: error: tags such as !custom are not supported"]),
        ("log: !!map {level: !!int 1}\n", ["1:20: error: tags such as tag:yaml.org,2002:int are not supported"]),
        (
            "\tlog: x\n",
            [
                "1:1: error: this line is indented by a tab, which YAML does not take for indentation\n"
                    + "  help: indent by spaces"
            ]
        ),
        (
            "log: \"\\x\"\n",
            [
                "1:9: error: not YAML: did not find expected hexdecimal number\n"
                    + "  help: while parsing a quoted scalar, which begins at 1:6"
            ]
        ),
    ])
    func isRefusedWithAPlace(text: String, expected: [String]) {
        let found = Self.diagnostics(text)
        #expect(agree(found, expected.map { "scopegate.yaml:" + $0 }), "\(found)")
        #expect(found.allSatisfy(tellsAWayOut), "\(found)")
    }

    @Test func bytesThatAreNotUTF8HaveTheirPlace() {
        let found = Self.diagnostics(Array("log: x\né: ".utf8) + [0xff, 0x0a])
        #expect(agree(found.map(\.description), ["scopegate.yaml:2:4: error: the file is not UTF-8 here"]))
    }

    @Test func controlCharactersHaveTheirPlace() {
        let found = Self.diagnostics("log:\r\n  level: a\u{1}b\n")
        #expect(agree(found, ["scopegate.yaml:2:11: error: not YAML: control characters are not allowed"]))
    }

    @Test func aMarkAtTheStartIsFine() throws {
        #expect(try Fixture.load("\u{feff}" + Fixture.minimal).warnings == [])
    }

    @Test func windowsLineEndsAreFine() throws {
        #expect(try Fixture.load(Fixture.minimal.replacing("\n", with: "\r\n")).warnings == [])
    }

    /// Nine levels of ten aliases each, as values and as a key: 10⁹ nodes, if they were followed.
    @Test(arguments: ["z: *i\n", "? *i\n: z\n"])
    func aliasBombsAreNotFollowed(end: String) {
        var text = "a: &a [x]\n"
        for (name, previous) in zip("bcdefghi", "abcdefgh") {
            let aliases = Array(repeating: "*\(previous)", count: 10).joined(separator: ", ")
            text += "\(name): &\(name) [\(aliases)]\n"
        }
        #expect(
            Self.diagnostics(text + end) == [
                "scopegate.yaml:2:8: error: aliases are not supported\n"
                    + "  help: write the value out where it is needed"
            ]
        )
    }

    @Test func anchorsWithoutAliasesDoNoHarm() throws {
        #expect(try Fixture.load(Fixture.minimal + "log: &level {level: info} # &x *y\n").warnings == [])
    }

    /// Text that only looks like an alias is none.
    @Test(arguments: ["# &D … **D**", "log: {level: info} # *a &a", "log: {level: 'info'} # a & *b*, &b"])
    func whatOnlyLooksLikeAnAliasIsNone(line: String) throws {
        #expect(try Fixture.load(Fixture.minimal + line + "\n").warnings == [])
    }

    @Test(arguments: [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")])
    func deepNestingIsRefused(open: String, close: String) {
        for depth in [33, 900, 5000] {
            let text = String(repeating: open, count: depth) + "x" + String(repeating: close, count: depth)
            #expect(!Self.diagnostics("log: " + text + "\n").isEmpty)
            #expect(!Self.diagnostics(text + "\n").isEmpty)
        }
    }

    @Test func filesAreBounded() {
        let found = Self.diagnostics(Array(repeating: UInt8(ascii: "#"), count: 1 << 20 + 1))
        #expect(found.map(\.message) == ["the file can't be read: it has more than 1MiB"])
    }

    @Test func whatIsQuotedFromAFileCanNotDriveATerminal() {
        let found = Self.diagnostics(Fixture.minimal + "\"a\\e[2J\\u009b\": 1\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("scopegate.yaml:3:1: error: unknown key \"a\\u{1b}[2J\\u{9b}\"") == true)
    }

    /// Short files are padded before libyaml gets them, and a value that isn't there is said to be behind the padding.
    @Test(arguments: ["---", "---\n", "--- ", "a:\n---"])
    func noPlaceIsBehindTheEnd(text: String) {
        let found = Fixture.diagnostics(text)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
        #expect(!found.isEmpty)
        for diagnostic in found { #expect(diagnostic.line <= lines, "\(diagnostic)") }
    }
}
