import CurlTransport
import GatewayConfig
import NIOCore
import Probe

/// Asks a backend what the probe wants to know, each time on a connection of its own.
public struct BackendProbe: Sendable {
    private let target: UpstreamTarget
    private let access: BackendAccess
    private let limits: ProbeConversation.Limits

    /// A probe of a server.
    ///
    /// - Parameters:
    ///   - upstream: The backend that the server is of, for the settings of TLS.
    ///   - host: What Host says.
    ///   - fields: Fields that each request has, such as credentials.
    ///   - timeout: How long a connection and an answer may take.
    public init(
        _ server: UpstreamServer,
        of upstream: UpstreamConfiguration,
        host: String,
        fields: [ProbeField],
        timeout: Duration
    ) {
        var target = UpstreamTarget(server, of: upstream)
        let milliseconds = Int(timeout.nanoseconds / 1_000_000)
        target.connectTimeoutMilliseconds = max(1, milliseconds)
        self.target = target
        access = BackendAccess(host: host, fields: fields)
        limits = ProbeConversation.Limits(answer: milliseconds)
    }

    /// Runs a body that may ask.
    ///
    /// - Throws: What the body throws, or that the system gives no sockets or threads.
    public func run<Result: Sendable>(
        _ body: @Sendable (_ ask: @Sendable (ProbeStep) async -> ProbeObservation) async throws -> Result
    ) async throws -> Result {
        let (target, access, limits) = (target, access, limits)
        return try await ToolLoop.run { loop in
            try await body { step in
                await withCheckedContinuation { continuation in
                    loop.eventLoop.execute {
                        let conversation = ProbeConversation(step, access, limits)
                        ProbeConnection(conversation, loop) { continuation.resume(returning: $0) }.start(target)
                    }
                }
            }
        }
    }
}

/// A connection that does what its conversation says. Loop-bound; it holds itself until the conversation is over.
private final class ProbeConnection: UpstreamConnectionUser {
    private let loop: CurlLoop
    private let finished: (ProbeObservation) -> Void
    private var conversation: ProbeConversation
    private var pool: ConnectionPool?
    private var connection: UpstreamConnection?
    private var outgoing: ArraySlice<UInt8> = []
    private var timer: Scheduled<Void>?
    private var itself: ProbeConnection?

    init(_ conversation: ProbeConversation, _ loop: CurlLoop, finished: @escaping (ProbeObservation) -> Void) {
        self.conversation = conversation
        self.loop = loop
        self.finished = finished
    }

    func start(_ target: UpstreamTarget) {
        itself = self
        let limits = ConnectionPool.Limits(maximumConnections: 1, maximumIdle: 0)
        let pool = ConnectionPool(loop: loop, target: target, limits: limits)
        self.pool = pool
        switch pool.checkout(for: self, fresh: true) {
        case .connecting, .waiting, .reused: break
        case .failed(let failure): perform(conversation.failed("\(failure)"))
        }
    }

    override func upstreamConnected(_ connection: UpstreamConnection) {
        self.connection = connection
        perform(conversation.connected())
        upstreamReadable(connection)
    }

    override func upstreamConnectFailed(_ failure: CurlFailure) { perform(conversation.failed("\(failure)")) }

    override func upstreamWritable(_ connection: UpstreamConnection) { flush() }

    override func upstreamReadable(_ connection: UpstreamConnection) {
        var piece = [UInt8](repeating: 0, count: UpstreamConnection.receiveLimit)
        while itself != nil {
            switch piece.withUnsafeMutableBytes({ connection.receive(into: $0) }) {
            case .received(let count): perform(conversation.received(Array(piece[..<count]), at: Self.now))
            case .wouldBlock: return
            case .endOfStream: return perform(conversation.ended(at: Self.now))
            case .failed: return perform(conversation.ended(at: Self.now))
            }
        }
    }

    private static var now: Int { Int(NIODeadline.now().uptimeNanoseconds / 1_000_000) }

    private func perform(_ actions: [ProbeConversation.Action]) {
        for action in actions {
            switch action {
            case .send(let bytes):
                outgoing += bytes
                flush()
            case .wait(let milliseconds):
                timer?.cancel()
                timer = loop.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) {
                    self.perform(self.conversation.timeIsUp(at: Self.now))
                }
            case .finish(let seen): finish(seen)
            }
        }
    }

    private func finish(_ seen: ProbeObservation) {
        guard itself != nil else { return }
        timer?.cancel()
        timer = nil
        itself = nil
        connection?.close()
        pool?.shutDown()
        // This may be called from within libcurl, which must not be freed under it.
        loop.eventLoop.assumeIsolated().execute {
            self.connection = nil
            self.pool = nil
        }
        finished(seen)
    }

    private func flush() {
        while let connection, !outgoing.isEmpty {
            switch outgoing.withUnsafeBytes({ connection.send($0) }) {
            case .sent(let count): outgoing = outgoing.dropFirst(count)
            case .wouldBlock: return
            // What the backend said before it closed may still be read.
            case .failed: outgoing = []
            }
        }
    }
}
