import HTTP1
import Testing

@testable import Gateway

@Suite("KeyExtractor")
struct KeyExtractorTests {
    /// What was found, with the key's text instead of its place.
    enum Found: Equatable, Sendable {
        case key(String)
        case missing
        case malformed
        case ambiguous
    }

    static let apiKey = KeyExtractor.Source.header(Array("x-api-key".utf8))
    static let journalKey = KeyExtractor.Source.header(Array("x-journal-key".utf8))

    private func find(bytes fields: [UInt8], _ sources: [KeyExtractor.Source], target: String = "/") throws -> Found {
        let start = Array("GET \(target) HTTP/1.1\r\nHost: h\r\n".utf8)
        let request = try ParsedRequest(bytes: start + fields + Array("\r\n".utf8))
        switch KeyExtractor(sources: sources).extract(request.head.fields, in: request.bytes.span) {
        case .key(let range): return .key(String(decoding: request.bytes[range.range], as: UTF8.self))
        case .missing: return .missing
        case .malformed: return .malformed
        case .ambiguous: return .ambiguous
        }
    }

    private func find(_ fields: [String], _ sources: [KeyExtractor.Source], target: String = "/") throws -> Found {
        try find(bytes: Array(fields.map { "\($0)\r\n" }.joined().utf8), sources, target: target)
    }

    @Test(arguments: [
        (["Authorization: Bearer abc"], Found.key("abc")),
        (["authorization: bearer abc"], .key("abc")),
        (["AUTHORIZATION: BEARER abc"], .key("abc")),
        (["Authorization:Bearer abc"], .key("abc")),
        (["Authorization: \t Bearer abc \t "], .key("abc")),
        (["Accept: */*", "Authorization: Bearer abc", "User-Agent: x"], .key("abc")),
        (["X-API-Key: abc"], .key("abc")),
        (["x-api-key:\tabc\t"], .key("abc")),
        (["X-API-KEY: Bearer"], .key("Bearer")),
        (["Authorization: Bearer -._~+/azAZ09=="], .key("-._~+/azAZ09==")),
        (["Authorization: Bearer a="], .key("a=")),
        // Nothing that could be a key.
        ([], .missing),
        (["Authorization:"], .missing),
        (["Authorization: Basic dTpw"], .missing),
        (["Authorization: Bear abc"], .missing),
        (["Authorization: Bearerx abc"], .missing),
        (["Authorization: Bearer\tabc"], .missing),
        (["Authorization: abc"], .missing),
        (["X_API_Key: abc"], .missing),
        (["X-API-Key2: abc"], .missing),
        (["XX-API-Key: abc"], .missing),
        (["Proxy-Authorization: Bearer abc"], .missing),
        (["Cookie: X-API-Key=abc; access_token=abc"], .missing),
        // Something where a key should be.
        (["Authorization: Bearer"], .malformed),
        (["Authorization: Bearer "], .malformed),
        (["Authorization: Bearer  abc"], .malformed),
        (["Authorization: Bearer abc def"], .malformed),
        (["Authorization: Bearer abc,def"], .malformed),
        (["Authorization: Bearer abc, Bearer def"], .malformed),
        (["Authorization: Bearer \"abc\""], .malformed),
        (["Authorization: Bearer token=abc"], .malformed),
        (["Authorization: Bearer ="], .malformed),
        (["Authorization: Bearer =abc"], .malformed),
        (["Authorization: Bearer a=b"], .malformed),
        (["Authorization: Bearer é"], .malformed),
        (["X-API-Key:"], .malformed),
        (["X-API-Key: Bearer abc"], .malformed),
        (["X-API-Key: abc, abc"], .malformed),
        // More than one, even of the same.
        (["Authorization: Bearer abc", "Authorization: Bearer abc"], .ambiguous),
        (["Authorization: Bearer abc", "authorization: Bearer def"], .ambiguous),
        (["Authorization: Bearer abc", "Authorization: Basic dTpw"], .ambiguous),
        (["Authorization: Bearer abc", "Authorization:"], .ambiguous),
        (["Authorization: Bearer abc", "X-API-Key: abc"], .ambiguous),
        (["X-API-Key: abc", "Authorization: Bearer abc"], .ambiguous),
        (["X-API-Key: abc", "X-Api-Key: abc"], .ambiguous),
        (["X-API-Key: abc", "X-API-Key:"], .ambiguous),
        (["X-API-Key: abc", "Authorization: Basic dTpw"], .ambiguous),
        (["X-API-Key: abc", "Accept: */*", "X-API-Key: def", "Authorization: Bearer abc"], .ambiguous),
    ])
    func bearerAndHeader(_ fields: [String], _ expected: Found) throws {
        #expect(try find(fields, [.bearer, Self.apiKey]) == expected)
        #expect(try find(fields, [Self.apiKey, .bearer]) == expected)
    }

    @Test(arguments: [
        ([KeyExtractor.Source.bearer], ["Authorization: Bearer abc"], Found.key("abc")),
        ([.bearer], ["X-API-Key: abc"], .missing),
        // The upstream might read the one that isn't configured here.
        ([.bearer], ["X-API-Key: def", "Authorization: Bearer abc"], .ambiguous),
        ([apiKey], ["X-API-Key: abc"], .key("abc")),
        ([apiKey], ["Authorization: Bearer abc"], .missing),
        ([apiKey], ["Authorization: Bearer def", "X-API-Key: abc"], .ambiguous),
        ([journalKey], ["x-journal-KEY: abc"], .key("abc")),
        ([journalKey], ["X-Journal-Key: a b"], .malformed),
        ([journalKey], ["X-Journal-Key: abc", "X-Journal-Key: abc"], .ambiguous),
        ([journalKey], ["X-Journal-Key: abc", "X-API-Key: def"], .ambiguous),
        ([journalKey], ["X-Journal-Key: abc", "Authorization: Bearer def"], .ambiguous),
        ([journalKey], ["X-API-Key: abc"], .missing),
        ([journalKey], ["X_Journal_Key: abc", "X-Journal-Ke: abc", "X-Journal-Key-: abc"], .missing),
        ([journalKey], ["X_Journal_Key: def", "X-Journal-Key: abc"], .key("abc")),
        ([.bearer, journalKey, apiKey], ["X-Journal-Key: abc"], .key("abc")),
        ([.bearer, journalKey, apiKey], ["X-Journal-Key: abc", "X-API-Key: abc"], .ambiguous),
        ([], ["Authorization: Bearer abc"], .missing),
        ([], ["Authorization: Bearer abc", "X-API-Key: abc"], .ambiguous),
    ])
    func sources(_ sources: [KeyExtractor.Source], _ fields: [String], _ expected: Found) throws {
        #expect(try find(fields, sources) == expected)
    }

    @Test(arguments: ["access_token", "api_key", "X-API-Key", "Authorization"])
    func neverInTheQuery(_ name: String) throws {
        #expect(try find([], [.bearer, Self.apiKey], target: "/?\(name)=abc") == .missing)
    }

    /// RFC 6750 §2.1, byte by byte: in front, in the middle and at the end of a token.
    @Test func tokenSyntax() throws {
        let allowed = Set(
            Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/".utf8)
        )
        for name in ["Authorization: Bearer ", "X-API-Key: "] {
            // HTAB and the visible bytes; what else is a control never gets past the head's parser.
            for byte in [0x09] + Array(UInt8(0x20)...0x7E) + Array(0x80...0xFF) {
                let isSpace = byte == 0x09 || byte == 0x20
                let inFront = try find(bytes: Array(name.utf8) + [byte, 0x61, 0x0D, 0x0A], [.bearer, Self.apiKey])
                let between = try find(
                    bytes: Array(name.utf8) + [0x61, byte, 0x62, 0x0D, 0x0A],
                    [.bearer, Self.apiKey]
                )
                let behind = try find(bytes: Array(name.utf8) + [0x61, byte, 0x0D, 0x0A], [.bearer, Self.apiKey])
                if allowed.contains(byte) {
                    let character = String(decoding: [byte], as: UTF8.self)
                    #expect(inFront == .key("\(character)a"))
                    #expect(between == .key("a\(character)b"))
                    #expect(behind == .key("a\(character)"))
                } else {
                    #expect(between == .malformed, "byte \(byte)")
                    // Whitespace around a value is no part of it (RFC 9112 §5.1).
                    #expect(behind == (byte == 0x3D ? .key("a=") : isSpace ? .key("a") : .malformed), "byte \(byte)")
                    let isTrimmed = isSpace && name.hasPrefix("X")
                    #expect(inFront == (isTrimmed ? .key("a") : .malformed), "byte \(byte)")
                }
            }
        }
    }

    @Test(arguments: [(1, true), (4095, true), (4096, true), (4097, false), (8000, false)])
    func length(_ count: Int, _ isKey: Bool) throws {
        let token = String(repeating: "k", count: count)
        let expected = isKey ? Found.key(token) : .malformed
        #expect(try find(["Authorization: Bearer \(token)"], [.bearer]) == expected)
        #expect(try find(["X-API-Key: \(token)"], [Self.apiKey]) == expected)
    }

    @Test(arguments: [
        ("Authorization", true), ("authorization", true), ("X-API-Key", true), ("x-api-KEY", true),
        ("X-Journal-Key", true), ("x-journal-key", true), ("X_Journal_Key", false), ("X_API_Key", false),
        ("Cookie", false), ("Proxy-Authorization", false), ("X-Journal-Keys", false), ("Accept", false),
    ])
    func keyFields(_ name: String, _ isKeyField: Bool) throws {
        let request = try ParsedRequest("GET / HTTP/1.1\r\nHost: h\r\n\(name): v\r\n\r\n")
        let field = try #require(request.head.fields.last)
        // Whether or not bearer and X-API-Key are configured: upstreams commonly read both.
        for sources in [[Self.journalKey], [.bearer, Self.apiKey, Self.journalKey]] {
            let found = KeyExtractor(sources: sources).isKeyField(field, in: request.bytes.span)
            #expect(found == isKeyField)
        }
    }
}
