import HTTP1
import Testing

/// RFC 9110 §7.6.1, §5.6.1.
@Suite struct ConnectionOptionsTests {
    private static func members(_ value: String) -> [String] {
        let bytes = wire("Connection: \(value)")
        var options = ConnectionOptions(ByteRange(12, bytes.count))
        var members: [String] = []
        while let option = options.next(in: bytes.span) { members.append(text(bytes, option)) }
        return members
    }

    @Test(
        arguments: [
            ("", []), (",", []), (" , ,\t", []), ("close", ["close"]), ("a,b", ["a", "b"]),
            ("\ta \t,,  Keep-Alive,", ["a", "Keep-Alive"]), ("a b , c;d=e, ;f, \"g\", h", ["a", "c", "h"]),
        ] as [(String, [String])]
    )
    func walks(_ value: String, _ expected: [String]) {
        #expect(Self.members(value) == expected)
    }

    @Test(arguments: [
        ("close", "close", true), ("x, CLOSE", "close", true), ("x, close", "Close", true), ("closed", "close", false),
        ("clos", "close", false), ("", "close", false), ("a close", "close", false), ("Authorization", "host", false),
    ])
    func finds(_ value: String, _ name: String, _ expected: Bool) {
        #expect(ConnectionOptions.contains(name, in: value) == expected)
    }

    @Test(arguments: [("", true), ("a, b", true), ("a b", false), ("a;q=1", false), ("\"a\"", false), ("é", false)])
    func checks(_ value: String, _ expected: Bool) {
        #expect(ConnectionOptions.isWellFormed(value) == expected)
    }
}
