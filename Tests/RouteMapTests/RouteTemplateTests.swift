import HTTP1
import RouteMap
import Testing

@Suite("RouteTemplate")
struct RouteTemplateTests {
    @Test(
        arguments: [
            ("/", [], true, "/"),
            ("/a", [.literal("a")], false, "/a"),
            ("/a/", [.literal("a")], true, "/a/"),
            ("/a/{x}", [.literal("a"), .parameter("x")], false, "/a/{}"),
            ("/{x}/b/", [.parameter("x"), .literal("b")], true, "/{}/b/"),
            ("/a/{rest...}", [.literal("a"), .rest("rest")], false, "/a/{...}"),
            ("/{_1}/{b2...}", [.parameter("_1"), .rest("b2")], false, "/{}/{...}"),
            ("/a.b/.c/...", [.literal("a.b"), .literal(".c"), .literal("...")], false, "/a.b/.c/..."),
            ("/~!$&'()*+,=:@-_", [.literal("~!$&'()*+,=:@-_")], false, "/~!$&'()*+,=:@-_"),
        ] as [(String, [RouteTemplate.Segment], Bool, String)]
    )
    func reads(text: String, segments: [RouteTemplate.Segment], slash: Bool, shape: String) throws {
        let template = try RouteTemplate(parsing: text)
        #expect(template.segments == segments)
        #expect(template.hasTrailingSlash == slash)
        #expect(template.shape == shape)
        #expect(template.description == text)
    }

    @Test(
        arguments: [
            ("", .notAbsolute, 0),
            ("a/b", .notAbsolute, 0),
            ("{x}", .notAbsolute, 0),
            ("//", .emptySegment, 1),
            ("/a//b", .emptySegment, 3),
            ("/a/b//", .emptySegment, 5),
            ("/.", .dotSegment, 1),
            ("/a/../b", .dotSegment, 3),
            ("/a b", .invalidCharacter(" "), 2),
            ("/a;b", .invalidCharacter(";"), 2),
            ("/a?b", .invalidCharacter("?"), 2),
            ("/a#", .invalidCharacter("#"), 2),
            ("/a/b%20", .invalidCharacter("%"), 4),
            ("/a\\b", .invalidCharacter("\\"), 2),
            ("/é", .invalidCharacter("é"), 1),
            ("/ab/é", .invalidCharacter("é"), 4),
            ("/a\0", .invalidCharacter("\0"), 2),
            ("/a{x}", .strayBrace, 2),
            ("/{x}a", .strayBrace, 4),
            ("/x}", .strayBrace, 2),
            ("/{x}{y}", .strayBrace, 4),
            ("/{x", .unclosedParameter, 1),
            ("/{x/y}", .unclosedParameter, 1),
            ("/{}", .invalidParameterName(""), 2),
            ("/{...}", .invalidParameterName(""), 2),
            ("/{1}", .invalidParameterName("1"), 2),
            ("/{a-b}", .invalidParameterName("a-b"), 2),
            ("/{x..}", .invalidParameterName("x.."), 2),
            ("/{x....}", .invalidParameterName("x."), 2),
            ("/{x}/a/{x}", .duplicateParameter("x"), 8),
            ("/{x}/{x...}", .duplicateParameter("x"), 6),
            ("/{x...}/a", .restNotLast, 7),
            ("/{x...}/", .restNotLast, 7),
        ] as [(String, RouteTemplateError.Kind, Int)]
    )
    func refuses(text: String, kind: RouteTemplateError.Kind, offset: Int) {
        let error = #expect(throws: RouteTemplateError.self) { try RouteTemplate(parsing: text) }
        #expect(error?.kind == kind)
        #expect(error?.offset == offset)
        #expect(error?.description.isEmpty == false)
    }

    @Test func boundsAreExact() throws {
        let segments = String(repeating: "/a", count: RouteTemplate.maximumSegments)
        #expect(try RouteTemplate(parsing: segments).segments.count == RouteTemplate.maximumSegments)
        let tooMany = #expect(throws: RouteTemplateError.self) { try RouteTemplate(parsing: segments + "/a") }
        #expect(tooMany?.kind == .tooManySegments)

        let longest = "/" + String(repeating: "a", count: RouteTemplate.maximumLength - 1)
        #expect(try RouteTemplate(parsing: longest).text == longest)
        let tooLong = #expect(throws: RouteTemplateError.self) { try RouteTemplate(parsing: longest + "a") }
        #expect(tooLong?.kind == .tooLong)

        let name = String(repeating: "n", count: 64)
        #expect(try RouteTemplate(parsing: "/{\(name)}").segments == [.parameter(name)])
        #expect(throws: RouteTemplateError.self) { try RouteTemplate(parsing: "/{\(name)n}") }
    }

    /// A literal can hold exactly what the rules for request targets let through unencoded: anything more would be
    /// unreachable, anything less could not be mapped. Four bytes pass in parameters only, as clients send them in two
    /// spellings.
    @Test func literalsAreWhatTargetsCanHave() {
        for value in UInt8(1)..<128 where !"/?{}[]|^".utf8.contains(value) {
            let text = "/a" + String(UnicodeScalar(value)) + "b"
            let isTemplate = (try? RouteTemplate(parsing: text)) != nil
            var isTarget = false
            if case .success = RequestTarget.validate(Array(text.utf8).span) { isTarget = true }
            #expect(isTemplate == isTarget, "\(text)")
        }
    }

    @Test func onlyTemplatesWithoutParametersAreLiteral() throws {
        #expect(try RouteTemplate(parsing: "/a/b/").isLiteral)
        #expect(try !RouteTemplate(parsing: "/a/{b}").isLiteral)
        #expect(try !RouteTemplate(parsing: "/a/{b...}").isLiteral)
    }
}
