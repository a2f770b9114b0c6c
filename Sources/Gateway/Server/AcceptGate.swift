import Glibc
import Logging
import NIOCore
import NIOPosix

/// Holds back the accepting of connections while there are as many as are allowed, so that the descriptors that
/// upstream connections and the audit need never run out. What isn't accepted waits in the kernel's queue; while
/// anything waits there, connections without a request give way to it.
///
/// Stands on the listening channel.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = Channel
    typealias InboundOut = Channel
    typealias OutboundIn = Channel

    /// An outbound event: nothing more is accepted.
    struct Stop: Sendable {}

    private let metrics: GatewayMetrics
    private let maximum: Int
    private let room: RoomMaker
    private let logger: Logger
    private var loggedAt = NIODeadline.uptimeNanoseconds(0)
    private var isHeldBack = false
    private var isStopped = false
    /// Accepting has failed, and the channel doesn't look at its queue any more until it is told to.
    private var isPaused = false
    private var pause = AcceptGate.shortestPause
    private var acceptsAtOnce: UInt = 0
    /// How many connections give way at the next time that there are too many.
    private var wanted = 1

    /// How many connections are accepted in a turn of the loop. With NIO's four, a full loop serves hundreds of
    /// requests of those who are connected for each four who wait to be, and these wait for seconds.
    private static let mostAcceptsAtOnce = 64
    private static let retryInterval = TimeAmount.milliseconds(20)
    private static let shortestPause = TimeAmount.milliseconds(20)
    private static let longestPause = TimeAmount.seconds(1)

    init(metrics: GatewayMetrics, maximum: Int, room: RoomMaker, logger: Logger) {
        self.metrics = metrics
        self.maximum = maximum
        self.room = room
        self.logger = logger
    }

    /// Counted here and not by its loop, where it arrives only later: a burst would pass the limit.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pause = Self.shortestPause
        metrics.accepted(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        let free = free
        guard free <= 0 else {
            wanted = 1
            return accept(free, context)
        }
        guard !isHeldBack else { return }
        isHeldBack = true
        metrics.acceptsHeldBack.increment()
        logHeldBack()
        makeRoom(context)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is Stop else { return context.triggerUserOutboundEvent(event, promise: promise) }
        isStopped = true
        look(false, context)
        promise?.succeed()
    }

    private var free: Int { maximum - metrics.connections.load(ordering: .relaxed) }

    private func logHeldBack() {
        let now = NIODeadline.now()
        guard now - loggedAt >= .seconds(1) else { return }
        loggedAt = now
        logger.notice("limit reached", metadata: ["code": "connections", "connections": "\(maximum)"])
    }

    /// Has connections give way to those that wait in the kernel's queue: one, and twice as many each time that more
    /// still wait. Without any that can, or that waits, it looks again in a while.
    private func makeRoom(_ context: ChannelHandlerContext) {
        guard hasWaiting(context) else {
            wanted = 1
            return retry(after: Self.retryInterval, context)
        }
        let bound = NIOLoopBound((gate: self, context: context), eventLoop: context.eventLoop)
        room.make(wanted, on: context.eventLoop).whenComplete { result in
            let (gate, context) = bound.value
            guard let closed = try? result.get(), closed > 0 else {
                return gate.retry(after: Self.retryInterval, context)
            }
            gate.wanted = min(2 * gate.wanted, Self.mostAcceptsAtOnce)
            gate.tryAgain(context)
        }
    }

    private func retry(after time: TimeAmount, _ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.tryAgain(context) }
    }

    private func tryAgain(_ context: ChannelHandlerContext) {
        guard context.channel.isActive, !isStopped else { return }
        let free = free
        guard free > 0 else { return makeRoom(context) }
        isHeldBack = false
        accept(free, context)
    }

    /// Never more at once than there is room for.
    private func accept(_ free: Int, _ context: ChannelHandlerContext) {
        guard !isStopped else { return }
        let count = UInt(min(free, Self.mostAcceptsAtOnce))
        if count != acceptsAtOnce {
            acceptsAtOnce = count
            try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: count)
        }
        guard isPaused else { return context.read() }
        isPaused = false
        look(true, context)
    }

    /// accept(2) fails for connections that are gone already, or for want of descriptors; neither ends the listener.
    ///
    /// The channel would try again at once and without end, for its socket stays readable: with nobody served a whole
    /// core would be busy with it. So it doesn't look for a while, and what has no request gives its descriptor.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isStopped, !isPaused else { return }
        isPaused = true
        isHeldBack = true
        look(false, context)
        let bound = NIOLoopBound((gate: self, context: context), eventLoop: context.eventLoop)
        let after = pause
        pause = min(.nanoseconds(2 * pause.nanoseconds), Self.longestPause)
        guard let error = error as? IOError, [EMFILE, ENFILE].contains(error.errnoCode) else {
            return retry(after: after, context)
        }
        logHeldBack()
        room.make(1, on: context.eventLoop).whenComplete { _ in
            let (gate, context) = bound.value
            gate.retry(after: after, context)
        }
    }

    private func look(_ looks: Bool, _ context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: looks)
    }

    private func hasWaiting(_ context: ChannelHandlerContext) -> Bool {
        let found = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { descriptor in
            var queue = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&queue, 1, 0) > 0
        }
        return found == true
    }
}
