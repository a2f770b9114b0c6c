import StrictJSON
import Testing

@Suite struct JSONReaderTests {
    /// Texts that must be refused, with the reason and its place.
    static let refused: [(String, JSONError.Kind, Int)] = [
        ("", .unexpectedEnd, 0), ("   ", .unexpectedEnd, 3), ("[", .unexpectedEnd, 1), ("{", .unexpectedEnd, 1),
        ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5), ("{\"a\":1", .unexpectedEnd, 6),
        ("[1,", .unexpectedEnd, 3), ("\"abc", .unexpectedEnd, 4), ("tru", .unexpectedEnd, 3),
        ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
        ("1 2", .trailingBytes, 2), ("{}x", .trailingBytes, 2), ("null,", .trailingBytes, 4),
        ("\"a\"\"b\"", .trailingBytes, 3),
        ("[1]]", .trailingBytes, 3), ("{}\u{0}", .trailingBytes, 2), ("01x", .invalidNumber, 0),
        ("\u{FEFF}{}", .byteOrderMark, 0),
        ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3),
        ("{\"a\":1,}", .unexpectedByte, 7), ("{,}", .unexpectedByte, 1), ("{a:1}", .unexpectedByte, 1),
        ("{\"a\" 1}", .unexpectedByte, 5), ("{\"a\":}", .unexpectedByte, 5), ("{\"a\":1]", .unexpectedByte, 6),
        ("[1}", .unexpectedByte, 2), ("{1:2}", .unexpectedByte, 1), ("'a'", .unexpectedByte, 0),
        ("True", .unexpectedByte, 0), ("nulx", .unexpectedByte, 3), ("truE", .unexpectedByte, 3),
        ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
        (".5", .unexpectedByte, 0), ("// c\n1", .unexpectedByte, 0), ("/**/1", .unexpectedByte, 0),
        ("\u{C}1", .unexpectedByte, 0), ("\u{A0}1", .unexpectedByte, 0), ("[1;2]", .unexpectedByte, 2),
        ("01", .invalidNumber, 0), ("-01", .invalidNumber, 1), ("00", .invalidNumber, 0), ("1.x", .invalidNumber, 2),
        ("-a", .invalidNumber, 1), ("1e5.5", .trailingBytes, 3), ("0x10", .trailingBytes, 1),
        ("1ex", .invalidNumber, 2),
        ("-Infinity", .invalidNumber, 1), ("1.e5", .invalidNumber, 2),
        ("\"\n\"", .controlCharacter, 1), ("\"a\u{0}\"", .controlCharacter, 2), ("\"\u{1F}\"", .controlCharacter, 1),
        ("{\"\t\":1}", .controlCharacter, 2),
        ("\"\\x41\"", .invalidEscape, 1), ("\"\\", .invalidEscape, 1), ("\"\\u12\"", .invalidEscape, 1),
        ("\"\\u12G4\"", .invalidEscape, 1), ("\"\\U0041\"", .invalidEscape, 1), ("\"\\'\"", .invalidEscape, 1),
        ("\"\\u+123\"", .invalidEscape, 1), ("\"\\u", .invalidEscape, 1),
        ("\"\\uD800\"", .loneSurrogate, 1), ("\"\\uDC00\"", .loneSurrogate, 1), ("\"\\uDBFFx\"", .loneSurrogate, 1),
        ("\"\\uD800\\u0041\"", .loneSurrogate, 1), ("\"\\uD800\\uD800\"", .loneSurrogate, 1),
        ("\"\\uD83D\\n\"", .loneSurrogate, 1), ("\"\\uD83D\\uDE\"", .loneSurrogate, 1),
        ("{\"a\":1,\"a\":2}", .duplicateMember, 8), ("{\"a\":1,\"\\u0061\":2}", .duplicateMember, 8),
        ("[{\"x\":{\"b\":0,\"c\":0,\"b\":0}}]", .duplicateMember, 20), ("{\"\":1,\"\":1}", .duplicateMember, 7),
    ]

    @Test(arguments: refused)
    func refusesWithReasonAndPlace(text: String, kind: JSONError.Kind, offset: Int) {
        #expect(throws: JSONError(kind, at: offset)) { try JSONValue(parsing: Array(text.utf8).span) }
    }

    /// Ill-formed sequences of the Unicode Standard's table 3-7 and around it.
    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE1, 0x80], [0xE1, 0x80, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE],
            [0xFF],
        ] as [[UInt8]]
    )
    func refusesMalformedUTF8(bytes: [UInt8]) {
        let quoted = [UInt8(ascii: "\""), UInt8(ascii: "a")] + bytes + [UInt8(ascii: "\"")]
        #expect(throws: JSONError(.invalidUTF8, at: 2)) { try JSONValue(parsing: quoted.span) }
        let unterminated = [UInt8(ascii: "\"")] + bytes
        #expect(throws: JSONError.self) { try JSONValue(parsing: unterminated.span) }
    }

    @Test(arguments: [
        "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}", "\u{7F}",
    ])
    func readsEveryLengthOfUTF8(text: String) throws {
        #expect(try JSONValue(parsing: Array("\"\(text)\"".utf8).span).string == text)
    }

    @Test(arguments: [
        ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{C}\n\r\t"), ("\"\\u0041\\u00e9\\u20AC\"", "A\u{E9}\u{20AC}"),
        ("\"\\uD83D\\uDE00\"", "\u{1F600}"), ("\"\\ud800\\udc00\"", "\u{10000}"), ("\"\\uDBFF\\uDFFF\"", "\u{10FFFF}"),
        ("\"\\u0000\"", "\u{0}"), ("\"\\uFFFE\"", "\u{FFFE}"), ("\"\"", ""), ("  \"x\"\r\n\t ", "x"),
    ])
    func readsStrings(text: String, meaning: String) throws {
        #expect(try JSONValue(parsing: Array(text.utf8).span) == .string(Array(meaning.utf8)))
    }

    @Test func limitsTheDepth() throws {
        let nested = { (depth: Int) in
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(32).span) }
        #expect(throws: JSONError(.tooDeep, at: 32)) { try JSONValue(parsing: nested(33).span) }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(64).span, maximumDepth: 1000) }
        #expect(throws: JSONError(.tooDeep, at: 64)) { try JSONValue(parsing: nested(65).span, maximumDepth: 1000) }
        #expect(throws: JSONError(.tooDeep, at: 0)) { try JSONValue(parsing: nested(1).span, maximumDepth: -1) }
        let objects = Array((String(repeating: "{\"a\":", count: 33) + "1" + String(repeating: "}", count: 33)).utf8)
        #expect(throws: JSONError(.tooDeep, at: 32 * 5)) { try JSONValue(parsing: objects.span) }
    }

    @Test func givesTokensInOrder() throws {
        let text = Array(" {\"a\":[true,-1.5e2,\"x\\n\"],\"b\":{}, \"c\":null}".utf8)
        var reader = JSONReader()
        var seen: [String] = []
        while true {
            let token = try reader.next(in: text.span)
            switch token {
            case .name(let name): seen.append("name " + String(decoding: name.decoded(in: text.span), as: UTF8.self))
            case .string(let value):
                seen.append("string \(value.hasEscapes) \(value.decoded(in: text.span))")
            case .number(let range): seen.append("number " + String(decoding: text[range], as: UTF8.self))
            default: seen.append("\(token)")
            }
            if token == .end { break }
        }
        #expect(
            seen == [
                "beginObject", "name a", "beginArray", "bool(true)", "number -1.5e2", "string true [120, 10]",
                "endArray",
                "name b", "beginObject", "endObject", "name c", "null", "endObject", "end",
            ]
        )
        #expect(try reader.next(in: text.span) == .end)
    }

    @Test func keepsMembersInOrderAndFindsThem() throws {
        let value = try JSONValue(parsing: Array("{\"z\":1,\"a\":[],\"m\":\"t\"}".utf8).span)
        guard case .object(let object) = value else {
            Issue.record("not an object")
            return
        }
        #expect(object.members.map { String(decoding: $0.name, as: UTF8.self) } == ["z", "a", "m"])
        #expect(object["a"] == .array([]))
        #expect(object["m"]?.string == "t")
        #expect(object["b"] == nil)
    }

    @Test func findsADuplicateAmongManyMembers() throws {
        for position in [0, 15, 16, 17, 999] {
            let members = (0..<1000).map { "\"m\($0)\":0" } + ["\"m\(position)\":1"]
            let text = Array("{\(members.joined(separator: ","))}".utf8)
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text.span) }
            #expect(error?.kind == .duplicateMember)
            let unique = Array("{\(members.dropLast().joined(separator: ","))}".utf8)
            #expect(throws: Never.self) { try JSONValue(parsing: unique.span) }
        }
    }
}
