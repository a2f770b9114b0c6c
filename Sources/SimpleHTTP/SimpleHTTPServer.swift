import NIOCore
import NIOPosix
import Synchronization

/// A small HTTP/1.1 server: keep-alive, pipelining, bodies with a length or chunked, held in memory as a whole.
public final class SimpleHTTPServer: Sendable {
    /// What a server allows.
    public struct Limits: Sendable {
        /// The longest request body in bytes; a longer one is answered 413.
        public var body = 64 * 1024 * 1024
        /// How long a connection may be silent before it is closed.
        public var idleTime = TimeAmount.seconds(120)
        /// How long a request may take from its first byte to its last before the connection is closed; nil for as long
        /// as it is not silent.
        public var requestTime: TimeAmount?
        /// The most connections at a time. When there are as many, the one that has been without a request for the
        /// longest time is closed for a new one; where all have one, the new one is.
        public var connections = Int.max
        /// The longest request line in bytes; a longer one is answered 414.
        public var requestLine = 8 * 1024

        /// 64 MiB, 120 s and 8 KiB, and as many connections as there are descriptors.
        public init() {}
    }

    private let responder: any SimpleResponder
    private let limits: Limits
    private let clock: WallClock
    private let listener = Mutex<(any Channel)?>(nil)
    private let connections: OpenConnections
    private let accepted = Atomic<Int>(0)
    private let served = Atomic<Int>(0)

    /// A server that is not yet started.
    public init(responder: any SimpleResponder, limits: Limits = Limits(), clock: WallClock = .system) {
        self.responder = responder
        self.limits = limits
        self.clock = clock
        connections = OpenConnections(maximum: limits.connections)
    }

    /// How many connections were accepted so far.
    public var acceptedConnectionCount: Int { accepted.load(ordering: .relaxed) }

    /// How many whole requests were answered so far.
    public var requestCount: Int { served.load(ordering: .relaxed) }

    /// Listens on an address.
    ///
    /// - Parameter port: 0 for any free one.
    /// - Returns: The port that is bound.
    /// - Throws: What the system reports, such as an address in use.
    public func start(group: any EventLoopGroup, host: String = "127.0.0.1", port: Int) async throws -> Int {
        let channel = try await bootstrap(group)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: host, port: port).get()
        listener.withLock { $0 = channel }
        return channel.localAddress?.port ?? port
    }

    /// Listens on a socket that is bound already, such as a Unix socket with permissions of its own.
    ///
    /// - Parameter descriptor: The socket, which is the server's from now on.
    /// - Throws: The system's error.
    public func start(group: any EventLoopGroup, boundSocket descriptor: CInt) async throws {
        let channel = try await bootstrap(group).withBoundSocket(descriptor).get()
        listener.withLock { $0 = channel }
    }

    private func bootstrap(_ group: any EventLoopGroup) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // So that who isn't connected yet gets a turn beside hundreds of busy connections.
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackOff())
                }
            }
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    accepted.add(1, ordering: .relaxed)
                    let entry = connections.add(channel)
                    try channel.pipeline.syncOperations.addHandlers([
                        IdleStateHandler(allTimeout: limits.idleTime), connectionHandler(entry),
                    ])
                }
            }
    }

    /// Stops listening and closes every connection.
    public func shutdown() async {
        let channel = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        try? await channel?.close().get()
        for connection in connections.channels {
            try? await connection.close().get()
        }
    }

    private func connectionHandler(_ entry: OpenConnections.Entry) -> SimpleConnectionHandler {
        SimpleConnectionHandler(responder: responder, limits: limits, clock: clock, entry: entry) { [self] in
            served.add(1, ordering: .relaxed)
        }
    }
}
