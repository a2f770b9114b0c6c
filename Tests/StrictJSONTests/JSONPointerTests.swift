import StrictJSON
import Testing

@Suite struct JSONPointerTests {
    /// The document and the pointers of RFC 6901 §5.
    private static let document = #"""
        {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8,
         "null": null, "deep": {"0": true}}
        """#

    private func target(_ pointer: String) throws -> JSONPointer.Target {
        try JSONPointer(parsing: pointer).target(in: JSONValue(parsing: Array(Self.document.utf8).span))
    }

    @Test(arguments: [
        ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7),
        ("/m~0n", 8),
    ])
    func findsMembers(pointer: String, value: Int64) throws {
        guard case .value(.number(let number)) = try target(pointer) else {
            Issue.record("\(pointer) leads to no number")
            return
        }
        #expect(number.int64 == value)
        #expect(try JSONPointer(parsing: pointer).description == pointer)
    }

    @Test func findsElementsAndTheWhole() throws {
        #expect(try target("/foo/0") == .value(.string(Array("bar".utf8))))
        #expect(try target("/foo/1") == .value(.string(Array("baz".utf8))))
        #expect(try target("/deep/0") == .value(.bool(true)))
        guard case .value(.object(let object)) = try target("") else {
            Issue.record("the empty pointer is not the whole")
            return
        }
        #expect(object.members.count == 12)
    }

    @Test(arguments: ["/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1", "/foo/x", "/foo/", "/nothing", "/null/x"])
    func findsNothing(pointer: String) throws {
        #expect(try target(pointer) == .absent)
    }

    @Test func sawsOffNoBranch() throws {
        #expect(try target("/foo/0/x") == .blocked)
        #expect(try target("//x") == .blocked)
        #expect(try target("/null") == .value(.null))
    }

    @Test(
        arguments: [("foo", .missingSlash), ("/~", .invalidEscape), ("/a~2", .invalidEscape), ("/~0~", .invalidEscape)]
            as [(String, JSONPointer.Problem)]
    )
    func refuses(text: String, problem: JSONPointer.Problem) {
        #expect(throws: problem) { try JSONPointer(parsing: text) }
    }
}
