import HTTP1
import Testing

@Suite struct RequestTargetTests {
    @Test func tellsTheParts() throws {
        let bytes = wire("HTTP://[::1]:8080/a/b%20c?d=e?f")
        let target = try RequestTarget.validate(bytes.span).get()
        #expect(text(bytes, target.origin) == "/a/b%20c?d=e?f")
        #expect(text(bytes, target.path) == "/a/b%20c")
        #expect(target.query.map { text(bytes, $0) } == "d=e?f")
        #expect(target.authority.map { text(bytes, $0.range) } == "[::1]:8080")
    }

    @Test func anOriginFormHasNoAuthorityAndMayHaveNoQuery() throws {
        let target = try RequestTarget.validate("/a/").get()
        #expect(target.origin == ByteRange(0, 3))
        #expect(target.path == ByteRange(0, 3))
        #expect(target.query == nil)
        #expect(target.authority == nil)
    }

    @Test func refusesNothingAtAll() {
        #expect(RequestTarget.validate("") == .failure(.malformedRequestLine))
    }

    /// Percent-encodings of all strings of one to four octets from the edges of UTF-8's ranges, against Swift's own.
    @Test func percentEncodingsAreUTF8() {
        let edges: [UInt8] = [
            0x21, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEF, 0xF0, 0xF1, 0xF3,
            0xF4, 0xF5,
        ]
        var accepted = 0
        func tryAll(_ octets: [UInt8]) {
            if !octets.isEmpty {
                let target = wire("/" + octets.map { "%" + String($0, radix: 16) }.joined())
                let isUTF8 = String(validating: octets, as: UTF8.self) != nil
                let isValid = RequestTarget.isValid(target)
                if isValid != isUTF8 { Issue.record("\(octets) valid: \(isValid)") }
                if isValid { accepted += 1 }
            }
            // All continuations of what can't become valid are invalid alike.
            guard octets.count < 4, octets.isEmpty || octets.count < 3 || octets[0] >= 0xE0 else { return }
            for edge in edges { tryAll(octets + [edge]) }
        }
        tryAll([])
        #expect(accepted > 100)
    }
}
