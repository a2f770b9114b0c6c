import HTTP1
import NIOCore

/// Reads the responses that come on one upstream connection for one request: interim heads, the final head, the body,
/// the trailers. Sans-I/O.
struct ResponseStream {
    enum Event: Equatable {
        /// All that is there has been taken, or has to wait for more.
        case needMore
        /// A head begins at this offset and is complete; see ``ResponseStream/head``. It may be an interim one
        /// (RFC 9110 §15.2), after which another head follows.
        case head(start: Int)
        case data(ByteRange)
        case trailer(name: ByteRange, value: ByteRange)
        /// The response is complete.
        case end
        case failed(Fault)
    }

    /// Why a response can't be forwarded.
    enum Fault: Equatable, Sendable {
        case head(ResponseError)
        case body(ChunkedError)
        /// The upstream closed the connection before the response was complete.
        case truncated
        /// More interim responses than ``InterimAllowance`` lets pass.
        case tooManyInterim
        /// 101: the gateway asked for no upgrade (RFC 9110 §15.2.2).
        case unaskedUpgrade
    }

    private enum State {
        case head
        case body(BodyReader)
        case end
        case failed(Fault)
    }

    private var requestMethod: Method
    /// The bounds of its heads and trailers.
    let limits: HeadLimits
    private var parser: ResponseHeadParser
    private var state = State.head

    init(requestMethod: Method, limits: HeadLimits) {
        self.requestMethod = requestMethod
        self.limits = limits
        parser = ResponseHeadParser(limits: limits)
    }

    /// The head that was read last; its ranges count from the offset that its event named.
    @inline(__always)
    var head: ResponseHead { parser.head }

    var isComplete: Bool {
        if case .end = state { return true }
        return false
    }

    /// Its status.
    var status: Int { parser.head.status }

    /// Whether it is an interim one, after which another head follows (RFC 9110 §15.2).
    var isInterim: Bool { parser.head.isInformational }

    /// Whether the connection may carry another exchange when the response is complete.
    var keepsConnection: Bool { parser.head.keepAlive }

    /// How long the upstream keeps the connection when it is idle, as far as it says so.
    var keepAlive: TimeAmount? { parser.head.keepAliveSeconds.map { .seconds(Int64($0)) } }

    /// Reads on from `offset`, which is moved past what was taken. After `needMore` the bytes from `offset` on are to
    /// be kept and more put behind them.
    mutating func next(_ bytes: Span<UInt8>, offset: inout Int) -> Event {
        switch state {
        case .head: return nextHead(bytes, &offset)
        case .body(var reader):
            let event = reader.next(bytes, offset: &offset)
            state = .body(reader)
            switch event {
            case .needMore: return .needMore
            case .data(let range): return .data(range)
            case .trailer(let name, let value): return .trailer(name: name, value: value)
            case .failed(let error): return fail(.body(error))
            case .end:
                state = .end
                return .end
            }
        case .end: return .end
        case .failed(let fault): return .failed(fault)
        }
    }

    /// What it means that the upstream has ended the stream.
    mutating func endOfStream() -> Event {
        switch state {
        case .body(let reader) where reader.mayEndWithStream:
            state = .end
            return .end
        case .head, .body: return fail(.truncated)
        case .end: return .end
        case .failed(let fault): return .failed(fault)
        }
    }

    private mutating func nextHead(_ bytes: Span<UInt8>, _ offset: inout Int) -> Event {
        let start = offset
        switch parser.parse(bytes.extracting(start..<bytes.count), requestMethod: requestMethod) {
        case .needMore: return .needMore
        case .failed(let error): return fail(.head(error))
        case .complete:
            offset = start + parser.head.byteCount
            if parser.head.status == 101 { return fail(.unaskedUpgrade) }
            if !parser.head.isInformational {
                state = .body(BodyReader(framing: parser.head.framing, limits: limits, ofResponse: true))
            }
            return .head(start: start)
        }
    }

    /// Makes ready for the response to another request.
    mutating func reset(requestMethod: Method) {
        self.requestMethod = requestMethod
        parser.reset()
        state = .head
    }

    /// To be called after an interim head has been dealt with: the next head is read anew.
    mutating func discardInterimHead() {
        parser.reset()
    }

    private mutating func fail(_ fault: Fault) -> Event {
        state = .failed(fault)
        return .failed(fault)
    }
}
