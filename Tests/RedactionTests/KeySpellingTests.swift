import Testing

@testable import Redaction

@Suite("Search for a key in a text")
struct KeySpellingTests {
    /// The place at which the key stands first, found by comparing at every index.
    private static func plainlyFirst(_ key: [UInt8], in text: [UInt8]) -> Range<Int>? {
        func units(_ bytes: [UInt8], from start: Int) -> [(byte: UInt8, end: Int)] {
            var result: [(byte: UInt8, end: Int)] = []
            var index = start
            while index < bytes.count {
                let (byte, next) = KeySpelling.unit(bytes.span, index)
                let folded = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
                result.append((folded, next))
                index = next
            }
            return result
        }
        let wanted = units(key, from: 0)
        for start in text.indices {
            let found = units(text, from: start).prefix(wanted.count)
            if found.map(\.byte) == wanted.map(\.byte), let last = found.last { return start..<last.end }
        }
        return nil
    }

    @Test("What is skipped holds no key: random keys and texts, of few different bytes so that they nearly match")
    func agreesWithThePlainSearch() {
        let pieces = ["a", "A", "b", "%61", "%62", "%", "%2561", "6", "1"].map { Array($0.utf8) }
        var found = 0
        for _ in 0..<20_000 {
            let key = (0..<Int.random(in: 1...4)).flatMap { _ in pieces[Int.random(in: pieces.indices)] }
            let text = (0..<Int.random(in: 0...9)).flatMap { _ in pieces[Int.random(in: pieces.indices)] }
            var spelling = KeySpelling(textCount: text.count)
            let expected = Self.plainlyFirst(key, in: text)
            if expected != nil { found += 1 }
            let hasEncodings = key.contains(UInt8(ascii: "%"))
            let answer = spelling.first(key.span, hasEncodings: hasEncodings, in: text.span, from: 0)
            #expect(
                answer == (expected.map { .key($0) } ?? .nothing),
                "\(String(decoding: key, as: UTF8.self)) in \(String(decoding: text, as: UTF8.self))"
            )
        }
        #expect(found > 1000)
    }

    @Test("A key that is written with encodings is found in a text that is shorter than it")
    func shorterTexts() {
        let key = "%61%62%63%64%65%66%67%68"
        let bytes = Array(key.utf8)
        var secrets = RequestSecrets()
        secrets.add(field: bytes.indices, in: bytes.span)
        #expect(secrets.redact(Array("abcdefgh".utf8).span, limit: 100, in: bytes.span).string == "[key]")
    }
}
