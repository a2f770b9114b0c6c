import HTTP1

/// What came of decoding a body that was fed in pieces.
struct ChunkedOutcome: Equatable {
    enum Ending: Equatable {
        case needMore
        case end
        case failed(ChunkedError)
    }

    var body: [UInt8] = []
    var trailers: [Field] = []
    var ending = Ending.needMore
    /// How many bytes were consumed over all pieces; after a failure it has no meaning and is 0.
    var consumed = 0

    /// Feeds `bytes` cut at `ends`, keeping only what the decoder leaves, as a caller would.
    init(_ bytes: [UInt8], ends: [Int]? = nil, limits: HeadLimits = HeadLimits(), mayPadSizes: Bool = false) {
        var decoder = ChunkedDecoder(limits: limits, mayPadSizes: mayPadSizes)
        var buffer: [UInt8] = []
        var fed = 0
        for end in ends ?? [bytes.count] {
            buffer += bytes[fed..<end]
            fed = end
            var offset = 0
            feeding: while true {
                switch decoder.next(buffer.span, offset: &offset) {
                case .needMore: break feeding
                case .data(let range): body += buffer[range.range]
                case .trailer(let name, let value): trailers.append(Field(text(buffer, name), text(buffer, value)))
                case .end:
                    ending = .end
                    consumed += offset
                    return
                case .failed(let error):
                    ending = .failed(error)
                    consumed = 0
                    return
                }
            }
            consumed += offset
            buffer.removeFirst(offset)
        }
    }
}
