import TestSupport
import Testing

@testable import Audit

@Suite struct AuditPatternTests {
    @Test(arguments: [
        ("", "", true), ("", "a", false), ("a", "a", true), ("a", "A", false), ("a", "ab", false), ("*", "", true),
        ("*", "anything", true), ("a*", "a", true), ("a*", "ba", false), ("*a", "ba", true), ("*a", "ab", false),
        ("a*a", "a", false), ("a*a", "aa", true), ("a*b*c", "abc", true), ("a*b*c", "axbxc", true),
        ("a*b*c", "acb", false), ("*b*", "abc", true), ("*b*", "ac", false), ("a**c", "abc", true),
        ("*ab*ab*", "abab", true), ("*ab*ab*", "aba", false), ("write:*", "write:tags", true),
        ("write:*", "read:tags", false),
    ])
    func matches(pattern: String, text: String, expected: Bool) {
        #expect(AuditFilter.matches(text, pattern: pattern) == expected)
    }

    /// Another way to decide the same: by taking characters one after the other.
    private func plain(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = Array(pattern.dropFirst())
        if first == UInt8(ascii: "*") { return (0...text.count).contains { plain(rest, Array(text[$0...])) } }
        return text.first == first && plain(rest, Array(text.dropFirst()))
    }

    @Test func agreesWithThePlainReading() {
        var generator = SeededGenerator(seed: 20)
        for _ in 0..<5000 {
            func some(_ letters: String, _ count: Int) -> String {
                let letters = Array(letters)
                return String(
                    (0..<Int.random(in: 0...count, using: &generator)).map { _ in
                        letters[Int.random(in: 0..<letters.count, using: &generator)]
                    }
                )
            }
            let (pattern, text) = (some("ab*", 6), some("ab", 8))
            #expect(
                AuditFilter.matches(text, pattern: pattern) == plain(Array(pattern.utf8), Array(text.utf8)),
                "\(pattern) \(text)"
            )
        }
    }
}
