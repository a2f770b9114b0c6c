import Testing

@testable import Redaction

@Suite("Secrets of a request")
struct RequestSecretsTests {
    private static let key = "tj_live_9k2m4n6p8q0r2s4t"

    /// What is left of a text beside fields with these values.
    private static func redact(_ text: String, _ fields: [String], limit: Int = 4096) -> String {
        var bytes: [UInt8] = []
        var places: [Range<Int>] = []
        for field in fields {
            places.append(bytes.count..<bytes.count + field.utf8.count)
            bytes += field.utf8
        }
        var secrets = RequestSecrets()
        for place in places { secrets.add(field: place, in: bytes.span) }
        return secrets.redact(Array(text.utf8).span, limit: limit, in: bytes.span).string
    }

    @Test(
        "A key is taken out of a text in every spelling",
        arguments: [
            "tj_live_9k2m4n6p8q0r2s4t", "TJ_LIVE_9K2M4N6P8Q0R2S4T", "tj%5Flive%5f9k2m4n6p8q0r2s4t",
            "%74%6a%5f%6c%69%76%65%5f%39%6b%32%6d%34%6e%36%70%38%71%30%72%32%73%34%74",
            "tj%255Flive_9k2m4n6p8q0r2s4t", "tj%25255Flive_9k2m4n6p8q0r2s4t", "t%6%41_live_9k2m4n6p8q0r2s4t",
            "tj_live_9k2m4n6p8q0r2s4%%374",
        ]
    )
    func spellings(text: String) {
        #expect(Self.redact("/a/\(text)/b", ["Bearer \(Self.key)"]) == "/a/[key]/b")
    }

    @Test("Another text is left as it is", arguments: ["tj_live_9k2m4n6p8q0r2s4", "%74j%5live", "%", "%%%", "a%zz"])
    func others(text: String) {
        #expect(Self.redact("/a/\(text)", ["Bearer \(Self.key)"]) == "/a/\(text)")
    }

    @Test("An encoding that runs into the key's first bytes doesn't hide it")
    func straySigns() {
        #expect(Self.redact("%41bcdef0123", ["Bearer 41bcdef0123"]) == "%[key]")
        #expect(Self.redact("%%34%31bcdef0123", ["Bearer 41bcdef0123"]) == "%[key]")
        #expect(Self.redact("%%%%%%41bcdef0123", ["Bearer 41bcdef0123"]).hasSuffix("[key]"))
    }

    @Test("A key that is itself written with encodings is found decoded, and encoded again")
    func encodedKeys() {
        for text in ["abc%2Fdefgh", "abc/defgh", "abc%252fdefgh", "%61bc/defgh"] {
            #expect(Self.redact(text, ["abc%2Fdefgh"]) == "[key]", "\(text)")
        }
    }

    @Test(
        "Whatever the scheme, its words are secrets",
        arguments: [
            ("Bearer secret-0123", "secret-0123"), ("Token token=\"secret-0123\"", "secret-0123"),
            ("ApiKey secret-0123", "secret-0123"), ("secret-0123", "secret-0123"), ("Key v=secret-0123", "secret-0123"),
            ("Basic dXNlcjpzZWNyZXQtMDEyMw==", "secret-0123"), ("basic c2VjcmV0LTAxMjM6", "secret-0123"),
            ("Basic dXNlcjpzZWNyZXQtMDEyMw==", "dXNlcjpzZWNyZXQtMDEyMw=="), ("Bearer  secret-0123  ", "secret-0123"),
            ("a b c d e", "a b c d e"),
        ]
    )
    func schemes(value: String, secret: String) {
        #expect(Self.redact("x \(secret) y", [value]) == "x [key] y")
    }

    @Test("Of several secrets each goes, the longest first")
    func several() {
        let fields = ["Bearer secret-01", "secret-0123", "other-4567"]
        #expect(Self.redact("secret-0123 other-4567 secret-01!", fields) == "[key] [key] [key]!")
        #expect(Self.redact("secret-01secret-01", fields) == "[key][key]")
    }

    @Test("Short words blank nothing out, unless they are known to be keys")
    func shortOnes() {
        #expect(Self.redact("/api/v1/trades", ["Bearer trades"]) == "/api/v1/trades")
        var secrets = RequestSecrets()
        let bytes = Array("k42 /a/k42/b".utf8)
        secrets.add(0..<3)
        let isIn = secrets.isIn(bytes.span.extracting(4...), in: bytes.span)
        #expect(!isIn)
        secrets.add(proven: 0..<3)
        let left = secrets.redact(bytes.span.extracting(4...), limit: 100, in: bytes.span)
        #expect(left.string == "/a/[key]/b")
    }

    @Test("What is cut is cut behind the key, so that no part of one is left")
    func limits() {
        let text = "0123456789\(Self.key)"
        for limit in 0..<text.utf8.count {
            let left = Self.redact(text, ["Bearer \(Self.key)"], limit: limit)
            #expect(left == String("0123456789[key]".prefix(limit)), "\(limit)")
        }
        #expect(Self.redact("aé", [], limit: 2) == "a")
        #expect(RedactedText.own("abc", limit: 2).isCut)
    }

    @Test("A text without a key stands as it is, and costs no copy")
    func untouched() {
        let bytes = Array("\(Self.key) /api/v1/trades".utf8)
        var texts = RequestTexts()
        texts.secrets.add(0..<Self.key.utf8.count)
        texts.note(.path, at: Self.key.utf8.count + 1..<bytes.count)
        var isSame = false
        texts.withRedacted(.path, in: bytes.span) { text, isCut in
            text.withUnsafeBufferPointer { part in
                bytes.withUnsafeBufferPointer { whole in
                    isSame = part.baseAddress == whole.baseAddress.map { $0 + Self.key.utf8.count + 1 }
                }
            }
            #expect(!isCut)
        }
        #expect(isSame)
    }

    @Test("A path and a referer end before their query")
    func queries() {
        let bytes = Array("/a/b?c#d".utf8)
        var texts = RequestTexts()
        for part in RequestTexts.Part.allCases { texts.note(part, at: 0..<bytes.count) }
        let shown = RequestTexts.Part.allCases.map { texts.redacted($0, in: bytes.span)?.string }
        #expect(shown == ["/a/b?c#d", "/a/b", "/a/b?c#d", "/a/b?c#d", "/a/b", "/a/b?c#d"])
    }

    /// A text made to be slow is left out instead of searched.
    @Test("Beginnings of a key all over a text blank it out")
    func hostileTexts() {
        let key = String(repeating: "a", count: 4000) + "b"
        #expect(Self.redact(String(repeating: "a", count: 30_000), ["Bearer \(key)"]) == "[key]")
        let percents = String(repeating: "%25", count: 10_000)
        #expect(Self.redact(percents, ["Bearer %25%25%25%25b"]).utf8.count <= percents.utf8.count)
    }
}
