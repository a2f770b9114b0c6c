import HTTP1
import Testing

@Suite struct MethodTests {
    /// Safe and idempotent as RFC 9110 §9.2.1 and §9.2.2 list them, PATCH as RFC 5789 §2 says.
    @Test(arguments: [
        (Method.get, "GET", true, true), (.head, "HEAD", true, true), (.options, "OPTIONS", true, true),
        (.trace, "TRACE", true, true), (.put, "PUT", false, true), (.delete, "DELETE", false, true),
        (.post, "POST", false, false), (.patch, "PATCH", false, false),
    ])
    func isWhatTheRegistrySays(_ method: Method, _ name: String, _ isSafe: Bool, _ isIdempotent: Bool) {
        #expect(Method.recognise(name) == method)
        #expect(method.name.map { "\($0)" } == name)
        #expect(method.isSafe == isSafe)
        #expect(method.isIdempotent == isIdempotent)
    }

    @Test(arguments: ["", "get", "GETS", "GE", "PUSH", "PURGE", "MERGE", "CONNECT", "OPTIONs", "DELETES"])
    func nothingElseIsKnown(_ name: String) {
        #expect(Method.recognise(name) == .other)
    }

    @Test func otherPromisesNothing() {
        #expect(Method.other.name == nil)
        #expect(!Method.other.isSafe && !Method.other.isIdempotent)
    }
}
