import HTTP1
import NIOCore
import NIOPosix

/// Many clients at once, each with one connection and one request at a time.
struct LoadClient: Sendable {
    /// A request of one client: its head, and what has to hold of the response.
    struct Call: Sendable {
        var request: String
        var status: Int
        /// A header field that the response must have.
        var field: (name: String, value: String)
        /// What the body must be; nil if that doesn't matter.
        var body: String?
    }

    struct Outcome: Sendable {
        /// Responses that were what was expected.
        var right = 0
        /// Responses that were not, the first few in words.
        var wrong: [String] = []
        /// Requests that got no response.
        var lost = 0
    }

    let port: Int
    let clients: Int
    let requestsPerClient: Int
    /// Makes a request by its client and its number.
    let call: @Sendable (_ client: Int, _ number: Int) -> Call

    /// Runs all clients to their end.
    func run() async throws -> Outcome {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let bootstrap = ClientBootstrap(group: group).connectTimeout(.seconds(20))
        var futures: [EventLoopFuture<Outcome>] = []
        for client in 0..<clients {
            let promise = group.next().makePromise(of: Outcome.self)
            let connected = bootstrap.channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = LoadHandler(self, client: client, done: promise)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }.connect(host: "127.0.0.1", port: port)
            connected.whenFailure { error in
                promise.succeed(Outcome(wrong: ["\(error)"], lost: requestsPerClient))
            }
            futures.append(promise.futureResult)
        }
        let outcomes = try await EventLoopFuture.whenAllSucceed(futures, on: group.next()).get()
        try await group.shutdownGracefully()
        return outcomes.reduce(into: Outcome()) { all, one in
            all.right += one.right
            all.lost += one.lost
            all.wrong += one.wrong
        }
    }
}

private final class LoadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let load: LoadClient
    private let client: Int
    private let done: EventLoopPromise<LoadClient.Outcome>
    private var number = 0
    private var call: LoadClient.Call?
    private var outcome = LoadClient.Outcome()
    private var unread = ByteBuffer()
    private var parser = ResponseHeadParser()
    private var reader: BodyReader?
    private var status = 0
    private var field = ""
    private var body = ""

    init(_ load: LoadClient, client: Int, done: EventLoopPromise<LoadClient.Outcome>) {
        self.load = load
        self.client = client
        self.done = done
    }

    func channelActive(context: ChannelHandlerContext) { next(context) }

    func channelInactive(context: ChannelHandlerContext) {
        outcome.lost += load.requestsPerClient - number
        done.succeed(outcome)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        unread.discardReadBytes()
        unread.writeBuffer(&bytes)
        read(context)
    }

    private func next(_ context: ChannelHandlerContext) {
        guard number < load.requestsPerClient else { return context.close(promise: nil) }
        let call = load.call(client, number)
        self.call = call
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: call.request)), promise: nil)
    }

    private func read(_ context: ChannelHandlerContext) {
        if reader == nil {
            switch parser.parse(unread.readableBytesUInt8Span, requestMethod: .get) {
            case .needMore: return
            case .failed: return fail("a malformed response", context)
            case .complete: takeHead()
            }
        }
        var offset = 0
        while var reader {
            let event = reader.next(unread.readableBytesUInt8Span, offset: &offset)
            self.reader = reader
            switch event {
            case .data(let range):
                body += unread.getString(at: unread.readerIndex + Int(range.start), length: range.count) ?? ""
            case .trailer: continue
            case .needMore:
                unread.moveReaderIndex(forwardBy: offset)
                return
            case .failed: return fail("a malformed body", context)
            case .end:
                unread.moveReaderIndex(forwardBy: offset)
                return finish(context)
            }
        }
    }

    private func takeHead() {
        let head = parser.head
        let name = call?.field.name.lowercased() ?? ""
        let line = head.fields.first { text($0.nameRange).lowercased() == name }
        status = head.status
        field = line.map { text($0.valueRange) } ?? ""
        body = ""
        reader = BodyReader(framing: head.framing)
        unread.moveReaderIndex(forwardBy: head.byteCount)
        parser.reset()
    }

    private func finish(_ context: ChannelHandlerContext) {
        reader = nil
        number += 1
        let isRight = call.map { $0.status == status && $0.field.value == field && $0.body ?? body == body } ?? false
        if isRight {
            outcome.right += 1
        } else {
            outcome.wrong.append("client \(client), request \(number): \(status) \(field) \(body.prefix(200))")
        }
        next(context)
    }

    private func fail(_ what: String, _ context: ChannelHandlerContext) {
        outcome.wrong.append("client \(client), request \(number): \(what)")
        context.close(promise: nil)
    }

    private func text(_ range: ByteRange) -> String {
        unread.getString(at: unread.readerIndex + Int(range.start), length: range.count) ?? ""
    }
}
