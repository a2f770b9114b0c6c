import CurlTransport
import Glibc
import HTTP1
import NIOCore
import NIOPosix

/// One connection of a client: requests one after the other, each read, decided and answered or forwarded before the
/// next is looked at.
///
/// The channel's only handler. Loop-bound. What it decides stands in ``InboundConnection+Decision.swift``, what it
/// sends of its own in ``InboundConnection+Denial.swift``, what passes between client and upstream in
/// ``InboundConnection+Forwarding.swift``.
final class InboundConnection: ChannelDuplexHandler, Displaceable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Waiting for a head, or in the midst of one.
        case head
        /// Waiting for introspection or for the audit.
        case deciding
        /// The upstream has the request.
        case forwarding
        /// The response has been sent; the rest of the request's body is read and thrown away.
        case draining
        /// The last response has been sent; what still comes is thrown away until the client closes.
        case lingering
        case closed
    }

    /// What ``deadline`` is about.
    enum Awaiting {
        case nothing
        /// The first byte of a head.
        case request
        /// The rest of a head.
        case head
        /// More of the body, or that the client takes more of the response.
        case body
        /// More of a body that nobody needs any more.
        case rest
        /// A connection to the upstream.
        case connection
        /// The first byte of the response.
        case firstByte
        /// More of the response.
        case response
        /// That the client closes.
        case close
    }

    /// How much is thrown away after the last response, and how long the client has to close then. One that sends more
    /// is not read any further, but closed no sooner: that would reset the connection, and could cost it the response.
    static let lingerLimit = 1 << 20
    static let lingerTime = TimeAmount.seconds(2)
    /// How long may pass between two pieces of a body that nobody needs any more.
    static let restTime = TimeAmount.seconds(5)

    let loop: GatewayLoop
    let carrier: Carrier?
    /// Which listener it came by.
    let listener: Int
    var indexInLoop = -1
    var phase = Phase.head
    // Only the loop's thread comes here, and what changes these in place calls nothing that could come back to them:
    // the run-time checks for overlapping access, a good part of a request's cost, would never find anything.
    @exclusivity(unchecked) var buffer = ByteBuffer()
    @exclusivity(unchecked) var parser: RequestHeadParser
    @exclusivity(unchecked) var body = BodyReader(framing: .none)
    var request: CurrentRequest?
    var exchange: UpstreamExchange?
    var context: ChannelHandlerContext?
    /// Where responses go past the channel; nil where something stands between it and the client.
    @exclusivity(unchecked) private var socket: ClientSocket?
    /// The bytes of the head of the request that is being handed to the upstream, for as long as that call lasts.
    var headBeingForwarded: ByteBuffer?
    /// How much the client had taken when it was last asked, while it holds up what is written.
    var progress: ClientProgress?
    /// The response that is under way has told the client that the connection ends with it.
    var closesAfterResponse = false
    private(set) var identity: ClientIdentity?
    /// The generation that ``identity`` was worked out under.
    private var identityGeneration: UInt64?
    /// When it is as old as it may become: it ends with the response to the request that comes then.
    private var endsAt = NIODeadline.distantFuture
    /// The exchange of the last request, for the next one; it isn't kept while the connection lies idle.
    private var spareExchange: UpstreamExchange?
    private var spareIsOld = false
    /// Whether the client takes bytes of the response.
    private(set) var takesResponse = true

    private var deadline = NIODeadline.distantFuture
    private(set) var awaiting = Awaiting.nothing
    private var readIsHeldBack = false
    private var isProcessing = false
    private var mustProcessAgain = false
    private var lingered = 0
    /// The rest of a body that is thrown away after the response.
    private var rest = Drain()
    /// Our side has ended: nothing more is sent.
    private var outputHasEnded = false
    /// The client has ended its side: nothing more comes of it.
    var inputHasEnded = false
    /// What it keeps in memory for the client.
    @exclusivity(unchecked) var memory = ConnectionMemory()
    /// More is held than there is room for, which is seen to when the turn of the loop is over.
    var mustGiveWay = false
    /// The buffer is the loop's memory, for as long as what has just come is dealt with.
    private(set) var bufferIsShared = false

    /// - Parameter carrier: What carries it, unless that is a plain TCP connection.
    init(loop: GatewayLoop, carrier: Carrier? = nil, listener: Int = 0) {
        self.loop = loop
        self.carrier = carrier
        self.listener = carrier?.listener ?? listener
        parser = RequestHeadParser(limits: loop.snapshot.limits.head)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { inputEnded() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset by the client, mostly. There is nobody left to tell.
        end()
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        guard phase != .closed, phase != .lingering else {
            if phase == .lingering { lingered += incoming.readableBytes }
            return loop.giveBackReceiveBuffer(incoming)
        }
        let isShared = buffer.readableBytes == 0
        if isShared {
            buffer = incoming
            bufferIsShared = true
            // Nobody else holds the memory then when it is given back.
            incoming = ByteBuffer()
        } else {
            buffer.discardReadBytes()
            buffer.writeBuffer(&incoming)
            loop.giveBackReceiveBuffer(incoming)
        }
        if awaiting == .body { arm(.body) }
        process()
        if isShared { leaveSharedMemory() }
        accountForMemory()
        // Asked for here, it needn't pass through the pipeline's whole length. Only a socket's own channel is asked: a
        // stream of HTTP/2 would deliver what it holds within this call, and so go as deep as it holds frames.
        if carrier == nil, phase != .closed, mayRead { context.read() }
    }

    /// The bytes that were not used at once have to make room in the loop's memory for those of others.
    private func leaveSharedMemory() {
        bufferIsShared = false
        var shared = ByteBuffer()
        swap(&shared, &buffer)
        // `ByteBuffer(_:)` of a view would share the memory with it, and the next who reads would have to copy all of
        // it.
        if shared.readableBytes > 0 { buffer = ByteBuffer(bytes: shared.readableBytesView) }
        loop.giveBackReceiveBuffer(shared)
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { readIsHeldBack = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        takesResponse = context.channel.isWritable
        if takesResponse { memory.queueEmptied() }
        if takesResponse, let exchange {
            if awaiting == .body || awaiting == .response { arm(awaiting) }
            exchange.clientIsWritable()
        } else if takesResponse, phase == .head, awaiting == .body {
            arm(.request)
            process()
        }
        accountForMemory()
        context.fireChannelWritabilityChanged()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard identity == nil else { return }
        identify(under: loop.snapshot)
        if carrier?.version != .http2, let age = ConnectionAge.drawn(from: loop.snapshot) {
            endsAt = CoarseClock.now + age
        }
        if carrier == nil { socket = ClientSocket(of: context) }
        serveHalfClosed(context)
        loop.add(self)
        arm(.head)
        // What was accepted is served, though it be the last request of the connection.
        if loop.isDraining { drain() }
    }

    /// Works out who the client is under the snapshot that its request begins with: whom the configuration doesn't
    /// trust any more isn't believed on connections that there are already.
    func identify(under snapshot: RuntimeSnapshot) {
        guard let context, identityGeneration != snapshot.routeMap.generation else { return }
        identityGeneration = snapshot.routeMap.generation
        var carrier = carrier ?? Carrier(context.channel)
        if let voucher = carrier.voucher, !voucher.isTrusted(by: snapshot) {
            // What it has said of the client counts no more: the connection is its own, and ends with this request.
            carrier.remote = context.channel.remoteAddress
            carrier.isUnixSocket = voucher.address.isEmpty
            endsAt = .uptimeNanoseconds(0)
        }
        identity = ClientIdentity(
            remote: carrier.remote,
            local: carrier.local,
            trusted: snapshot.trustedProxies,
            scheme: carrier.isSecure ? "https" : "http",
            isUnixSocket: carrier.isUnixSocket,
            certificate: carrier.certificate
        )
    }

    /// The loop has another snapshot. A client that was let in by other rules for certificates than there are now gets
    /// no further request served.
    func snapshotChanged() {
        guard let admission = carrier?.admission, carrier?.version != .http2, !admission.holds(under: loop.snapshot)
        else { return }
        endsAt = .uptimeNanoseconds(0)
        guard phase == .head else { return }
        phase = .lingering
        context?.close(promise: nil)
    }

    /// Whether the request at hand is the connection's last, whatever comes of it.
    var endsWithResponse: Bool {
        loop.isDraining || isLastRequest || (endsAt != .distantFuture && CoarseClock.now >= endsAt)
    }

    private func end() {
        guard phase != .closed else { return }
        noteCut(.clientGone)
        phase = .closed
        socket = nil
        arm(.nothing)
        exchange?.cancel()
        exchange = nil
        spareExchange = nil
        finishRequest()
        buffer = ByteBuffer()
        memory.release(to: loop.services.memory)
        loop.remove(self)
    }

    // MARK: Reading

    /// Back-pressure: what can't be passed on isn't read.
    private var mayRead: Bool {
        switch phase {
        case .forwarding where !body.isComplete: !(exchange?.isBackedUp ?? false)
        // What is behind the request waits for its turn in the client's system and not here.
        case .forwarding, .deciding: buffer.readableBytes == 0
        case .head: takesResponse
        case .draining: !rest.closes || loop.mayDrain
        // Until the response has left, no more is thrown away than would be afterwards.
        case .lingering: lingered < Self.lingerLimit
        case .closed: false
        }
    }

    func resumeReading() {
        guard readIsHeldBack, mayRead else { return }
        readIsHeldBack = false
        context?.read()
    }

    /// Does with the bytes at hand what the phase asks for, until it needs more of them or has to wait.
    func process() {
        guard !isProcessing else {
            mustProcessAgain = true
            return
        }
        isProcessing = true
        repeat {
            mustProcessAgain = false
            step()
        } while mustProcessAgain
        isProcessing = false
        resumeReading()
    }

    private func step() {
        switch phase {
        case .head: readHead()
        case .forwarding: forwardBody()
        case .draining: drainBody()
        case .lingering, .deciding, .closed: break
        }
    }

    private func readHead() {
        guard buffer.readableBytes > 0 else { return inputHasEnded ? close() : () }
        // A client that doesn't read its answers gets no further ones: they would pile up here.
        guard takesResponse else { return armForTaking() }
        switch parser.parse(buffer.readableBytesUInt8Span) {
        case .needMore:
            // The rest of this head won't come.
            if inputHasEnded { return close() }
            if awaiting == .request, parser.hasBegun { arm(.head) }
        case .failed(let error): refuse(error)
        case .complete: decide()
        }
    }

    /// Turns to the next request on this connection.
    func nextRequest() {
        finishRequest()
        parser.reset()
        phase = .head
        arm(.request)
        // What the request held is free again, while the client may rest for long.
        if memory.isCounted { accountForMemory() }
        // The client was told before the gateway stopped that it may use the connection again, and may be doing so.
        if loop.isDraining { drain() }
        process()
    }

    func finishRequest() {
        recordAllowed()
        if request?.isInFlight == true {
            loop.services.metrics.inFlight.subtract(1, ordering: .relaxed)
        }
        if var observed = request?.observed {
            observed.finish()
            loop.metrics.record(observed)
            if let seen = request?.seen { report(seen, observed) }
        }
        request = nil
    }

    /// Reads the rest of the request's body and throws it away: closing with bytes unread would reset the connection,
    /// and a client that is still sending could lose the response (RFC 9112 §9.6).
    ///
    /// - Parameters:
    ///   - thenCloses: Whether the connection ends then, of which the response has told.
    ///   - byteLimit: How much is read at most, in bytes.
    func drainRest(thenCloses: Bool, byteLimit: UInt64) {
        guard phase != .closed else { return }
        phase = .draining
        let time = (request?.snapshot ?? loop.snapshot).limits.drainTime
        rest = Drain(closes: thenCloses, byteLimit: byteLimit, until: CoarseClock.now + time)
        if thenCloses { finishRequest() }
        arm(thenCloses ? .rest : .body)
        // By TLS the end of our side is the end of all for many clients, which then fail while they send, and lose the
        // response.
        if thenCloses, carrier == nil, !outputHasEnded { endOutput { _ in } }
        process()
    }

    private func drainBody() {
        let before = buffer.readableBytes
        let result = discardBody()
        let count = before - buffer.readableBytes
        rest.byteCount += UInt64(count)
        if rest.closes { loop.drained(count) }
        switch result {
        case .complete: rest.closes ? closeLingering() : nextRequest()
        case .incomplete where inputHasEnded: close()
        // How long a body in chunks is only its end tells.
        case .incomplete where rest.byteCount <= rest.byteLimit: if rest.closes, count > 0 { arm(.rest) }
        // It is too long for the connection to be kept, but not for the client to get its response.
        case .incomplete where !rest.closes: drainRest(thenCloses: true, byteLimit: .max)
        case .incomplete, .broken: closeLingering()
        }
    }

    enum Discarding {
        case complete
        case incomplete
        case broken
    }

    /// Throws away what is at hand of the body.
    func discardBody() -> Discarding {
        guard !body.isComplete else { return .complete }
        var offset = 0
        defer { buffer.moveReaderIndex(forwardBy: offset) }
        while true {
            switch body.next(buffer.readableBytesUInt8Span, offset: &offset) {
            case .data, .trailer: continue
            case .end: return .complete
            case .needMore: return .incomplete
            case .failed: return .broken
            }
        }
    }

    // MARK: Writing

    /// Writes bytes that ``send(_:)`` will send with what comes behind them.
    func write(_ bytes: ByteBuffer) {
        socket?.queue()
        queue(bytes)
    }

    /// Leaves bytes to the channel.
    private func queue(_ bytes: ByteBuffer) {
        let bytes = ConnectionMemory.compact(bytes)
        memory.queued(bytes)
        // The channel closes when a write fails, and this handler then hears of that.
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    /// Sends what was written and these bytes behind it; there may be none.
    func send(_ bytes: ByteBuffer) {
        var sent = 0
        if socket != nil {
            if bytes.readableBytes > 0 { sent = socket?.send(bytes, before: context?.channel) ?? 0 }
            if sent == bytes.readableBytes, socket?.mayBeQueued != true { return }
            socket?.queue()
        }
        guard let context else { return }
        if sent < bytes.readableBytes {
            var rest = bytes
            rest.moveReaderIndex(forwardBy: sent)
            queue(rest)
        }
        context.flush()
        if takesResponse { memory.queueEmptied() }
        if !takesResponse || memory.isCounted { accountForMemory() }
    }

    // MARK: Exchanges

    /// Has an exchange take on a request: that of the one before, if nothing is in the midst of using it.
    func beginExchange(_ head: RequestHead, _ upstream: LoopUpstream, _ limits: HeadLimits) -> UpstreamExchange {
        var spare = spareExchange.take()
        if isKnownUniquelyReferenced(&spare), let spare {
            spare.begin(head, upstream, limits)
            exchange = spare
            return spare
        }
        let made = UpstreamExchange(loop: loop, upstream: upstream, client: self, request: head, limits: limits)
        exchange = made
        return made
    }

    /// The exchange is over.
    func endExchange() {
        let ended = exchange.take()
        guard phase == .forwarding else { return }
        spareExchange = ended
        spareIsOld = false
    }

    private func dropOldSpare() {
        guard spareExchange != nil, phase == .head else { return }
        if spareIsOld { spareExchange = nil }
        spareIsOld = true
    }

    // MARK: Ends

    /// Closes once everything that was written has left.
    func close() {
        guard phase != .closed, let context else { return }
        phase = .lingering
        arm(.body)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.context?.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
        if awaiting == .body { armForTaking() }
    }

    /// Closes our side and reads on for a while: closing with unread bytes would reset the connection, and the client
    /// could lose the response (RFC 9112 §9.6).
    func closeLingering() {
        guard phase != .closed else { return }
        phase = .lingering
        lingered = buffer.readableBytes
        buffer = ByteBuffer()
        guard !outputHasEnded else { return awaitClose() }
        arm(.body)
        endOutput { connection in
            guard connection.phase == .lingering else { return }
            connection.awaitClose()
        }
        if awaiting == .body { armForTaking() }
    }

    private func awaitClose() {
        if inputHasEnded {
            context?.close(promise: nil)
            return
        }
        arm(.close)
        lingered = 0
        resumeReading()
    }

    /// Closes our side once everything that was written has left.
    private func endOutput(then next: @escaping (InboundConnection) -> Void) {
        guard let context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] result in
            guard let self, phase != .closed, let context = self.context else { return }
            guard case .success = result else { return context.close(promise: nil) }
            outputHasEnded = true
            context.close(mode: .output, promise: nil)
            next(self)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    /// Cuts the connection, so that the client can't take what it has for a complete response.
    func abort() {
        guard phase != .closed, let context else { return }
        if let transport = carrier?.transport { return transport.cut() }
        if let socket = context.channel as? any SocketOptionProvider {
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
    }

    /// The gateway ends: what is under way is cut, and on record before the logs are closed.
    func stop() {
        noteCut(.stop)
        // Without an answer too.
        if phase == .forwarding { request?.observed.isCut(.stop) }
        exchange?.cancel()
        exchange = nil
        finishRequest()
        abort()
    }

    /// The gateway stops. An idle connection isn't closed at once, for its client may be sending a request: it waits a
    /// while for one, whose response then says that the connection ends (RFC 9112 §9.6).
    func drain() {
        guard phase == .head, buffer.readableBytes == 0 else { return }
        arm(.request)
        deadline = min(deadline, CoarseClock.now + loop.snapshot.limits.idleGrace)
    }

    /// Whether the system has bytes of the client that were not read yet.
    var hasUnreadBytes: Bool { context?.hasUnreadBytes == true }

    // MARK: Deadlines

    /// Waits for the client to take more of what was written.
    func armForTaking() {
        arm(.body)
        progress = context.map { ClientProgress($0.channel, carrier?.transport) }
    }

    /// Whether the client has taken enough of what was written since ``armForTaking()``.
    func clientTakes() -> Bool {
        guard let progress, let context else { return false }
        return ClientProgress(context.channel, carrier?.transport).isEnough(since: progress)
    }

    func arm(_ what: Awaiting) {
        progress = nil
        awaiting = what
        guard let limit = limit(of: what) else {
            deadline = .distantFuture
            return
        }
        deadline = CoarseClock.now + limit
    }

    private func limit(of what: Awaiting) -> TimeAmount? {
        let snapshot = request?.snapshot ?? loop.snapshot
        return switch what {
        case .nothing: nil
        case .request: snapshot.limits.keepAliveTimeout
        case .head: snapshot.limits.headTimeout
        case .body: snapshot.limits.bodyIdleTimeout
        // libcurl keeps the time of a connection that is being made; this is for those that wait for one.
        case .connection: upstreamTimeouts.connect + .milliseconds(500)
        case .firstByte: upstreamTimeouts.firstByte
        case .response: upstreamTimeouts.idle
        case .rest: Self.restTime
        case .close: Self.lingerTime
        }
    }

    private var upstreamTimeouts: UpstreamTimeouts {
        (request?.forwarding ?? loop.snapshot.upstreams.unrouted).timeouts
    }

    /// Since when it has waited for a request, or for the rest of a head; nil while it has one. HTTP/2's streams are no
    /// connections of their own.
    var idleSince: NIODeadline? {
        guard phase == .head, awaiting == .request || awaiting == .head, carrier?.version != .http2 else { return nil }
        return limit(of: awaiting).map { deadline - $0 }
    }

    func giveWay() -> Bool {
        guard phase == .head, let context, !context.isMovingBytes else { return false }
        phase = .lingering
        if let transport = carrier?.transport { transport.leave() } else { context.close(promise: nil) }
        return true
    }

    func checkDeadline(_ now: NIODeadline) {
        dropOldSpare()
        if phase == .draining, rest.closes {
            if now >= rest.until { return closeLingering() }
            resumeReading()
        }
        guard now >= deadline else { return }
        deadline = .distantFuture
        timedOut()
    }
}
