import HTTP1
import Testing

/// RFC 9112 §7.1.
@Suite struct ChunkedDecoderTests {
    struct Accepted: CustomTestStringConvertible {
        var text: String
        var body = ""
        var trailers: [Field] = []
        var testDescription: String { text.debugDescription }
    }

    static let accepted: [Accepted] = [
        Accepted(text: "0\r\n\r\n"),
        Accepted(text: "0000000000000000\r\n\r\n"),
        Accepted(text: "1\r\na\r\n0\r\n\r\n", body: "a"),
        Accepted(text: "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n", body: "hello, world"),
        Accepted(text: "000A\r\n0123456789\r\n0\r\n\r\n", body: "0123456789"),
        Accepted(text: "a\r\n\r\n0\0\r\n0\r\n\r\r\n0\r\n\r\n", body: "\r\n0\0\r\n0\r\n\r"),
        Accepted(text: "1;a\r\nx\r\n0;b=c\r\n\r\n", body: "x"),
        Accepted(text: "1;a=b;c;d=\"e \t;\\\"\\\\\";f\r\nx\r\n0\r\n\r\n", body: "x"),
        Accepted(text: "1;a=\"\"\r\nx\r\n0\r\n\r\n", body: "x"),
        Accepted(text: "1 ; a = b ;\tc\t=\t\"d\" ; e\t\r\nx\r\n0 ;f=g \r\n\r\n", body: "x"),
        Accepted(text: "1;" + String(repeating: "a", count: 255) + "\r\nx\r\n0\r\n\r\n", body: "x"),
        Accepted(text: "0\r\nA: b\r\nX-Sum:\t1, 2 \r\n\r\n", trailers: [Field("A", "b"), Field("X-Sum", "1, 2")]),
        Accepted(text: "1\r\nx\r\n0;a\r\nA:\r\n\r\n", body: "x", trailers: [Field("A", "")]),
    ]

    struct Refused: CustomTestStringConvertible {
        var text: String
        var error: ChunkedError
        var byte: UInt8 = 0x1A
        var limits = HeadLimits()
        var testDescription: String { "\(error): \(text.debugDescription)" }
    }

    private static let small = HeadLimits(requestLine: 1, fieldCount: 2, fieldBytes: 12)

    static let refused: [Refused] = [
        Refused(text: "\r\n", error: .invalidSize),
        Refused(text: "\n", error: .invalidSize),
        Refused(text: "g\r\n", error: .invalidSize),
        Refused(text: " 1\r\n", error: .invalidSize),
        Refused(text: "1 \r\nx", error: .invalidSize),
        Refused(text: "1\t\r\nx", error: .invalidSize),
        Refused(text: "0x1\r\nx", error: .invalidSize),
        Refused(text: "+1\r\nx", error: .invalidSize),
        Refused(text: "-1\r\nx", error: .invalidSize),
        Refused(text: "1_0\r\nx", error: .invalidSize),
        Refused(text: "1\u{1A}\r\nx", error: .invalidSize, byte: 0),
        Refused(text: ";a\r\nx", error: .invalidSize),
        Refused(text: "1\r\nx\r\n\r\n", error: .invalidSize),
        Refused(text: "8000000000000000\r\n", error: .sizeTooLarge),
        Refused(text: "ffffffffffffffff\r\n", error: .sizeTooLarge),
        Refused(text: "10000000000000001\r\n", error: .sizeTooLarge),
        Refused(text: "00000000000000000\r\n\r\n", error: .sizeTooLarge),
        Refused(text: "1;\r\nx", error: .invalidExtension),
        Refused(text: "1;;\r\nx", error: .invalidExtension),
        Refused(text: "1; \r\nx", error: .invalidExtension),
        Refused(text: "1;a= \r\nx", error: .invalidExtension),
        Refused(text: "1;a b\r\nx", error: .invalidExtension),
        Refused(text: "1;a=b c\r\nx", error: .invalidExtension),
        Refused(text: "1;a=\"b\" c\r\nx", error: .invalidExtension),
        Refused(text: "1 2\r\nx", error: .invalidSize),
        Refused(text: "1 \n", error: .bareLineFeed),
        Refused(text: "1 ;" + String(repeating: "a", count: 255) + "\r\n", error: .extensionTooLong),
        Refused(text: "1" + String(repeating: " ", count: 257), error: .extensionTooLong),
        Refused(text: "1;a=\r\nx", error: .invalidExtension),
        Refused(text: "1;a=b=c\r\nx", error: .invalidExtension),
        Refused(text: "1;a=\"b\r\nx", error: .invalidExtension),
        Refused(text: "1;a=\"b\"c\r\nx", error: .invalidExtension),
        Refused(text: "1;a=\"\\\r\nx", error: .invalidExtension),
        Refused(text: "1;a\u{1A}\r\nx", error: .invalidExtension, byte: 0),
        Refused(text: "1;a=\"\u{1A}\"\r\nx", error: .invalidExtension, byte: 0x7F),
        Refused(text: "1;a=\"\u{1A}\"\r\nx", error: .invalidExtension, byte: 0x80),
        Refused(text: "1;a\n", error: .bareLineFeed),
        Refused(text: "1;" + String(repeating: "a", count: 256) + "\r\n", error: .extensionTooLong),
        Refused(text: "1\n", error: .bareLineFeed),
        Refused(text: "1\rx", error: .bareCarriageReturn),
        Refused(text: "1\r\r\n", error: .bareCarriageReturn),
        Refused(text: "1;a\rb\r\n", error: .bareCarriageReturn),
        Refused(text: "1\r\nxy\r\n", error: .missingDataEnd),
        Refused(text: "1\r\nx\n0\r\n", error: .missingDataEnd),
        Refused(text: "1\r\nx\r0\r\n", error: .missingDataEnd),
        Refused(text: "2\r\nx\r\n0\r\n\r\n", error: .missingDataEnd),
        Refused(text: "0\r\n\n", error: .bareLineFeed),
        Refused(text: "0\r\nA: b\n\r\n", error: .bareLineFeed),
        Refused(text: "0\r\nA: b\rc\r\n", error: .bareCarriageReturn),
        Refused(text: "0\r\nA: b\r\n c\r\n\r\n", error: .obsoleteFolding),
        Refused(text: "0\r\nA : b\r\n\r\n", error: .whitespaceInFieldName),
        Refused(text: "0\r\n: b\r\n\r\n", error: .emptyFieldName),
        Refused(text: "0\r\nA\r\n\r\n", error: .invalidFieldName),
        Refused(text: "0\r\nA: \u{1A}\r\n\r\n", error: .nulInField, byte: 0),
        Refused(text: "0\r\nA: \u{1A}\r\n\r\n", error: .controlInField, byte: 0x1F),
        Refused(text: "0\r\nContent-Length: 1\r\n\r\n", error: .forbiddenTrailer),
        Refused(text: "0\r\nA: b\r\nauthorization: Bearer x\r\n\r\n", error: .forbiddenTrailer),
        Refused(text: "0\r\nX-Scopegate-Key-Id: x\r\n\r\n", error: .forbiddenTrailer),
        Refused(text: "0\r\nA:\r\nB:\r\nC:\r\n\r\n", error: .tooManyFields, limits: small),
        Refused(text: "0\r\nA: b\r\nB: cd\r\n\r\n", error: .fieldsTooLarge, limits: small),
        Refused(text: "0\r\nA: 3456789abcdef", error: .fieldsTooLarge, limits: small),
    ]

    @Test(arguments: accepted) func acceptsAtEverySplit(_ example: Accepted) {
        let next = wire("GET / HTTP/1.1\r\n\r\n")
        let bytes = wire(example.text)
        for ends in splits(bytes.count) {
            let outcome = ChunkedOutcome(bytes, ends: ends)
            #expect(outcome.body == wire(example.body))
            #expect(outcome.trailers == example.trailers)
            #expect(outcome.ending == .end, "split at \(ends)")
            #expect(outcome.consumed == bytes.count)
        }
        #expect(ChunkedOutcome(bytes + next) == ChunkedOutcome(bytes))
        for end in bytes.indices {
            #expect(ChunkedOutcome(bytes, ends: [end]).ending == .needMore, "prefix of \(end)")
        }
    }

    @Test(arguments: refused) func refusesAtEverySplit(_ example: Refused) {
        let bytes = wire(example.text, byte: example.byte)
        let whole = ChunkedOutcome(bytes, limits: example.limits)
        #expect(whole.ending == .failed(example.error))
        for ends in splits(bytes.count) {
            #expect(ChunkedOutcome(bytes, ends: ends, limits: example.limits) == whole, "split at \(ends)")
        }
    }

    /// Servers pad sizes; in requests nobody does, and a line of a size alone has to end behind it.
    @Test(arguments: ["1 \r\nx\r\n0\r\n\r\n", "1\t \r\nx\r\n0  \r\n\r\n", "1 ;a \r\nx\r\n0\t\r\n\r\n"])
    func paddedSizes(_ text: String) {
        let bytes = wire(text)
        for ends in splits(bytes.count) {
            let outcome = ChunkedOutcome(bytes, ends: ends, mayPadSizes: true)
            #expect(outcome.ending == .end && outcome.body == wire("x"), "split at \(ends)")
        }
        #expect(ChunkedOutcome(bytes).ending == .failed(.invalidSize))
        for refused in ["1 x\r\n", " 1\r\n", "1 \n", "1" + String(repeating: " ", count: 257) + "\r\n"] {
            guard case .failed = ChunkedOutcome(wire(refused), mayPadSizes: true).ending else {
                Issue.record("\(refused.debugDescription) is taken")
                continue
            }
        }
    }

    @Test func everyRuleHasACase() {
        #expect(Set(Self.refused.map(\.error)) == Set(ChunkedError.allCases))
    }

    @Test func theLargestSizeIsKept() {
        let outcome = ChunkedOutcome(wire("7fffffffffffffff\r\nabc"))
        #expect(outcome.body == wire("abc"))
        #expect(outcome.ending == .needMore)
    }

    @Test func everythingButAnUnfinishedTrailerLineIsConsumed() {
        let bytes = wire("3\r\nabc\r\n0\r\nA: b\r\nBcd")
        for end in bytes.indices {
            let outcome = ChunkedOutcome(bytes, ends: [end])
            #expect(outcome.consumed == (end <= 11 ? end : end < 17 ? 11 : 17), "prefix of \(end)")
        }
    }

    @Test func keepsItsResult() {
        var decoder = ChunkedDecoder(limits: HeadLimits())
        let (bad, good) = (wire("x"), wire("0\r\n\r\n"))
        var offset = 0
        #expect(decoder.next(bad, offset: &offset) == .failed(.invalidSize))
        #expect(decoder.next(good, offset: &offset) == .failed(.invalidSize))
        decoder = ChunkedDecoder(limits: HeadLimits())
        offset = 0
        #expect(decoder.next(good, offset: &offset) == .end)
        #expect(decoder.next(good, offset: &offset) == .end)
        #expect(offset == good.count)
    }
}
