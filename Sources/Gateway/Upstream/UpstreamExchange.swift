import Balancing
import CurlTransport
import HTTP1
import NIOCore
import ScopeModel

/// One request on its way upstream and its response on its way back.
///
/// A connection uses it for one request after the other. It owns the request's bytes until the response begins, as far
/// as they are few, so that a request whose connection or server fails can be sent once more where that is safe:
/// ``RetryRule``. Loop-bound.
final class UpstreamExchange: UpstreamConnectionUser {
    /// Why a request has no response from the server that has it.
    private enum Cause {
        case noConnection
        case brokenConnection
        case timeout
    }

    private enum Progress {
        case idle
        /// Too many other requests hold connections while their bodies arrive.
        case waitingForBody
        case waitingForConnection
        case sending
        case done
    }

    /// The bodies that are copied behind the head so that both leave in one write.
    private static let copiedBodyLimit = 16 << 10
    /// How many reads are made before the loop's other work has its turn.
    private static let readsPerTurn = 8
    /// When so much of the request waits to be sent, the client isn't read any further.
    private static let sendBacklogLimit = 64 << 10
    /// The memory that a request without a body takes.
    private static let usualRequestMemory = 4 << 10
    /// How much of a request that may be repeated is kept after it was sent.
    private static let keptRequestLimit = 64 << 10

    private let loop: GatewayLoop
    private var upstream: LoopUpstream
    private let client: InboundConnection
    private var method: Method
    private var clientVersion: HTTPVersion
    private var chunksRequest: Bool
    private var reuse: ConnectionReuse

    /// What is known of the request that it has, all of it anew with each.
    private struct Course {
        var progress = Progress.idle
        /// The server that has the request; -1 for none.
        var server = -1
        /// Those that have had it.
        var tried: LeastRequest.Servers = 0
        var attempts = 0
        var outgoingIsWhole = true
        var bodyBegun = false
        var bodyEnded = false
        var sendFailed = false
        var hasResponse = false
        var headWasForwarded = false
        var framing = ClientBodyFraming.asSent
        var interim = InterimAllowance()
        /// Since when the client has taken nothing of the response; nil while it does.
        var pausedSince: NIODeadline?
        /// It is counted among the requests with incomplete bodies that hold connections.
        var isAdmittedIncomplete = false
    }

    // As for the connection's own: nothing that changes these in place comes back to them.
    @exclusivity(unchecked) private var course = Course()
    private var connection: UpstreamConnection?
    /// The request's bytes that haven't been sent; until the response begins also those that have, before the reader
    /// index.
    @exclusivity(unchecked) private(set) var outgoing: ByteBuffer
    @exclusivity(unchecked) private var stream: ResponseStream
    @exclusivity(unchecked) private var input = ByteBuffer()
    @exclusivity(unchecked) private var trailers = ByteBuffer()

    init(
        loop: GatewayLoop,
        upstream: LoopUpstream,
        client: InboundConnection,
        request: RequestHead,
        limits: HeadLimits
    ) {
        self.loop = loop
        self.upstream = upstream
        self.client = client
        method = request.method
        clientVersion = request.version
        chunksRequest = request.framing == .chunked
        reuse = ConnectionReuse(request, upstream.upstream)
        outgoing = loop.takeRequestBuffer()
        stream = ResponseStream(requestMethod: request.method, limits: limits)
        super.init()
    }

    /// Takes on another request; the one before is over.
    func begin(_ request: RequestHead, _ upstream: LoopUpstream, _ limits: HeadLimits) {
        self.upstream = upstream
        method = request.method
        clientVersion = request.version
        chunksRequest = request.framing == .chunked
        reuse = ConnectionReuse(request, upstream.upstream)
        course = Course()
        outgoing = loop.takeRequestBuffer()
        if limits == stream.limits {
            stream.reset(requestMethod: method)
        } else {
            stream = ResponseStream(requestMethod: method, limits: limits)
        }
        if input.readableBytes > 0 { input = ByteBuffer() }
        if trailers.readableBytes > 0 { trailers = ByteBuffer() }
    }

    /// The Host that the backend gets, or nil for the client's.
    var upstreamHost: [UInt8]? { upstream.upstream.host }
    /// The backend's own Host, for a request without one.
    var ownHost: [UInt8] { upstream.upstream.ownHost }

    /// The memory of what it keeps of the request and of the response, but for the little that every request takes.
    var retainedBytes: Int {
        var count = outgoing.storageCapacity > Self.usualRequestMemory ? RetainedBytes.of(outgoing) : 0
        if input.readableBytes > 0 { count += RetainedBytes.of(input) }
        if trailers.readableBytes > 0 { count += RetainedBytes.of(trailers) }
        return count
    }

    /// Whether the backend is told that the connection ends with its response.
    var asksToClose: Bool { reuse.asksToClose }

    /// Since when the client has taken nothing of the response; nil while it does.
    var pausedSince: NIODeadline? { course.pausedSince }

    /// Whether the client's response has begun, so that nothing else can be answered any more.
    var responseHasBegun: Bool { course.headWasForwarded }

    /// Whether it waits for a connection that others use. One that is repeated has had its connection, and waits for
    /// the upstream.
    var isQueued: Bool {
        switch course.progress {
        case .waitingForBody: true
        case .waitingForConnection: connection == nil && course.attempts <= 1
        default: false
        }
    }

    /// Whether it has an open connection.
    var isConnected: Bool { course.progress == .sending }

    /// Whether the whole request has been handed to the upstream connection.
    var requestIsSent: Bool { course.bodyEnded && outgoing.readableBytes == 0 && course.progress == .sending }

    /// Whether so much waits to be sent that no more of the body should be read.
    var isBackedUp: Bool { outgoing.readableBytes >= Self.sendBacklogLimit }

    // MARK: The request

    /// Writes the head; nothing is sent before ``start()``.
    func writeHead(_ body: (inout ByteBuffer) -> Void) {
        body(&outgoing)
    }

    /// Takes a connection from the pool; what is at hand of the body should have been appended before.
    func start() {
        if !course.bodyEnded {
            guard upstream.bodies.admit(self) else {
                course.progress = .waitingForBody
                return
            }
            course.isAdmittedIncomplete = true
        }
        connect()
    }

    /// Another request has made room for this one, whose body is incomplete.
    private func admitted() {
        course.isAdmittedIncomplete = true
        connect()
        flush()
    }

    private func releaseAdmission() {
        if course.progress == .waitingForBody { upstream.bodies.cancel(self) }
        guard course.isAdmittedIncomplete else { return }
        course.isAdmittedIncomplete = false
        upstream.bodies.release()?.admitted()
    }

    private func connect() {
        course.progress = .waitingForConnection
        take(pool(of: upstream.begin()).checkout(for: self, probing: !method.isIdempotent))
    }

    /// The connections to the server that the request is sent to now.
    private func pool(of chosen: Int) -> ConnectionPool {
        course.server = chosen
        course.tried |= 1 << UInt64(chosen)
        course.attempts += 1
        let chosen = upstream.servers[chosen]
        if loop.observesHeads { client.upstreamChosen(chosen.pool.target) }
        return chosen.pool
    }

    /// The server is done with the request.
    private func leaveServer() {
        guard course.server >= 0 else { return }
        upstream.end(course.server)
        course.server = -1
    }

    /// What has become of the request is the server's doing.
    private func serverFailed(_ failure: ServerFailure) {
        if course.server >= 0 { upstream.servers[course.server].state.requestFailed(failure) }
    }

    private func take(_ checkout: ConnectionPool.Checkout) {
        switch checkout {
        case .reused(let connection):
            self.connection = connection
            course.progress = .sending
        case .connecting(let connection):
            self.connection = connection
        case .waiting: break
        case .failed(let failure): upstreamConnectFailed(failure)
        }
    }

    /// Takes bytes of the body; they are sent by ``flush()`` at the latest.
    func appendBody(_ bytes: Span<UInt8>, _ range: ByteRange) {
        guard !course.sendFailed, course.progress != .done else { return }
        course.bodyBegun = true
        if chunksRequest {
            ChunkedEncoder.sizeLine(range.count).withSpan { size in
                outgoing.write(room: size.count + range.count + 2) { cursor in
                    cursor.append(size)
                    cursor.append(bytes, range)
                    cursor.append(ChunkedEncoder.dataEnd)
                }
            }
            return
        }
        // Large pieces go out from where they lie.
        var start = Int(range.start)
        if range.count > Self.copiedBodyLimit, course.progress == .sending, !mayKeep(range.count) {
            sendOutgoing()
            // A request that is being repeated keeps its body behind its head.
            if course.progress == .sending, !course.sendFailed, outgoing.readableBytes == 0 {
                course.outgoingIsWhole = false
                outgoing.clear()
                start += send(bytes.extracting(range.range))
            }
        }
        guard start < Int(range.end), !course.sendFailed, course.progress != .done else { return }
        outgoing.write(room: Int(range.end) - start) { $0.append(bytes, ByteRange(start, Int(range.end))) }
    }

    /// Says that the body is complete.
    func endBody() {
        guard !course.bodyEnded else { return }
        course.bodyEnded = true
        if chunksRequest, !course.sendFailed, course.progress != .done {
            outgoing.write(room: 8) { $0.append(ChunkedEncoder.lastChunk) }
        }
        let waited = course.progress == .waitingForBody
        releaseAdmission()
        if waited { connect() }
    }

    /// Sends what can be sent now.
    func flush() {
        guard course.progress == .sending else { return }
        sendOutgoing()
    }

    private func sendOutgoing() {
        guard !course.sendFailed, outgoing.readableBytes > 0 else { return }
        let hadBacklog = isBackedUp
        let sent = sendAll(of: outgoing)
        guard course.progress == .sending else { return }
        outgoing.moveReaderIndex(forwardBy: sent)
        if outgoing.readableBytes == 0, course.bodyBegun, !isKept {
            course.outgoingIsWhole = false
            outgoing.clear()
        }
        if requestIsSent {
            client.requestWasSent()
        } else if hadBacklog, !isBackedUp {
            client.requestBacklogCleared()
        }
    }

    /// Whether what was sent is kept: all of it, until the response begins.
    private var isKept: Bool {
        course.outgoingIsWhole && method.isIdempotent && outgoing.writerIndex <= Self.keptRequestLimit
    }

    /// Whether so much more is to be kept, for another server should this one fail.
    private func mayKeep(_ count: Int) -> Bool {
        upstream.hasOthers && isKept && outgoing.writerIndex + count <= Self.keptRequestLimit
    }

    /// Takes the buffer by value: a send that fails may end or repeat the exchange, and either changes `outgoing`,
    /// which no span may be looking at then.
    private func sendAll(of view: ByteBuffer) -> Int {
        send(view.readableBytesUInt8Span)
    }

    /// Sends until the connection takes no more; answers how much it took.
    private func send(_ bytes: Span<UInt8>) -> Int {
        guard let connection else { return 0 }
        var sent = 0
        while sent < bytes.count {
            let result = bytes.withUnsafeBytes { connection.send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
            switch result {
            case .sent(let count): sent += count
            case .wouldBlock: return sent
            case .failed(let failure):
                sendDidFail(failure, sent: sent)
                return sent
            }
        }
        return sent
    }

    private func sendDidFail(_ failure: CurlFailure, sent: Int) {
        course.sendFailed = true
        if repeatIfAllowed(sentNow: sent) { return }
        // An upstream may refuse a request before it has read all of it; its answer may be waiting (RFC 9112 §9.5).
        // Whether there is one, the read will tell.
        readResponse(isLastChance: true)
    }

    // MARK: Connection events

    override func upstreamConnecting(_ connection: UpstreamConnection) {
        guard course.progress == .waitingForConnection else { return }
        self.connection = connection
        client.upstreamConnecting()
    }

    override func upstreamConnected(_ connection: UpstreamConnection) {
        guard course.progress == .waitingForConnection else { return connection.close() }
        self.connection = connection
        course.progress = .sending
        client.upstreamProgressed()
        sendOutgoing()
        // Bytes of the body may have been held back until there was a connection.
        if course.progress == .sending, !isBackedUp { client.requestBacklogCleared() }
    }

    override func upstreamConnectFailed(_ failure: CurlFailure) {
        guard course.progress == .waitingForConnection else { return }
        loop.upstreamFailed(failure, upstream.servers[course.server].state)
        // Want of memory or descriptors is the gateway's own.
        if failure.kind != .other { serverFailed(.connection(failure)) }
        let isTimeout = failure.kind == .timeout
        if repeatIfAllowed(isTimeout ? .timeout : .noConnection) { return }
        fail(isTimeout ? .upstreamTimeout : .upstreamUnreachable)
    }

    override func upstreamWritable(_ connection: UpstreamConnection) {
        guard course.progress == .sending else { return }
        client.upstreamProgressed()
        sendOutgoing()
        if course.progress == .sending, !isBackedUp { client.requestBacklogCleared() }
    }

    override func upstreamReadable(_ connection: UpstreamConnection) {
        readResponse()
    }

    /// The client takes bytes again.
    func clientIsWritable() {
        guard course.pausedSince != nil else { return }
        course.pausedSince = nil
        readResponse()
    }

    // MARK: The response

    private func readResponse(isLastChance: Bool = false) {
        var reads = 0
        while let connection, course.progress == .sending, connection.isReadable || isLastChance {
            guard client.takesResponse else {
                if course.pausedSince == nil { course.pausedSince = CoarseClock.now }
                return client.responseHeldBack()
            }
            guard reads < Self.readsPerTurn else { return readLater() }
            reads += 1
            var buffer = takeInput()
            var result = UpstreamConnection.ReceiveResult.wouldBlock
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: UpstreamConnection.receiveLimit) { memory in
                result = connection.receive(into: memory)
                if case .received(let count) = result { return count }
                return 0
            }
            switch result {
            case .received:
                course.hasResponse = true
                client.responseReceived()
                // Its head has to come in time as a whole: pieces of it don't buy more.
                if course.headWasForwarded { client.upstreamProgressed() }
                consume(buffer)
            case .wouldBlock:
                keep(buffer, from: 0)
                if isLastChance, !course.hasResponse { responseFailed(.truncated) }
                return
            case .endOfStream:
                keep(buffer, from: 0)
                streamEnded()
            case .failed(let failure):
                keep(buffer, from: 0)
                loop.upstreamFailed(failure, upstream.servers[course.server].state)
                if !repeatIfAllowed() { responseFailed(.truncated) }
            }
        }
    }

    private func readLater() {
        loop.eventLoop.assumeIsolated().execute { self.readResponse() }
    }

    /// What is left of earlier reads, or the loop's memory for reading.
    private func takeInput() -> ByteBuffer {
        guard input.readableBytes > 0 else { return loop.takeReceiveBuffer() }
        let buffer = input
        input = ByteBuffer()
        return buffer
    }

    /// Keeps what has not been consumed for the next read.
    private func keep(_ buffer: ByteBuffer, from offset: Int) {
        if offset < buffer.readableBytes {
            input = ByteBuffer()
            input.writeBytes(buffer.readableBytesView.dropFirst(offset))
        }
        loop.giveBackReceiveBuffer(buffer)
    }

    private func consume(_ buffer: ByteBuffer) {
        let bytes = buffer.readableBytesUInt8Span
        var offset = 0
        var response = loop.takeResponseBuffer()
        var wroteBody = false
        events: while true {
            switch stream.next(bytes, offset: &offset) {
            case .needMore: break events
            case .head(let start):
                if stream.isInterim {
                    guard forwardInterim(bytes, start, to: &response) else {
                        return consumptionFailed(.tooManyInterim, response, buffer)
                    }
                } else {
                    forwardHead(bytes, start, to: &response)
                }
            case .data(let range):
                wroteBody = true
                forwardData(buffer, bytes, range, &response)
            case .trailer(let name, let value):
                keepTrailer(bytes, name, value)
            case .end:
                if course.framing == .chunked { endChunks(&response) }
                client.sendResponse(response)
                loop.giveBackResponseBuffer(response)
                let hasMore = offset < buffer.readableBytes
                loop.giveBackReceiveBuffer(buffer)
                return finish(leavesBytes: hasMore)
            case .failed(let fault): return consumptionFailed(fault, response, buffer)
            }
        }
        if response.readableBytes > 0 || wroteBody { client.sendResponse(response) }
        loop.giveBackResponseBuffer(response)
        keep(buffer, from: offset)
    }

    /// What has come can't be passed on. Whole interim responses that came with it can.
    private func consumptionFailed(_ fault: ResponseStream.Fault, _ response: ByteBuffer, _ buffer: ByteBuffer) {
        if !course.headWasForwarded, response.readableBytes > 0 { client.sendResponse(response) }
        loop.giveBackResponseBuffer(response)
        loop.giveBackReceiveBuffer(buffer)
        responseFailed(fault)
    }

    /// Passes an interim response on, which a proxy must (RFC 9110 §15.2); false when there are too many.
    ///
    /// Not a 100, for the gateway itself has told the client to send the body, and none to a client of HTTP/1.0, which
    /// doesn't know of them.
    private func forwardInterim(_ bytes: Span<UInt8>, _ start: Int, to response: inout ByteBuffer) -> Bool {
        let head = stream.head
        defer { stream.discardInterimHead() }
        guard course.interim.take(head.byteCount, at: CoarseClock.now.uptimeNanoseconds) else { return false }
        // The backend is at work: its final response may take as long again.
        client.upstreamProgressed()
        guard head.status != 100, clientVersion != .http10 else { return true }
        ClientResponseHead.writeInterim(head, bytes.extracting(start..<bytes.count), to: &response)
        return true
    }

    private func forwardHead(_ bytes: Span<UInt8>, _ start: Int, to response: inout ByteBuffer) {
        let head = stream.head
        reuse.answered(status: head.status, requestIsSent: requestIsSent)
        course.framing = ClientBodyFraming(head.framing, clientVersion: clientVersion)
        let delivery = client.beginResponse(status: head.status, closesAnyway: course.framing == .untilClose)
        course.headWasForwarded = true
        ClientResponseHead(
            head: head,
            framing: course.framing,
            requestID: delivery.requestID,
            closes: delivery.closes,
            date: delivery.date
        ).write(bytes.extracting(start..<bytes.count), to: &response)
    }

    private func forwardData(
        _ buffer: ByteBuffer,
        _ bytes: Span<UInt8>,
        _ range: ByteRange,
        _ response: inout ByteBuffer
    ) {
        let isCopied = range.count <= Self.copiedBodyLimit
        if course.framing == .chunked {
            ChunkedEncoder.sizeLine(range.count).withSpan { size in
                response.write(room: size.count) { $0.append(size) }
            }
        }
        if isCopied {
            response.write(room: range.count + 2) { cursor in
                cursor.append(bytes, range)
                if course.framing == .chunked { cursor.append(ChunkedEncoder.dataEnd) }
            }
            return
        }
        if response.readableBytes > 0 { client.writeResponse(response) }
        response.clear()
        if let slice = buffer.getSlice(at: buffer.readerIndex + Int(range.start), length: range.count) {
            client.writeResponse(slice)
        }
        if course.framing == .chunked { response.write(room: 2) { $0.append(ChunkedEncoder.dataEnd) } }
    }

    private func keepTrailer(_ bytes: Span<UInt8>, _ name: ByteRange, _ value: ByteRange) {
        guard course.framing == .chunked else { return }
        trailers.write(room: name.count + value.count + 4) { $0.append(field: name, value, bytes) }
    }

    private func endChunks(_ response: inout ByteBuffer) {
        response.write(room: trailers.readableBytes + 8) { cursor in
            cursor.append(ChunkedEncoder.lastChunkBeforeTrailers)
            trailers.withUnsafeReadableBytes { cursor.append($0) }
            cursor.append("\r\n")
        }
    }

    private func streamEnded() {
        if !course.hasResponse, repeatIfAllowed() { return }
        switch stream.endOfStream() {
        case .failed(let fault): responseFailed(fault)
        default:
            var last = loop.takeResponseBuffer()
            if course.framing == .chunked { endChunks(&last) }
            client.sendResponse(last)
            loop.giveBackResponseBuffer(last)
            finish(leavesBytes: true)
        }
    }

    // MARK: Ends

    private func finish(leavesBytes: Bool) {
        guard course.progress != .done else { return }
        let isReusable = !leavesBytes && requestIsSent && stream.keepsConnection && reuse.isAllowed
        releaseAdmission()
        course.progress = .done
        let chosen = upstream.servers[course.server]
        let pool = chosen.pool
        if upstream.upstream.isFailure(stream.status) {
            chosen.state.requestFailed(.status(stream.status))
        } else {
            chosen.state.requestSucceeded()
        }
        leaveServer()
        if let connection {
            self.connection = nil
            if isReusable { pool.giveBack(connection, keptFor: stream.keepAlive) } else { connection.close() }
        }
        giveBackMemory()
        client.responseCompleted()
    }

    private func responseFailed(_ fault: ResponseStream.Fault) {
        guard course.progress != .done else { return }
        loop.upstreamResponseFailed(fault, upstream.servers[course.server].state, stream.limits)
        serverFailed(.response(fault))
        // A connection that ends without a byte of response is an upstream that can't be reached; anything else was a
        // response, and not a valid one.
        fail(
            fault == .truncated && !course.hasResponse ? .upstreamUnreachable : .upstreamInvalidResponse,
            message: fault.limit?.message
        )
    }

    private func fail(_ reason: DenialReason, message: StaticString? = nil) {
        let begun = course.headWasForwarded
        cancel()
        client.exchangeFailed(reason, responseBegun: begun, message: message)
    }

    /// Ends it without a word to the client: the connection is closed, for nobody knows what is still to come on it.
    func cancel() {
        guard course.progress != .done else { return }
        if course.progress == .waitingForConnection { upstream.servers[course.server].pool.cancelWaiting(self) }
        releaseAdmission()
        leaveServer()
        course.progress = .done
        connection?.close()
        connection = nil
        giveBackMemory()
    }

    private func giveBackMemory() {
        var memory = ByteBuffer()
        swap(&memory, &outgoing)
        loop.giveBackRequestBuffer(memory)
        if input.readableBytes > 0 { input = ByteBuffer() }
    }

    // MARK: Once more

    /// The server is late; whether another one has the request now.
    func timedOut() -> Bool {
        // Until it has a connection it waits for others, and not for the server.
        if connection != nil { serverFailed(.late) }
        return repeatIfAllowed(.timeout)
    }

    /// Sends the request once more if that is safe, allowed, and may help.
    ///
    /// - Parameter sentNow: How many bytes the connection has taken that aren't counted yet.
    private func repeatIfAllowed(_ cause: Cause = .brokenConnection, sentNow: Int = 0) -> Bool {
        guard course.progress == .sending || course.progress == .waitingForConnection else { return false }
        let settings = upstream.upstream.retry
        let rule = RetryRule(
            wasReused: (connection?.useCount ?? 0) > 0,
            attempts: course.attempts,
            maximumAttempts: settings.attempts,
            hasOthers: upstream.hasOthers,
            hasResponse: course.hasResponse,
            wasSent: outgoing.readerIndex > 0 || sentNow > 0 || !course.outgoingIsWhole,
            isWhole: course.outgoingIsWhole,
            isTimeout: cause == .timeout,
            repeatsTimeouts: settings.timeouts,
            method: method
        )
        switch rule.verdict {
        case .no: return false
        case .staleConnection: break
        case .otherServer:
            guard upstream.mayRepeat() else {
                loop.services.metrics.upstreamRetriesRefused.increment()
                return false
            }
            // If it isn't repeated, whoever answers for it says so.
            if cause == .brokenConnection { serverFailed(.brokenConnection) }
        }
        loop.services.metrics.upstreamRetries.increment()
        course.sendFailed = false
        let last = course.server
        if course.progress == .waitingForConnection { upstream.servers[last].pool.cancelWaiting(self) }
        leaveServer()
        connection?.close()
        connection = nil
        outgoing.moveReaderIndex(to: 0)
        course.progress = .waitingForConnection
        client.upstreamConnecting()
        take(pool(of: upstream.beginAgain(tried: course.tried, last: last)).checkout(for: self, fresh: true))
        return true
    }
}
