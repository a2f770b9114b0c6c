import NIOCore

/// Has a listening channel wait a while when accept(2) fails: it would try again at once and without end, for its
/// socket stays readable, and keep a core busy for as long as there are no descriptors.
final class AcceptBackOff: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let time = TimeAmount.milliseconds(100)

    private var isWaiting = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isWaiting else { return }
        isWaiting = true
        look(false, context)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.time) {
            self.isWaiting = false
            if context.channel.isActive { self.look(true, context) }
        }
    }

    private func look(_ looks: Bool, _ context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: looks)
    }
}
