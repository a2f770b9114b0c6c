import NIOCore

/// Tells by the first bytes of a connection in clear whether it speaks HTTP/2 with prior knowledge (RFC 9113 §3.3,
/// §3.4), hands it on, and leaves.
final class HTTP2PrefaceReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let prelude: Prelude
    private let loop: GatewayLoop
    private let carrier: Carrier
    private let proceed: (any Channel, _ isHTTP2: Bool) throws -> Void
    private var buffer = ByteBuffer()

    /// - Parameter proceed: Adds what comes behind it to the pipeline.
    init(loop: GatewayLoop, carrier: Carrier, proceed: @escaping (any Channel, Bool) throws -> Void) {
        prelude = Prelude(loop: loop)
        self.loop = loop
        self.carrier = carrier
        self.proceed = proceed
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !prelude.isUnderWay else { return }
        prelude.begin(context.channel, within: loop.snapshot.limits.headTimeout) { [loop, carrier] in
            loop.idleClosed(client: carrier.remote?.ipAddress ?? "unknown")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        prelude.end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard prelude.isUnderWay else { return }
        var incoming = unwrapInboundIn(data)
        buffer.writeBuffer(&incoming)
        let isBeginning = buffer.readableBytesView.prefix(Self.preface.count).elementsEqual(
            Self.preface.prefix(buffer.readableBytes)
        )
        guard !isBeginning || buffer.readableBytes >= Self.preface.count else { return }
        prelude.end()
        let rest = buffer
        buffer = ByteBuffer()
        do {
            try proceed(context.channel, isBeginning)
        } catch {
            return context.close(promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(rest))
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
}
