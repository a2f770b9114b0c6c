import HTTP1
import Testing

/// RFC 9112 §7.1.
@Suite struct ChunkedEncoderTests {
    private static func sizeLine(_ count: Int) -> [UInt8] {
        ChunkedEncoder.sizeLine(count).withSpan { span in span.indices.map { span[$0] } }
    }

    @Test(arguments: [
        1, 9, 10, 15, 16, 17, 255, 256, 4095, 4096, 65535, 65536, 1 << 30, (1 << 60) - 1, 1 << 60, .max,
    ])
    func writesTheSize(_ count: Int) {
        #expect(Self.sizeLine(count) == wire(String(count, radix: 16) + "\r\n"))
        #expect(ChunkedEncoder.sizeLine(count).count == Self.sizeLine(count).count)
    }

    @Test func theDecoderReadsItBack() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<50 {
            var (encoded, body): ([UInt8], [UInt8]) = ([], [])
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let data = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                encoded += Self.sizeLine(data.count) + data + wire("\(ChunkedEncoder.dataEnd)")
                body += data
            }
            let ended = encoded + wire("\(ChunkedEncoder.lastChunk)")
            #expect(ChunkedOutcome(ended).ending == .end)
            #expect(ChunkedOutcome(ended).body == body)
            #expect(ChunkedOutcome(ended).consumed == ended.count)
            let trailed = encoded + wire("\(ChunkedEncoder.lastChunkBeforeTrailers)A: b\r\n\r\n")
            #expect(ChunkedOutcome(trailed).ending == .end)
            #expect(ChunkedOutcome(trailed).trailers == [Field("A", "b")])
        }
    }
}
