import CurlTransport
import NIOCore

/// A pool on a loop.
final class PoolFixture: @unchecked Sendable {
    enum Taken: Equatable {
        case reused
        case connecting
        case waiting
        case failed
    }

    let loop: LoopFixture
    /// Used on the loop alone, as everything that comes from it.
    let pool: ConnectionPool

    private init(_ loop: LoopFixture, port: UInt16, limits: ConnectionPool.Limits, connectTimeout: Int) {
        self.loop = loop
        let target = UpstreamTarget(host: "127.0.0.1", port: port, connectTimeoutMilliseconds: connectTimeout)
        pool = ConnectionPool(loop: loop.curl, target: target, limits: limits)
    }

    /// Runs a test with a pool of connections to a port.
    static func with(
        port: UInt16,
        limits: ConnectionPool.Limits = .init(),
        connectTimeout: Int = 5000,
        usesKernelReadiness: Bool = true,
        _ body: (PoolFixture) async throws -> Void
    ) async throws {
        try await LoopFixture.with(usesKernelReadiness: usesKernelReadiness) { loop in
            let fixture = PoolFixture(loop, port: port, limits: limits, connectTimeout: connectTimeout)
            do {
                try await body(fixture)
            } catch {
                await loop.run { fixture.pool.shutDown() }
                throw error
            }
            await loop.run { fixture.pool.shutDown() }
        }
    }

    /// Runs a test with a pool of connections to a scripted server.
    static func with(
        limits: ConnectionPool.Limits = .init(),
        usesKernelReadiness: Bool = true,
        script: @escaping ScriptedServer.Script,
        _ body: (PoolFixture) async throws -> Void
    ) async throws {
        let server = try ScriptedServer(script)
        do {
            try await with(port: server.port, limits: limits, usesKernelReadiness: usesKernelReadiness, body)
        } catch {
            let failures = server.stop()
            throw failures.isEmpty ? error : PeerError(description: "\(error); \(failures)")
        }
        let failures = server.stop()
        guard failures.isEmpty else { throw PeerError(description: "\(failures)") }
    }

    /// Takes a connection for a user. On the loop.
    func take(_ user: TestUser, fresh: Bool = false, probing: Bool = false) -> Taken {
        switch pool.checkout(for: user, fresh: fresh, probing: probing) {
        case .reused(let connection):
            user.connection = connection
            return .reused
        case .connecting(let connection):
            user.connection = connection
            return .connecting
        case .waiting: return .waiting
        case .failed: return .failed
        }
    }

    /// Gives a user's connection back. On the loop.
    func giveBack(_ user: TestUser) {
        guard let connection = user.connection else { return }
        user.connection = nil
        pool.giveBack(connection)
    }

    /// A user with an open connection.
    func connect(_ user: TestUser = TestUser()) async throws -> TestUser {
        _ = await loop.run { self.take(user) }
        try await loop.until("a connection") { user.connection?.isOpen == true }
        return user
    }

    /// How many connections there are, and how many of them lie idle.
    struct Counts: Equatable, Sendable {
        var all: Int
        var idle: Int
        var waiting = 0
    }

    /// On the loop.
    var counts: Counts { Counts(all: pool.connectionCount, idle: pool.idleCount, waiting: pool.waitingCount) }
}
