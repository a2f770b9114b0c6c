import HTTP1
import Testing

/// RFC 9112 §6.3.
@Suite struct BodyReaderTests {
    /// Feeds `bytes` cut at `ends`, as a caller would, and tells the content and what follows the body.
    private static func read(_ bytes: [UInt8], _ framing: BodyFraming, ends: [Int]) -> (String, rest: String, Bool) {
        var reader = BodyReader(framing: framing)
        var (buffer, content, fed): ([UInt8], [UInt8], Int) = ([], [], 0)
        for end in ends {
            buffer += bytes[fed..<end]
            fed = end
            var offset = 0
            feeding: while true {
                switch reader.next(buffer.span, offset: &offset) {
                case .data(let range): content += buffer[range.range]
                case .trailer: break
                case .needMore, .end, .failed: break feeding
                }
            }
            buffer.removeFirst(offset)
        }
        return (String(decoding: content, as: UTF8.self), String(decoding: buffer, as: UTF8.self), reader.isComplete)
    }

    @Test(arguments: [
        (BodyFraming.none, "rest", "", "rest", true),
        (.length(0), "rest", "", "rest", true),
        (.length(5), "hellorest", "hello", "rest", true),
        (.length(9), "hello", "hello", "", false),
        (.length(UInt64(Int64.max)), "hello", "hello", "", false),
        (.chunked, "5\r\nhello\r\n0\r\nA: b\r\n\r\nrest", "hello", "rest", true),
        (.chunked, "5\r\nhello\r\n0\r\n", "hello", "", false),
        (.untilClose, "hello", "hello", "", false),
    ])
    func readsAtEverySplit(_ framing: BodyFraming, _ text: String, _ content: String, _ rest: String, _ whole: Bool) {
        let bytes = wire(text)
        for ends in splits(bytes.count) {
            #expect(Self.read(bytes, framing, ends: ends) == (content, rest, whole), "split at \(ends)")
        }
    }

    @Test(
        arguments: [
            (BodyFraming.none, 0, true), (.length(0), 0, true), (.length(7), 7, false), (.chunked, nil, false),
            (.untilClose, nil, true),
        ] as [(BodyFraming, UInt64?, Bool)]
    )
    func knowsHowItMayEnd(_ framing: BodyFraming, _ remaining: UInt64?, _ mayEnd: Bool) {
        let reader = BodyReader(framing: framing)
        #expect(reader.remainingLength == remaining)
        #expect(reader.mayEndWithStream == mayEnd)
    }

    @Test func countsDownAndTellsFailures() {
        let bytes = wire("abc")
        var offset = 1
        var reader = BodyReader(framing: .length(5))
        let event = reader.next(bytes.span, offset: &offset)
        #expect(event == .data(ByteRange(1, 3)))
        #expect(offset == 3)
        #expect(reader.remainingLength == 3)
        let broken = wire("x")
        offset = 0
        reader = BodyReader(framing: .chunked)
        let failure = reader.next(broken.span, offset: &offset)
        #expect(failure == .failed(.invalidSize))
        #expect(!reader.mayEndWithStream)
    }
}
