import CurlTransport
import GatewayConfig
import NIOCore
import NIOHTTP2

/// One connection of HTTP/2, whose requests are on its streams. Stands behind the library's handlers, and ends the
/// connection when they find that the client breaks the protocol or its limits, when nothing is under way for long, and
/// when the gateway stops.
final class HTTP2Connection: ChannelInboundHandler, ClientSession {
    typealias InboundIn = HTTP2Frame

    /// How long a client has to acknowledge that the connection ends.
    private static let farewellTime = TimeAmount.seconds(5)

    private let loop: GatewayLoop
    private let carrier: Carrier
    private let gate: HTTP2Gate
    private let streams: HTTP2StreamCount
    private var context: ChannelHandlerContext?
    private var idleTimer: RepeatedTask?
    /// Ends the connection when it is as old as it may become.
    private var aging: Scheduled<Void>?
    private var isLeaving = false
    private var isQuiescing = false
    private var isReported = false

    /// Adds the handlers of a connection to its pipeline.
    static func add(to channel: any Channel, loop: GatewayLoop, carrier: Carrier) throws {
        // Frames of all streams pass through the channel, and each stream has a mark of its own.
        try channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: 32 << 10, high: 64 << 10))
        let limits = loop.snapshot.http2Limits
        let gate = HTTP2Gate(limits)
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            // It starts its timers with the channel, which is active already; so idle connections are seen to here.
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil)
        )
        let streams = HTTP2StreamCount(
            management: management.http2StreamDelegate,
            gate: gate,
            eventLoop: channel.eventLoop
        )
        let bound = NIOLoopBound((loop: loop, carrier: carrier, gate: gate), eventLoop: channel.eventLoop)
        let protocolHandler = NIOHTTP2Handler(
            mode: .server,
            eventLoop: channel.eventLoop,
            connectionConfiguration: limits.connection,
            streamConfiguration: limits.stream,
            streamDelegate: streams
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let (loop, carrier, gate) = bound.value
                let handlers = HTTP2Stream.handlers(loop: loop, carrier: carrier, gate: gate)
                try stream.pipeline.syncOperations.addHandlers(handlers)
            }
        }
        let connection = HTTP2Connection(loop: loop, carrier: carrier, gate: gate, streams: streams)
        try channel.pipeline.syncOperations.addHandlers([gate, protocolHandler, management, connection])
    }

    private init(loop: GatewayLoop, carrier: Carrier, gate: HTTP2Gate, streams: HTTP2StreamCount) {
        self.loop = loop
        self.carrier = carrier
        self.gate = gate
        self.streams = streams
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        loop.services.metrics.http2.connectionBegun()
        let limit = loop.snapshot.limits.keepAliveTimeout
        let interval = max(TimeAmount.milliseconds(10), .nanoseconds(limit.nanoseconds / 4))
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        idleTimer = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            bound.value.checkIdle(limit)
        }
        if let age = ConnectionAge.drawn(from: loop.snapshot) {
            aging = context.eventLoop.scheduleTask(in: age) { bound.value.drain() }
        }
        // Once the library has begun the connection with its settings.
        if loop.isDraining { context.eventLoop.execute { bound.value.drain() } }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ping(let ping, ack: true) = unwrapInboundIn(data).payload, ping.integer == HTTP2Gate.farewell {
            quiesce()
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        guard context != nil else { return }
        context = nil
        idleTimer?.cancel()
        idleTimer = nil
        aging?.cancel()
        aging = nil
        loop.remove(self)
    }

    private func checkIdle(_ limit: TimeAmount) {
        guard !isLeaving, let since = streams.idleSince, NIODeadline.now() - since >= limit else { return }
        loop.idleClosed(client: carrier.remote?.ipAddress ?? "unknown")
        drain()
    }

    /// A client that hasn't acknowledged in time that the connection ends gets no more streams than it has.
    private func checkFarewell() {
        guard let context else { return }
        quiesce()
        if streams.idleSince != nil { return context.close(promise: nil) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.farewellTime) { bound.value.checkFarewell() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The library has told the client already: of a stream by RST_STREAM, of the connection by GOAWAY.
        guard gate.hasFailed, !isReported else { return loop.services.metrics.http2.streamFailed() }
        isReported = true
        loop.http2Failed(HTTP2Failure(error), reason: HTTP2Failure.reason(of: error), peer: carrier.remote)
    }

    // MARK: ClientSession

    func drain() {
        guard !isLeaving, let context else { return }
        isLeaving = true
        // What the client begins before it has heard of that is served (RFC 9113 §6.8). The library, once it has sent
        // GOAWAY on a connection without streams, would refuse it, so it is told only when the client knows.
        gate.sayFarewell()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.farewellTime) { bound.value.checkFarewell() }
    }

    /// The client has heard that the connection ends: it does when what has begun is finished.
    private func quiesce() {
        guard !isQuiescing, let context else { return }
        isQuiescing = true
        context.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    func abort() { context?.close(promise: nil) }

    func snapshotChanged() {
        if let admission = carrier.admission, !admission.holds(under: loop.snapshot) { drain() }
    }

    var idleSince: NIODeadline? { streams.idleSince }

    func giveWay() -> Bool {
        guard let context, streams.idleSince != nil, !context.isMovingBytes else { return false }
        if let transport = carrier.transport { transport.leave() } else { context.close(promise: nil) }
        return true
    }
}

/// Tells which streams there are.
final class HTTP2StreamCount: NIOHTTP2StreamDelegate {
    private let management: NIOHTTP2ServerConnectionManagementHandler.HTTP2StreamDelegate
    private let gate: NIOLoopBound<HTTP2Gate>
    private let state: NIOLoopBoundBox<(open: Int, idleSince: NIODeadline?)>

    init(
        management: NIOHTTP2ServerConnectionManagementHandler.HTTP2StreamDelegate,
        gate: HTTP2Gate,
        eventLoop: any EventLoop
    ) {
        self.management = management
        self.gate = NIOLoopBound(gate, eventLoop: eventLoop)
        state = NIOLoopBoundBox((0, .now()), eventLoop: eventLoop)
    }

    /// Since when there is none; nil while there is one.
    var idleSince: NIODeadline? { state.value.idleSince }

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
        state.value = (state.value.open + 1, nil)
        gate.value.streamBegun(UInt32(Int(id)))
        management.streamCreated(id, channel: channel)
    }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
        let open = state.value.open - 1
        state.value = (open, open == 0 ? CoarseClock.now : nil)
        gate.value.streamEnded(UInt32(Int(id)))
        management.streamClosed(id, channel: channel)
    }
}
