import Logging
import NIOCore

/// Holds back the accepting of connections while there are as many as are allowed, so that the descriptors that
/// upstream connections and the audit need never run out. What isn't accepted waits in the kernel's queue.
///
/// Stands on the listening channel.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = Channel
    typealias InboundOut = Channel
    typealias OutboundIn = Channel

    private let metrics: GatewayMetrics
    private let maximum: Int
    private let logger: Logger
    private var loggedAt = NIODeadline.uptimeNanoseconds(0)
    private var isHeldBack = false
    private var acceptsAtOnce: UInt = 0

    /// How many connections are accepted in a turn of the loop. With NIO's four, a full loop serves hundreds of requests of
    /// those who are connected for each four who wait to be, and these wait for seconds.
    private static let mostAcceptsAtOnce = 64
    private static let retryInterval = TimeAmount.milliseconds(20)

    init(metrics: GatewayMetrics, maximum: Int, logger: Logger) {
        self.metrics = metrics
        self.maximum = maximum
        self.logger = logger
    }

    /// Counted here and not by its loop, where it arrives only later: a burst would pass the limit.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        metrics.accepted(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        let free = maximum - metrics.connections.load(ordering: .relaxed)
        guard free <= 0 else { return accept(free, context) }
        guard !isHeldBack else { return }
        isHeldBack = true
        metrics.acceptsHeldBack.increment()
        logHeldBack()
        retry(context)
    }

    private func logHeldBack() {
        let now = NIODeadline.now()
        guard now - loggedAt >= .seconds(1) else { return }
        loggedAt = now
        logger.notice("limit reached", metadata: ["code": "connections", "connections": "\(maximum)"])
    }

    private func retry(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.retryInterval) {
            // One that doesn't read any more is about to be closed.
            guard context.channel.isActive,
                (try? context.channel.syncOptions?.getOption(.autoRead)) == true
            else { return }
            let free = self.maximum - self.metrics.connections.load(ordering: .relaxed)
            guard free > 0 else { return self.retry(context) }
            self.isHeldBack = false
            self.accept(free, context)
        }
    }

    /// Never more at once than there is room for.
    private func accept(_ free: Int, _ context: ChannelHandlerContext) {
        let count = UInt(min(free, Self.mostAcceptsAtOnce))
        if count != acceptsAtOnce {
            acceptsAtOnce = count
            try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: count)
        }
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // accept(2) fails for connections that are gone already, or for want of descriptors; neither ends the listener.
        // Without a read NIO accepts nothing more, so one is asked for in a while.
        guard !isHeldBack else { return }
        isHeldBack = true
        retry(context)
    }
}
