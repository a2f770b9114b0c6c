/// Takes chunked coding apart (RFC 9112 §7.1), strictly and over any split of the input.
///
/// Data is never gathered: it is told as ranges of the bytes given. Trailer lines are told one by one once they are
/// whole. Chunk extensions are checked and ignored, as a recipient must (RFC 9112 §7.1.1).
public struct ChunkedDecoder: Sendable {
    /// What was found next.
    public enum Event: Equatable, Sendable {
        /// No more can be told from these bytes.
        case needMore
        /// Bytes of the body. One chunk may come in several.
        case data(ByteRange)
        /// A trailer line (RFC 9112 §7.1.2).
        case trailer(name: ByteRange, value: ByteRange)
        /// The body and its trailers are over; the next message begins at the offset.
        case end
        /// The coding is broken. The same is returned ever after.
        case failed(ChunkedError)
    }

    private enum State {
        case sizeStart
        case size(digits: Int)
        /// White space behind a size.
        case sizePadding(length: Int)
        case chunkExtension(ChunkExtensionReader, length: Int)
        case sizeLineFeed
        case data
        case dataCarriageReturn
        case dataLineFeed
        case trailers
        case end
        case failed(ChunkedError)
    }

    private static let extensionLimit = 256

    private var state = State.sizeStart
    /// The chunk's size while it is read, then how much of its data is missing.
    private var remaining: Int64 = 0
    private var trailers: FieldSectionReader
    private let mayPadSizes: Bool

    /// Makes a decoder for one body.
    ///
    /// - Parameters:
    ///   - limits: The bounds of its trailers, in number and bytes.
    ///   - mayPadSizes: Whether a line may end in white space behind its size, as some servers send it. Without that,
    ///     only a chunk extension may follow the white space.
    public init(limits: HeadLimits = HeadLimits(), mayPadSizes: Bool = false) {
        self.mayPadSizes = mayPadSizes
        trailers = FieldSectionReader(limits: limits)
    }

    /// Decodes from `offset`, which is moved past what was consumed.
    ///
    /// Call it until `needMore`, `end` or `failed`. After `needMore` keep the bytes from `offset` on (an unfinished
    /// trailer line, otherwise none) and append what comes.
    public mutating func next(_ bytes: Span<UInt8>, offset: inout Int) -> Event {
        while true {
            switch state {
            case .data:
                if let data = takeData(bytes, &offset) { return .data(data) }
                return .needMore
            case .trailers: return takeTrailer(bytes, &offset)
            case .end: return .end
            case .failed(let error): return .failed(error)
            default:
                guard offset < bytes.count else { return .needMore }
                let byte = bytes[offset]
                if let error = accept(byte) {
                    state = .failed(error)
                    return .failed(error)
                }
                offset += 1
            }
        }
    }

    /// Takes one byte of a size line or of the CRLF behind a chunk's data.
    private mutating func accept(_ byte: UInt8) -> ChunkedError? {
        switch state {
        case .sizeStart:
            guard let digit = ASCII.hexValue(byte) else { return .invalidSize }
            remaining = Int64(digit)
            state = .size(digits: 1)
        case .size(let digits): return acceptSize(byte, digits)
        case .sizePadding(let length): return acceptPadding(byte, length)
        case .chunkExtension(let reader, let length): return acceptExtension(byte, reader, length)
        case .sizeLineFeed:
            guard byte == ASCII.lineFeed else { return .bareCarriageReturn }
            state = remaining == 0 ? .trailers : .data
        case .dataCarriageReturn:
            guard byte == ASCII.carriageReturn else { return .missingDataEnd }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == ASCII.lineFeed else { return .missingDataEnd }
            state = .sizeStart
        case .data, .trailers, .end, .failed: break
        }
        return nil
    }

    private mutating func acceptSize(_ byte: UInt8, _ digits: Int) -> ChunkedError? {
        if let digit = ASCII.hexValue(byte) {
            guard digits < 16, remaining <= Int64.max >> 4 else { return .sizeTooLarge }
            remaining = remaining << 4 | Int64(digit)
            state = .size(digits: digits + 1)
            return nil
        }
        switch byte {
        case ASCII.carriageReturn: state = .sizeLineFeed
        case ASCII.semicolon: state = .chunkExtension(ChunkExtensionReader(), length: 1)
        case ASCII.space, ASCII.tab: state = .sizePadding(length: 1)
        case ASCII.lineFeed: return .bareLineFeed
        default: return .invalidSize
        }
        return nil
    }

    private mutating func acceptPadding(_ byte: UInt8, _ length: Int) -> ChunkedError? {
        switch byte {
        case ASCII.carriageReturn where mayPadSizes: state = .sizeLineFeed
        case ASCII.semicolon: state = .chunkExtension(ChunkExtensionReader(), length: length + 1)
        case ASCII.space, ASCII.tab: state = .sizePadding(length: length + 1)
        case ASCII.lineFeed: return .bareLineFeed
        default: return .invalidSize
        }
        return length < Self.extensionLimit ? nil : .extensionTooLong
    }

    private mutating func acceptExtension(
        _ byte: UInt8,
        _ reader: ChunkExtensionReader,
        _ length: Int
    ) -> ChunkedError? {
        var reader = reader
        if byte == ASCII.carriageReturn, reader.canEnd {
            state = .sizeLineFeed
            return nil
        }
        guard byte != ASCII.lineFeed else { return .bareLineFeed }
        guard reader.accept(byte) else { return .invalidExtension }
        guard length < Self.extensionLimit else { return .extensionTooLong }
        state = .chunkExtension(reader, length: length + 1)
        return nil
    }

    private mutating func takeData(_ bytes: Span<UInt8>, _ offset: inout Int) -> ByteRange? {
        let count = Int(min(remaining, Int64(bytes.count - offset)))
        guard count > 0 else { return nil }
        let data = ByteRange(offset, offset + count)
        offset += count
        remaining -= Int64(count)
        if remaining == 0 { state = .dataCarriageReturn }
        return data
    }

    private mutating func takeTrailer(_ bytes: Span<UInt8>, _ offset: inout Int) -> Event {
        switch trailers.next(bytes, offset: &offset) {
        case .needMore: return .needMore
        case .end:
            state = .end
            return .end
        case .fault(let fault): return fail(ChunkedError(fault))
        case .field(let line):
            if line.name.isForbiddenInTrailers { return fail(.forbiddenTrailer) }
            return .trailer(name: line.nameRange, value: line.valueRange)
        }
    }

    private mutating func fail(_ error: ChunkedError) -> Event {
        state = .failed(error)
        return .failed(error)
    }
}
