import FuzzSupport
import HTTP1

/// What came of decoding a chunked body that was fed in pieces.
struct Decoding: Equatable {
    enum Ending: Equatable {
        case needMore
        case end
        case failed(ChunkedError)
    }

    struct Trailer: Equatable {
        var name: [UInt8]
        var value: [UInt8]
    }

    private(set) var body: [UInt8] = []
    private(set) var trailers: [Trailer] = []
    private(set) var ending = Ending.needMore
    /// How many bytes were consumed over all pieces; after a failure it has no meaning and is 0.
    private(set) var consumed = 0

    /// Feeds pieces of an input as a caller would, keeping only what is not consumed, in memory of its exact size.
    init(_ input: FuzzInput, ends: [Int], _ limits: HeadLimits, byBodyReader: Bool = false) {
        var decoder = ChunkedDecoder(limits: limits)
        var reader = BodyReader(framing: .chunked, limits: limits)
        var fed = 0
        for end in ends {
            let buffer = Array(input.bytes[consumed..<end])
            expect(consumed <= fed, "more was consumed than was fed")
            fed = end
            var offset = 0
            while true {
                let start = offset
                let event =
                    byBodyReader
                    ? reader.next(buffer.span, offset: &offset).asChunked
                    : decoder.next(buffer.span, offset: &offset)
                expect(start <= offset && offset <= buffer.count, "the offset went from \(start) to \(offset)")
                if !take(event, buffer, offset) { break }
                if ending != .needMore { return }
            }
            consumed += offset
        }
    }

    /// Takes an event; `false` when more bytes are needed.
    private mutating func take(_ event: ChunkedDecoder.Event, _ buffer: [UInt8], _ offset: Int) -> Bool {
        switch event {
        case .needMore: return false
        case .data(let range):
            expect(!range.isEmpty, "no data was told as data")
            body += buffer[range.range]
        case .trailer(let name, let value):
            trailers.append(Trailer(name: Array(buffer[name.range]), value: Array(buffer[value.range])))
        case .end:
            ending = .end
            consumed += offset
        case .failed(let error):
            ending = .failed(error)
            consumed = 0
        }
        return true
    }
}

extension BodyReader.Event {
    fileprivate var asChunked: ChunkedDecoder.Event {
        switch self {
        case .needMore: .needMore
        case .data(let range): .data(range)
        case .trailer(let name, let value): .trailer(name: name, value: value)
        case .end: .end
        case .failed(let error): .failed(error)
        }
    }
}
