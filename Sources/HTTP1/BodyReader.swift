/// Reads a message body off a stream of bytes, whatever its framing (RFC 9112 §6.3). Sans-I/O: the caller brings the
/// bytes and takes ranges of them.
public struct BodyReader: Sendable {
    /// What was read.
    public enum Event: Equatable, Sendable {
        /// All that is there has been taken; more is to come.
        case needMore
        /// These bytes are content.
        case data(ByteRange)
        /// A trailer field (RFC 9112 §7.1.2).
        case trailer(name: ByteRange, value: ByteRange)
        /// The body is complete. Bytes from the offset on belong to the next message.
        case end
        /// The chunked coding is broken.
        case failed(ChunkedError)
    }

    private enum State {
        case end
        case length(UInt64)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    private var state: State

    /// A reader for a body framed like this; `limits` bound the trailers. For the body of a response see
    /// ``ChunkedDecoder/init(limits:mayPadSizes:)``.
    public init(framing: BodyFraming, limits: HeadLimits = HeadLimits(), ofResponse: Bool = false) {
        switch framing {
        case .none, .length(0): state = .end
        case .length(let count): state = .length(count)
        case .chunked: state = .chunked(ChunkedDecoder(limits: limits, mayPadSizes: ofResponse))
        case .untilClose: state = .untilClose
        }
    }

    /// Whether the body has been read to its end.
    public var isComplete: Bool {
        if case .end = state { return true }
        return false
    }

    /// How many bytes of content are still to come, where that is known beforehand.
    public var remainingLength: UInt64? {
        switch state {
        case .end: 0
        case .length(let count): count
        case .chunked, .untilClose: nil
        }
    }

    /// Whether the end of the stream ends this body in order: only a body that lasts until the connection closes, or
    /// one that is complete.
    public var mayEndWithStream: Bool {
        switch state {
        case .end, .untilClose: true
        case .length, .chunked: false
        }
    }

    /// Reads on from `offset`, which is moved past what was taken. To be called until it answers `needMore`, `end` or
    /// `failed`; after `needMore` the bytes from `offset` on are to be kept and more put behind them.
    public mutating func next(_ bytes: Span<UInt8>, offset: inout Int) -> Event {
        let available = bytes.count - offset
        switch state {
        case .end:
            return .end
        case .length(let remaining):
            guard available > 0 else { return .needMore }
            let count = Int(min(remaining, UInt64(available)))
            let left = remaining - UInt64(count)
            state = left == 0 ? .end : .length(left)
            return take(count, &offset)
        case .untilClose:
            return available > 0 ? take(available, &offset) : .needMore
        case .chunked(var decoder):
            let event = decoder.next(bytes, offset: &offset)
            state = .chunked(decoder)
            switch event {
            case .needMore: return .needMore
            case .data(let range): return .data(range)
            case .trailer(let name, let value): return .trailer(name: name, value: value)
            case .failed(let error): return .failed(error)
            case .end:
                state = .end
                return .end
            }
        }
    }

    private func take(_ count: Int, _ offset: inout Int) -> Event {
        let range = ByteRange(offset, offset + count)
        offset += count
        return .data(range)
    }
}
