import DequeModule
import NIOCore

/// The connections of one event loop to one upstream: last in, first out, so that the fewest stay warm.
///
/// Loop-bound, like everything of ``CurlLoop``.
public final class ConnectionPool {
    /// The bounds of a pool.
    public struct Limits: Equatable, Sendable {
        /// How many connections there may be at once, in use, idle and being made together; at least 1.
        public var maximumConnections: Int
        /// How many may lie idle.
        public var maximumIdle: Int
        /// How long one may lie idle. It has to be shorter than the upstream's own limit, lest the upstream close a
        /// connection in the moment in which a request is sent on it.
        public var idleTimeout: TimeAmount
        /// How old one may become before it isn't used again.
        public var maximumAge: TimeAmount

        /// Bounds by their values.
        public init(
            maximumConnections: Int = 1024,
            maximumIdle: Int = 1024,
            idleTimeout: TimeAmount = .seconds(1),
            maximumAge: TimeAmount = .minutes(10)
        ) {
            self.maximumConnections = max(1, maximumConnections)
            self.maximumIdle = max(0, maximumIdle)
            self.idleTimeout = idleTimeout
            self.maximumAge = maximumAge
        }
    }

    /// What a request for a connection leads to.
    public enum Checkout {
        /// An open connection that earlier requests have used.
        case reused(UpstreamConnection)
        /// One is being made; the user will hear of it.
        case connecting(UpstreamConnection)
        /// All are in use; the user will hear when one is free or made. See ``ConnectionPool/cancelWaiting(_:)``.
        case waiting
        /// libcurl or the system gives no more.
        case failed(CurlFailure)
    }

    private struct Waiter {
        let user: UpstreamConnectionUser
        let needsFresh: Bool
    }

    // What changes these in place calls nothing that could come back to them.

    /// The bounds, which may be changed while the pool is in use.
    @exclusivity(unchecked) public var limits: Limits
    /// Where its connections go.
    public let target: UpstreamTarget
    /// How many connections there are, in use, idle and being made together.
    @exclusivity(unchecked) public private(set) var connectionCount = 0
    /// How many were begun to be made since the pool exists.
    public private(set) var openedCount: UInt64 = 0

    private let loop: CurlLoop
    @exclusivity(unchecked) private var idle: [UpstreamConnection] = []
    @exclusivity(unchecked) private var waiting: Deque<Waiter> = []
    @exclusivity(unchecked) private var open: [ObjectIdentifier: UpstreamConnection] = [:]
    private var isShutDown = false

    /// A pool without connections.
    public init(loop: CurlLoop, target: UpstreamTarget, limits: Limits) {
        self.loop = loop
        self.target = target
        self.limits = limits
    }

    /// How many connections lie idle.
    public var idleCount: Int { idle.count }
    /// How many requests wait for a connection.
    public var waitingCount: Int { waiting.count }

    /// Takes a connection for a user.
    ///
    /// - Parameters:
    ///   - fresh: A new connection even where an idle one is at hand, as a repeated request needs it.
    ///   - probing: Ask an idle connection's own socket in this moment whether the upstream has closed it. It costs a
    ///     system call, and is for requests that can't be repeated should it turn out so. For others it is asked once a
    ///     turn of the event loop for all connections together.
    public func checkout(for user: UpstreamConnectionUser, fresh: Bool = false, probing: Bool = false) -> Checkout {
        if !fresh {
            let now = CoarseClock.now
            if !idle.isEmpty { loop.lookOnceThisTurn() }
            while let connection = idle.popLast() {
                guard isUsable(connection, at: now), isQuiet(connection, asking: probing) else {
                    connection.close()
                    continue
                }
                connection.assign(user)
                return .reused(connection)
            }
        } else if connectionCount >= limits.maximumConnections, let oldest = idle.first {
            oldest.close()
        }
        guard connectionCount < limits.maximumConnections else {
            waiting.append(Waiter(user: user, needsFresh: fresh))
            return .waiting
        }
        return make(for: user)
    }

    /// Gives an open connection back after an exchange that left it fit for another one.
    ///
    /// - Parameter keptFor: How long the upstream keeps it when it is idle, as far as it says so; 0 for not at all. It
    ///   isn't used in the last second of that, in which the upstream may be closing it already.
    public func giveBack(_ connection: UpstreamConnection, keptFor: TimeAmount? = nil) {
        connection.release()
        let idleLimit = keptFor.map { $0 - .seconds(1) }
        if let idleLimit, idleLimit <= .zero { return connection.close() }
        connection.idleLimit = idleLimit
        let now = CoarseClock.now
        // Bytes after the end of a response belong to no request (RFC 9112 §6.3, response smuggling).
        guard !isShutDown, connection.isOpen, isQuiet(connection, asking: connection.isReadable),
            !isOld(connection, at: now)
        else { return connection.close() }
        if let next = waiting.first {
            // The place of the one that is closed goes to the first in the queue.
            guard !next.needsFresh else { return connection.close() }
            waiting.removeFirst()
            connection.assign(next.user)
            next.user.upstreamConnected(connection)
            return
        }
        guard idle.count < limits.maximumIdle else { return connection.close() }
        connection.idleSince = now
        idle.append(connection)
    }

    /// Takes a user out of the queue of those that wait.
    public func cancelWaiting(_ user: UpstreamConnectionUser) {
        if let index = waiting.firstIndex(where: { $0.user === user }) { waiting.remove(at: index) }
    }

    /// Closes connections that have lain idle for too long or become too old. To be called now and then.
    public func closeExpired(at now: NIODeadline) {
        // Those that have lain longest stand first, but any of them may have become too old.
        guard idle.contains(where: { !isUsable($0, at: now) }) else { return }
        let all = idle
        idle = all.filter { isUsable($0, at: now) }
        for connection in all where !isUsable(connection, at: now) { connection.close() }
    }

    /// Closes the idle connections, and from now on every other one after the request that uses it.
    public func retire() {
        limits.maximumIdle = 0
        for connection in idle { connection.close() }
    }

    /// Closes every connection, in use or not, and makes no new one.
    public func shutDown() {
        isShutDown = true
        waiting.removeAll()
        for connection in Array(open.values) { connection.close() }
        idle.removeAll()
    }

    private func isUsable(_ connection: UpstreamConnection, at now: NIODeadline) -> Bool {
        let idle = now - connection.idleSince
        return connection.isOpen && idle < min(limits.idleTimeout, connection.idleLimit ?? limits.idleTimeout)
            && !isOld(connection, at: now)
    }

    private func isOld(_ connection: UpstreamConnection, at now: NIODeadline) -> Bool {
        now - connection.openedAt >= limits.maximumAge
    }

    /// Whether nothing at all is there to be read: neither the upstream's end of stream nor bytes that nobody asked
    /// for, which would pass for the next request's response. The socket itself is asked if it must be, or if something
    /// is known to have happened on it.
    private func isQuiet(_ connection: UpstreamConnection, asking mustAsk: Bool) -> Bool {
        guard mustAsk || connection.hasUnservedEvent else { return true }
        var byte: UInt8 = 0
        let result = withUnsafeMutableBytes(of: &byte) { connection.receive(into: $0) }
        if case .wouldBlock = result { return true }
        return false
    }

    private func make(for user: UpstreamConnectionUser) -> Checkout {
        guard !isShutDown else {
            return .failed(CurlFailure(kind: .other, description: "the pool is shut down"))
        }
        let connection: UpstreamConnection
        do {
            connection = try UpstreamConnection(loop: loop, target: target, user: user)
        } catch {
            return .failed(error)
        }
        connectionCount += 1
        openedCount += 1
        open[ObjectIdentifier(connection)] = connection
        connection.idleEvent = { [unowned self] connection in
            self.idle.removeAll { $0 === connection }
            connection.close()
        }
        connection.onClose = { [unowned self] connection in self.closed(connection) }
        connection.connect()
        return .connecting(connection)
    }

    private func closed(_ connection: UpstreamConnection) {
        connectionCount -= 1
        open[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
        guard !isShutDown, connectionCount < limits.maximumConnections, let next = waiting.popFirst() else { return }
        switch make(for: next.user) {
        case .connecting(let connection): next.user.upstreamConnecting(connection)
        case .failed(let failure): next.user.upstreamConnectFailed(failure)
        case .reused, .waiting: break
        }
    }
}
