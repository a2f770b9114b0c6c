import HTTP1
import NIOCore

/// Turns the bytes of a connection into whole requests, sans-I/O.
struct RequestAssembler {
    enum Step {
        /// The buffer holds no further whole request.
        case needMore
        /// The client waits for a `100 Continue` before it sends the body (RFC 9110 §10.1.1).
        case sendContinue
        /// The next request; without `keepAlive` it is the last of its connection.
        case request(SimpleRequest, keepAlive: Bool)
        /// The connection can't be read any further.
        case refused(status: Int, code: String, message: String)
    }

    private enum State {
        case head
        case length(Int)
        case chunked(ChunkedDecoder)
        case refused
    }

    private let bodyLimit: Int
    private var parser: RequestHeadParser
    private var state = State.head
    private var request = SimpleRequest(method: .get, path: "/")
    private var keepAlive = true

    /// - Parameters:
    ///   - bodyLimit: The longest body that is taken, in bytes.
    ///   - requestLine: The longest request line that is taken, in bytes.
    init(bodyLimit: Int, requestLine: Int) {
        self.bodyLimit = bodyLimit
        parser = RequestHeadParser(limits: HeadLimits(requestLine: requestLine))
    }

    /// Whether a request's head was read, and its body is still to come.
    var isInMidst: Bool {
        switch state {
        case .head, .refused: false
        case .length, .chunked: true
        }
    }

    /// Takes what it can from the front of the buffer. Call again until it is `needMore` or `refused`.
    mutating func next(_ buffer: inout ByteBuffer) -> Step {
        switch state {
        case .head: readHead(&buffer)
        case .length(let missing): readBody(missing, from: &buffer)
        case .chunked(let decoder): readChunks(decoder, from: &buffer)
        case .refused: .needMore
        }
    }

    private mutating func readHead(_ buffer: inout ByteBuffer) -> Step {
        switch parser.parse(buffer.readableBytesUInt8Span) {
        case .needMore:
            return .needMore
        case .failed(let error):
            return refuse(error.status, "\(error.code)", "\(error.message)")
        case .complete:
            break
        }
        let head = parser.head
        request = Self.request(head, in: buffer)
        keepAlive = head.keepAlive
        buffer.moveReaderIndex(forwardBy: head.byteCount)
        parser.reset()
        switch head.framing {
        case .length(let length):
            guard let length = Int(exactly: length), length <= bodyLimit else { return refuseBody() }
            state = .length(length)
        case .chunked:
            state = .chunked(ChunkedDecoder())
        case .none, .untilClose:
            return finish()
        }
        return head.expectsContinue && buffer.readableBytes == 0 ? .sendContinue : next(&buffer)
    }

    private mutating func readBody(_ missing: Int, from buffer: inout ByteBuffer) -> Step {
        let taken = min(missing, buffer.readableBytes)
        request.body.append(contentsOf: buffer.readSlice(length: taken)?.readableBytesView ?? ByteBufferView())
        state = .length(missing - taken)
        return taken == missing ? finish() : .needMore
    }

    private mutating func readChunks(_ current: ChunkedDecoder, from buffer: inout ByteBuffer) -> Step {
        var decoder = current
        var offset = 0
        let base = buffer.readerIndex
        while true {
            switch decoder.next(buffer.readableBytesUInt8Span, offset: &offset) {
            case .data(let range):
                guard range.count <= bodyLimit - request.body.count else { return refuseBody() }
                let slice = buffer.getSlice(at: base + range.range.lowerBound, length: range.count)
                request.body.append(contentsOf: slice?.readableBytesView ?? ByteBufferView())
            case .trailer:
                continue
            case .needMore:
                buffer.moveReaderIndex(forwardBy: offset)
                state = .chunked(decoder)
                return .needMore
            case .end:
                buffer.moveReaderIndex(forwardBy: offset)
                return finish()
            case .failed:
                return refuse(400, "invalid_request_framing", "The chunked coding of the body is malformed.")
            }
        }
    }

    private mutating func finish() -> Step {
        state = .head
        let finished = request
        request.body = []
        return .request(finished, keepAlive: keepAlive)
    }

    private mutating func refuseBody() -> Step {
        refuse(413, "body_too_large", "The body is longer than \(bodyLimit) bytes.")
    }

    private mutating func refuse(_ status: Int, _ code: String, _ message: String) -> Step {
        state = .refused
        return .refused(status: status, code: code, message: message)
    }

    private static func request(_ head: RequestHead, in buffer: ByteBuffer) -> SimpleRequest {
        func text(_ range: ByteRange) -> String {
            buffer.getString(at: buffer.readerIndex + range.range.lowerBound, length: range.count) ?? ""
        }
        return SimpleRequest(
            method: head.method,
            path: text(head.pathRange),
            query: head.queryRange.map(text),
            fields: head.fields.map { (text($0.nameRange), text($0.valueRange)) }
        )
    }
}
