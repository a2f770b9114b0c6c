import CurlTransport
import HTTP1
import Introspection
import Logging
import NIOCore
import ScopeModel

/// What one event loop of the gateway owns: its libcurl, its upstream connections, its client connections, its memory.
///
/// Everything is used on `eventLoop` alone; that is why `@unchecked Sendable` is right: other threads only hold it in
/// order to hand it back to its loop.
final class GatewayLoop: @unchecked Sendable {
    let eventLoop: any EventLoop
    let curl: CurlLoop
    let upstreams: LoopUpstreams
    let services: GatewayServices
    let refusals: RefusalQueue
    private(set) var snapshot: RuntimeSnapshot
    let metrics: LoopMetrics
    /// What is needed to trace requests, if they are traced.
    @exclusivity(unchecked) var tracing: LoopTracing?
    @exclusivity(unchecked) private var accessLog: AccessLogBuffer?
    /// Whether any request is logged or traced.
    let observesHeads: Bool
    /// Requests that wait for what introspection says of their keys.
    var introspecting = 0
    /// How many requests of the kind that is recorded have passed.
    var allowedCalls = 0
    /// What records tell of grants, under the snapshot.
    @exclusivity(unchecked) var auditedGrants = AuditedGrants()

    @exclusivity(unchecked) private var requestIDs: RequestIDGenerator
    private var limitLog = LimitLog()
    private var failureLog = FailureLog()
    private var listenerLog = ListenerLog()
    private var longestIdle = LongestIdle()
    @exclusivity(unchecked) private var date = HTTPDate()
    /// How much is read of bodies that nobody needs any more.
    private var drainRate: ByteRate
    private var connections: [InboundConnection] = []
    private var sessions: [ObjectIdentifier: any ClientSession] = [:]
    private var ticker: RepeatedTask?
    private var willMakeRoom = false

    @exclusivity(unchecked) private var receiveBuffer: ByteBuffer?
    @exclusivity(unchecked) private var responseBuffer: ByteBuffer?
    @exclusivity(unchecked) private var requestBuffers: [ByteBuffer] = []

    /// Time-outs are checked this often, so they come up to this much late.
    private static let tickInterval = TimeAmount.milliseconds(100)
    /// How long a client may take nothing of its response while others wait for an upstream connection.
    private static let heldBackTolerance = TimeAmount.seconds(1)
    private static let receiveBufferSize = UpstreamConnection.receiveLimit
    private static let keptRequestBuffers = 256
    private static let keptRequestBufferSize = 16 << 10

    init(
        eventLoop: any EventLoop,
        curl: CurlLoop,
        services: GatewayServices,
        snapshot: RuntimeSnapshot,
        tracing: LoopTracing? = nil
    ) {
        self.tracing = tracing
        accessLog = services.accessLog.map { AccessLogBuffer($0) }
        observesHeads = services.accessLog != nil || tracing != nil
        self.eventLoop = eventLoop
        self.curl = curl
        self.services = services
        refusals = RefusalQueue(eventLoop: eventLoop, audit: services.audit)
        self.snapshot = snapshot
        drainRate = ByteRate(perSecond: snapshot.limits.drainRate / services.loopCount)
        metrics = LoopMetrics(templates: services.metrics.templates.count)
        upstreams = LoopUpstreams(snapshot.upstreams, loop: curl)
        requestIDs = RequestIDGenerator(seed: UInt64.random(in: .min ... .max))
    }

    /// Whether no new requests are taken on.
    var isDraining: Bool { services.isDraining.load(ordering: .relaxed) }

    /// Has requests that begin from now on decided by another snapshot.
    func use(_ snapshot: RuntimeSnapshot) {
        metrics.makeRoom(templates: services.metrics.templates.count)
        self.snapshot = snapshot
        auditedGrants = AuditedGrants()
        drainRate = ByteRate(perSecond: snapshot.limits.drainRate / services.loopCount)
        upstreams.use(snapshot.upstreams, loop: curl)
        curl.forgetUnusedTrusts()
        for connection in connections { connection.snapshotChanged() }
        for session in sessions.values { session.snapshotChanged() }
    }

    // MARK: Time and names

    func nextRequestID() -> RequestID {
        requestIDs.next(milliseconds: UInt64(max(0, SystemClock.coarseWallMilliseconds)))
    }

    func httpDate() -> [UInt8] {
        date.at(seconds: SystemClock.coarseWallMilliseconds / 1000)
    }

    // MARK: Client connections

    func add(_ connection: InboundConnection) {
        connection.indexInLoop = connections.count
        connections.append(connection)
        startTicking()
    }

    func remove(_ connection: InboundConnection) {
        let index = connection.indexInLoop
        guard index >= 0, index < connections.count, connections[index] === connection else { return }
        connections.swapAt(index, connections.count - 1)
        connections[index].indexInLoop = index
        connections.removeLast()
        connection.indexInLoop = -1
    }

    func add(_ session: any ClientSession) { sessions[ObjectIdentifier(session)] = session }

    func remove(_ session: any ClientSession) { sessions[ObjectIdentifier(session)] = nil }

    private func eachDisplaceable(_ body: (any Displaceable) -> Void) {
        for connection in connections { body(connection) }
        for session in sessions.values { body(session) }
    }

    /// Since when the connections have been without a request that have been so longest, the oldest first.
    func longestIdle(_ count: Int, before limit: NIODeadline) -> [NIODeadline] {
        longestIdle.times(count, before: limit, of: eachDisplaceable)
    }

    /// Has so many of these give way to others. Returns how many did.
    func displace(_ count: Int, before limit: NIODeadline) -> Int {
        let displaced = longestIdle.displace(count, before: limit, of: eachDisplaceable)
        services.metrics.displaced.increment(by: Int64(displaced))
        return displaced
    }

    private func startTicking() {
        guard ticker == nil else { return }
        ticker = eventLoop.scheduleRepeatedTask(
            initialDelay: Self.tickInterval,
            delay: Self.tickInterval
        ) { [weak self] _ in
            self?.tick()
        }
    }

    private func tick() {
        let now = CoarseClock.now
        // A connection that times out may leave the list, and the last one then takes its place.
        var index = 0
        while index < connections.count {
            let connection = connections[index]
            connection.checkDeadline(now)
            if index < connections.count, connections[index] === connection { index += 1 }
        }
        cutHeldBackResponses(now)
        upstreams.closeExpired(at: now)
        flushLog()
        if connections.isEmpty, upstreams.connectionCount == 0 {
            ticker?.cancel()
            ticker = nil
        }
    }

    /// When requests wait for upstream connections, clients that take nothing of their responses lose theirs, those
    /// that have done so longest first.
    private func cutHeldBackResponses(_ now: NIODeadline) {
        let waiting = upstreams.waitingCount
        guard waiting > 0 else { return }
        let held = connections.compactMap { connection in
            connection.exchange?.pausedSince.map { (connection: connection, since: $0) }
        }
        let late = held.filter { now - $0.since >= Self.heldBackTolerance }.sorted { $0.since < $1.since }
        for entry in late.prefix(waiting) { entry.connection.cutHeldBackResponse() }
    }

    /// Ends connections whose clients don't take what was written, those that have done so longest first, so that
    /// another one may hold memory.
    func makeRoom(for connection: InboundConnection?) {
        let held = connections.filter { $0 !== connection && $0.memory.queuedSince != nil }
            .sorted { ($0.memory.queuedSince ?? .distantFuture) < ($1.memory.queuedSince ?? .distantFuture) }
        // Some at a time, so that this isn't done anew for each that wants memory.
        for other in held.prefix(max(1, held.count / 16)) { other.cutQueued() }
    }

    /// Does the same for nobody in particular when the turn of the loop is over: once, however many ask.
    func makeRoomLater() {
        guard !willMakeRoom else { return }
        willMakeRoom = true
        eventLoop.assumeIsolated().execute {
            self.willMakeRoom = false
            self.makeRoom(for: nil)
        }
    }

    // MARK: Bodies that nobody needs

    /// Whether any of them is read at the moment.
    var mayDrain: Bool { drainRate.hasRoom(at: CoarseClock.now.uptimeNanoseconds) }

    /// So much of one was read.
    func drained(_ bytes: Int) { drainRate.take(bytes, at: CoarseClock.now.uptimeNanoseconds) }

    /// Has all connections end with the response that they wait for, and idle ones after a while.
    func drain() {
        for connection in connections { connection.drain() }
        for session in sessions.values { session.drain() }
    }

    /// Ends everything at once.
    func shutDown() {
        for connection in connections { connection.stop() }
        for session in sessions.values { session.abort() }
        ticker?.cancel()
        ticker = nil
        upstreams.shutDown()
        curl.close()
    }

    // MARK: Memory

    func takeReceiveBuffer() -> ByteBuffer {
        receiveBuffer.take() ?? ByteBufferAllocator().buffer(capacity: Self.receiveBufferSize)
    }

    func giveBackReceiveBuffer(_ buffer: consuming ByteBuffer) {
        guard receiveBuffer == nil, buffer.capacity >= Self.receiveBufferSize else { return }
        receiveBuffer = Self.emptied(buffer)
    }

    func takeResponseBuffer() -> ByteBuffer {
        responseBuffer.take() ?? ByteBufferAllocator().buffer(capacity: 4 << 10)
    }

    func giveBackResponseBuffer(_ buffer: consuming ByteBuffer) {
        guard responseBuffer == nil, buffer.capacity <= 64 << 10 else { return }
        responseBuffer = Self.emptied(buffer)
    }

    func takeRequestBuffer() -> ByteBuffer {
        requestBuffers.popLast() ?? ByteBufferAllocator().buffer(capacity: 2 << 10)
    }

    func giveBackRequestBuffer(_ buffer: consuming ByteBuffer) {
        guard requestBuffers.count < Self.keptRequestBuffers, 1...Self.keptRequestBufferSize ~= buffer.capacity else {
            return
        }
        requestBuffers.append(Self.emptied(buffer))
    }

    /// The same memory, empty. Not by `clear`, which takes new memory while the caller still holds this; who writes to
    /// it while somebody holds it gets memory of his own all the same.
    private static func emptied(_ buffer: consuming ByteBuffer) -> ByteBuffer {
        buffer.moveReaderIndex(to: 0)
        buffer.moveWriterIndex(to: 0)
        return buffer
    }

    // MARK: What is logged and traced

    /// Whether the request that begins now gets a line in the access log.
    func samplesAccess() -> Bool { accessLog?.samples() ?? false }

    func log(_ entry: AccessLogEntry) {
        accessLog?.append(entry)
    }

    /// Hands over the lines of the access log that are there.
    func flushLog() {
        accessLog?.flush()
    }

    // MARK: Failures

    /// A request was answered by the gateway itself with an error.
    func refused(_ reason: DenialReason, client: @autoclosure () -> String) {
        services.metrics.refused(reason)
        guard reason.isLimit else { return }
        limitLog.reached(reason, client: client(), now: .now(), logger: services.logger)
    }

    /// A response that had begun is cut, for this reason.
    func responseCut(_ reason: CutReason, client: String) {
        services.metrics.responseCut(reason)
        limitLog.cut(reason, client: client, now: .now(), logger: services.logger)
    }

    /// A connection is closed because nothing came on it in time.
    func idleClosed(client: String) {
        services.metrics.idleClosed.increment()
        limitLog.idle(client: client, now: .now(), logger: services.logger)
    }

    /// A client has as many connections as it may have, and is closed one more.
    func overShare(client: String) {
        services.metrics.overShare.increment()
        limitLog.tooMany(client: client, now: .now(), logger: services.logger)
    }

    /// A handshake failed.
    func handshakeFailed(_ failure: HandshakeFailure, reason: String, peer: SocketAddress?) {
        services.metrics.listeners.failed(failure)
        listenerLog.failed(failure, reason: reason, client: peer?.ipAddress ?? "unknown", logger: services.logger)
    }

    /// A connection of HTTP/2 is ended for what its client did.
    func http2Failed(_ failure: HTTP2Failure, reason: String, peer: SocketAddress?) {
        services.metrics.http2.failed(failure)
        listenerLog.failed(failure, reason: reason, client: peer?.ipAddress ?? "unknown", logger: services.logger)
    }

    /// A connection is closed that should have begun with the PROXY protocol.
    func proxyHeaderRefused(_ reason: ProxyHeaderRefusal, peer: SocketAddress?) {
        services.metrics.listeners.refused(reason)
        listenerLog.refused(reason, client: peer?.ipAddress ?? "unknown", logger: services.logger)
    }

    func upstreamFailed(_ failure: CurlFailure, _ server: UpstreamServerState) {
        services.metrics.upstreamFailed(UpstreamFailureKind(failure.kind))
        log(.upstream, ["server": "\(server.name)", "kind": "\(failure.kind.rawValue)", "error": "\(failure)"])
    }

    func upstreamResponseFailed(_ fault: ResponseStream.Fault, _ server: UpstreamServerState, _ limits: HeadLimits) {
        services.metrics.upstreamFailed(fault == .truncated ? .truncated : .invalidResponse)
        var metadata: Logger.Metadata = ["server": "\(server.name)", "reason": "\(fault.text)"]
        if let limit = fault.limit {
            metadata["limit"] = "\(limit.setting)"
            metadata["value"] = "\(limit.value(in: limits))"
        }
        log(.upstreamResponse, metadata)
    }

    func introspectionFailed(_ failure: IntrospectionFailure) {
        log(.introspection, ["reason": "\(failure)"])
    }

    private func log(_ kind: FailureLog.Kind, _ metadata: Logger.Metadata) {
        failureLog.failed(kind, metadata, now: .now(), logger: services.logger)
    }
}

extension ResponseStream.Fault {
    /// What was wrong, for the log.
    var text: String {
        switch self {
        case .head(let error): "\(error.message)"
        case .body(let error): "\(error.message)"
        case .truncated: "The connection ended before the response was complete."
        case .tooManyInterim: "The response has too many interim responses before it."
        case .unaskedUpgrade: "The response switches protocols, which was not asked for."
        }
    }
}
