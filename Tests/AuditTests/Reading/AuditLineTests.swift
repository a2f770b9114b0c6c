import Testing

@testable import Audit

@Suite struct AuditLineTests {
    /// A line that somebody else has written may hold what ours never do; it must not reach a terminal.
    @Test(arguments: [
        ("a\u{1B}[2Jb", #"a\u001b[2Jb"#), ("a\u{7F}b", #"a\u007fb"#), ("a\u{202E}b", #"a\u202eb"#), ("Jörg", "Jörg"),
        (#"a\nb"#, #"a\u000ab"#), ("plain", "plain"),
    ])
    func whatIsShownHasNoControlCharacters(written: String, shown: String) {
        let bytes = Array("{\"time\":\"x\",\"subject\":\"\(written)\",\"generation\":1}".utf8)
        bytes.withUnsafeBytes { #expect(AuditLine($0).text(.subject) == shown) }
    }
}
