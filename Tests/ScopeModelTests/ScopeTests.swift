import ScopeModel
import Testing

@Suite("Scope")
struct ScopeTests {
    @Test(arguments: [
        ("read:trades", ScopeVerb.read, "trades"),
        ("write:copy_groups", .write, "copy_groups"),
        ("read:a", .read, "a"),
        ("write:a_1", .write, "a_1"),
    ])
    func reads(text: String, verb: ScopeVerb, resource: String) throws {
        let scope = try Scope(parsing: text)
        #expect(scope.verb == verb)
        #expect(scope.resource == resource)
        #expect(scope.description == text)
    }

    @Test(arguments: [
        ("", ScopeSyntaxError.missingColon),
        ("trades", .missingColon),
        (":trades", .unknownVerb),
        ("Read:trades", .unknownVerb),
        ("delete:trades", .unknownVerb),
        (" read:trades", .unknownVerb),
        ("read:", .emptyResource),
        ("read:Trades", .invalidResource),
        ("read:1trades", .invalidResource),
        ("read:_trades", .invalidResource),
        ("read:trades ", .invalidResource),
        ("read:copy-groups", .invalidResource),
        ("read:a:b", .invalidResource),
        ("read:*", .invalidResource),
        ("read:tradés", .invalidResource),
        ("read:trades\0", .invalidResource),
    ])
    func refuses(text: String, error: ScopeSyntaxError) {
        #expect(throws: error) { try Scope(parsing: text) }
    }

    @Test func resourceLengthIsBounded() throws {
        let longest = String(repeating: "a", count: Scope.maximumResourceLength)
        #expect(try Scope(parsing: "read:" + longest).resource == longest)
        #expect(throws: ScopeSyntaxError.resourceTooLong) { try Scope(parsing: "read:a" + longest) }
    }
}
