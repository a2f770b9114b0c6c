import CCurl
import Glibc
import NIOCore
import NIOPosix

/// Lets the kernel itself wake an event loop when its epoll set has something ready: a poll of the set by the kernel's
/// asynchronous I/O (io_submit(2), IOCB_CMD_POLL) signals an eventfd, and that the event loop watches like any pipe.
///
/// It does what ``ReadinessThread`` does, without the thread: two context switches and a write less for each wake-up,
/// which is most of what a request costs on an otherwise idle machine. Where the kernel has no such poll, or a sandbox
/// forbids it, there is the thread.
final class KernelReadiness {
    private var context: aio_context_t
    private let channel: any Channel
    private let event: Int32
    private var isArmed = false
    private var submitted = 0
    private let showsRing: Bool
    /// Where the kernel would note that the last poll is done.
    private var tailWhenArmed: UInt32 = 0

    /// How many polls may be done without having been taken out of the context.
    private static let capacity = 64

    /// Tries to set up such wake-ups for an epoll set; nil when the system doesn't do them.
    ///
    /// - Parameters:
    ///   - eventLoop: the loop that is to be woken, and on which this is called.
    ///   - set: the epoll set.
    ///   - wake: called on the loop, once for each time that it was armed.
    static func make(
        on eventLoop: any EventLoop,
        set: Int32,
        wake: @escaping () -> Void
    ) -> EventLoopFuture<NIOLoopBound<KernelReadiness>?> {
        var context: aio_context_t = 0
        // Twice the capacity, as the kernel keeps some of the places back for each processor.
        guard ccurl_aio_setup(UInt32(capacity * 2), &context) == 0 else { return eventLoop.makeSucceededFuture(nil) }
        let event = ccurl_eventfd()
        guard event >= 0, isSupported(event) else {
            ccurl_aio_destroy(context)
            if event >= 0 { Glibc.close(event) }
            return eventLoop.makeSucceededFuture(nil)
        }
        let wake = NIOLoopBound(wake, eventLoop: eventLoop)
        let settled = context
        return NIOPipeBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(wake: wake.value))
                }
            }
            .takingOwnershipOfDescriptor(input: event)
            .map { channel in
                let readiness = KernelReadiness(context: settled, channel: channel, event: event)
                try? channel.pipeline.syncOperations.handler(type: Handler.self).readiness = readiness
                return NIOLoopBound(readiness, eventLoop: eventLoop)
            }
            .flatMapError { _ in
                ccurl_aio_destroy(settled)
                Glibc.close(event)
                return eventLoop.makeSucceededFuture(nil)
            }
    }

    /// Whether the kernel takes a poll of an epoll set. That of an empty one is done when the context is destroyed; so
    /// it is tried in a context of its own.
    private static func isSupported(_ event: Int32) -> Bool {
        let empty = epoll_create1(CCURL_EPOLL_CLOEXEC)
        guard empty >= 0 else { return false }
        defer { Glibc.close(empty) }
        var trial: aio_context_t = 0
        guard ccurl_aio_setup(1, &trial) == 0 else { return false }
        defer { ccurl_aio_destroy(trial) }
        return ccurl_aio_poll(trial, empty, event) == 1
    }

    private init(context: aio_context_t, channel: any Channel, event: Int32) {
        self.context = context
        self.channel = channel
        self.event = event
        showsRing = ccurl_aio_shows_ring(context) != 0
    }

    /// Whether it is known that nothing has become ready since it was armed, which costs no system call to see.
    var knowsOfNothing: Bool { isArmed && showsRing && context != 0 && ccurl_aio_tail(context) == tailWhenArmed }

    /// Asks for one wake-up; whether there will be one.
    func arm(set: Int32) -> Bool {
        guard !isArmed else { return true }
        guard context != 0 else { return false }
        if submitted >= Self.capacity { reap() }
        if !poll(set) {
            reap()
            guard poll(set) else { return false }
        }
        submitted += 1
        isArmed = true
        return true
    }

    private func poll(_ set: Int32) -> Bool {
        tailWhenArmed = ccurl_aio_tail(context)
        return ccurl_aio_poll(context, set, event) == 1
    }

    private func reap() {
        ccurl_aio_reap(context)
        submitted = 0
    }

    /// Ends it; there will be no further wake-up.
    func close() {
        guard context != 0 else { return }
        ccurl_aio_destroy(context)
        context = 0
        channel.close(promise: nil)
    }

    /// Reads the eventfd and passes the news on.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let wake: () -> Void
        weak var readiness: KernelReadiness?

        init(wake: @escaping () -> Void) { self.wake = wake }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            readiness?.isArmed = false
            wake()
            // Asked for here, it needn't pass through the pipeline's whole length.
            context.read()
        }
    }
}
