import HTTP1
import NIOCore

/// Serves one connection: requests one after the other in their order, pipelined ones included.
final class SimpleConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a refused client may go on sending before the connection is cut.
    private static let lingerTime = TimeAmount.seconds(2)

    private let responder: any SimpleResponder
    private let clock: WallClock
    private let entry: OpenConnections.Entry
    private let requestTime: TimeAmount?
    /// Ends the connection when the request that is arriving isn't whole in time.
    private var lateness: Scheduled<Void>?
    private let onRequest: @Sendable () -> Void
    private var assembler: RequestAssembler
    private var unread = ByteBuffer()
    private var isClosing = false
    /// The body of the last response is being written by somebody else, and ends with the connection.
    private var isStreaming = false
    /// A request was read whose answer is still to come.
    private var isAwaitingAnswer = false
    private var isReadHeldBack = false
    private var date = (second: Int64.min, text: "")

    /// - Parameters:
    ///   - entry: Where it is told whether a request is being answered.
    ///   - onRequest: Called for every whole request.
    init(
        responder: any SimpleResponder,
        limits: SimpleHTTPServer.Limits,
        clock: WallClock,
        entry: OpenConnections.Entry,
        onRequest: @escaping @Sendable () -> Void
    ) {
        self.responder = responder
        self.clock = clock
        self.entry = entry
        requestTime = limits.requestTime
        self.onRequest = onRequest
        assembler = RequestAssembler(bodyLimit: limits.body, requestLine: limits.requestLine)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing, !isStreaming else { return }
        var bytes = unwrapInboundIn(data)
        if unread.readableBytes == 0 {
            unread = bytes
        } else {
            unread.discardReadBytes()
            unread.writeBuffer(&bytes)
        }
        serve(context)
    }

    /// A client that does not read its responses gets no further request served.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable && !isClosing && !isStreaming {
            serve(context)
            if isReadHeldBack {
                isReadHeldBack = false
                context.read()
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if context.channel.isWritable && !isAwaitingAnswer || isClosing {
            context.read()
        } else {
            isReadHeldBack = true
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        expectRequest(false, context)
        context.fireChannelInactive()
    }

    /// Begins, or ends, to wait for the rest of a request.
    private func expectRequest(_ isExpected: Bool, _ context: ChannelHandlerContext) {
        guard isExpected else {
            lateness?.cancel()
            lateness = nil
            return
        }
        guard lateness == nil, let requestTime else { return }
        lateness = context.eventLoop.assumeIsolated().scheduleTask(in: requestTime) { context.close(promise: nil) }
    }

    private func serve(_ context: ChannelHandlerContext) {
        serveRequests(context)
        if isAwaitingAnswer || isStreaming { entry.isBusy() } else { entry.isIdle() }
        // While an answer is made, or isn't taken, what stands behind it hasn't begun to be late.
        let isIncomplete = assembler.isInMidst || unread.readableBytes > 0
        expectRequest(isIncomplete && !isAwaitingAnswer && !isStreaming && context.channel.isWritable, context)
    }

    private func serveRequests(_ context: ChannelHandlerContext) {
        var output = context.channel.allocator.buffer(capacity: 1024)
        steps: while !isClosing && !isAwaitingAnswer && !isStreaming && context.channel.isWritable {
            switch assembler.next(&unread) {
            case .needMore:
                break steps
            case .sendContinue:
                output.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
            case .request(let request, let keepAlive):
                onRequest()
                expectRequest(false, context)
                if let late = responder.lateResponse(to: request, on: context.eventLoop) {
                    answer(late, isHead: request.method == .head, close: !keepAlive, context)
                    break steps
                }
                let response = responder.respond(to: request)
                if let stream = response.stream, request.method != .head {
                    begin(stream, response, &output, context)
                    return
                }
                send(response, isHead: request.method == .head, close: !keepAlive, to: &output)
            case .refused(let status, let code, let message):
                send(.refusal(status, code: code, message: message), isHead: false, close: true, to: &output)
            }
            if output.readableBytes > 65_536 || isClosing { flush(&output, context) }
        }
        flush(&output, context)
        if isClosing { finish(context) }
    }

    /// Sends the head of a response and leaves its body to others.
    private func begin(
        _ stream: @Sendable (SimpleStream) -> Void,
        _ response: SimpleResponse,
        _ output: inout ByteBuffer,
        _ context: ChannelHandlerContext
    ) {
        send(response, isHead: false, close: true, to: &output)
        isClosing = false
        isStreaming = true
        unread.clear()
        // Whoever has seen the head misses nothing: the stream is in good hands before it leaves.
        context.write(wrapOutboundOut(output), promise: nil)
        output.clear()
        stream(SimpleStream(context.channel))
        context.flush()
    }

    private func answer(
        _ late: EventLoopFuture<SimpleResponse>,
        isHead: Bool,
        close: Bool,
        _ context: ChannelHandlerContext
    ) {
        isAwaitingAnswer = true
        let isolated = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        late.hop(to: context.eventLoop).whenComplete { result in
            let (handler, context) = isolated.value
            guard context.channel.isActive else { return }
            handler.isAwaitingAnswer = false
            var output = context.channel.allocator.buffer(capacity: 1024)
            let response =
                (try? result.get()) ?? .refusal(503, code: "unavailable", message: "The answer could not be made.")
            handler.send(response, isHead: isHead, close: close, to: &output)
            handler.flush(&output, context)
            if handler.isClosing { handler.finish(context) } else { handler.serve(context) }
            if handler.isReadHeldBack, context.channel.isWritable {
                handler.isReadHeldBack = false
                context.read()
            }
        }
    }

    private func send(_ response: SimpleResponse, isHead: Bool, close: Bool, to output: inout ByteBuffer) {
        let now = clock.now()
        if date.second != now { date = (now, Timestamp(seconds: now).httpDate) }
        ResponseEncoder.encode(response, withoutBody: isHead, date: date.text, close: close, into: &output)
        isClosing = close
    }

    private func flush(_ output: inout ByteBuffer, _ context: ChannelHandlerContext) {
        guard output.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        output = context.channel.allocator.buffer(capacity: 1024)
    }

    /// Closes our side and reads on for a while: a close with unread input would reset the connection, and the client
    /// could lose the response (RFC 9112 §9.6).
    private func finish(_ context: ChannelHandlerContext) {
        unread.clear()
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
    }
}
