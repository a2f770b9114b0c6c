import NIOCore
import Testing

@testable import CurlTransport

@Suite("ConnectionPool's idle connections", .serialized, .timeLimit(.minutes(5)))
struct IdleConnectionTests {
    /// Lets the client have its way.
    static let patient: ScriptedServer.Script = { $0.waitForEnd() }

    // MARK: Of no use any more

    @Test func idleConnectionClosedByThePeer() async throws {
        let mayEnd = Signal()
        try await PoolFixture.with { _ in
            try mayEnd.wait()
        } _: { fixture in
            let users = [try await fixture.connect(), try await fixture.connect()]
            await fixture.loop.run {
                for user in users { fixture.giveBack(user) }
                #expect(fixture.counts == .init(all: 2, idle: 2))
            }
            mayEnd.send()
            try await fixture.loop.until("an empty pool") { fixture.counts == .init(all: 0, idle: 0) }
            // The users had let go: they heard nothing of it.
            await fixture.loop.run { #expect(users.allSatisfy { $0.readableCount == 0 && $0.end == nil }) }
        }
    }

    /// RFC 9112 §6.3, §11.1: bytes that no request asked for must not be the next one's answer.
    @Test func bytesOnAnIdleConnection() async throws {
        let maySend = Signal()
        try await PoolFixture.with { peer in
            try maySend.wait()
            try peer.write("HTTP/1.1 200 OK\r\n".utf8)
            peer.waitForEnd()
        } _: { fixture in
            let user = try await fixture.connect()
            await fixture.loop.run { fixture.giveBack(user) }
            maySend.send()
            try await fixture.loop.until("an empty pool") { fixture.counts == .init(all: 0, idle: 0) }
        }
    }

    /// Known to the loop when the connection is given back.
    @Test func givenBackWithUnreadBytes() async throws {
        try await PoolFixture.with { peer in
            try peer.write("x".utf8)
            peer.waitForEnd()
        } _: { fixture in
            let user = TestUser()
            user.reads = false
            _ = try await fixture.connect(user)
            try await fixture.loop.until("bytes") { user.readableCount > 0 }
            await fixture.loop.run {
                fixture.giveBack(user)
                #expect(fixture.counts == .init(all: 0, idle: 0))
            }
        }
    }

    /// A readable connection from which everything has been read is as good as any other.
    @Test func givenBackAfterReadingInFullPieces() async throws {
        let bytes = noise(UpstreamConnection.receiveLimit)
        try await PoolFixture.with { peer in
            try peer.write(bytes)
            peer.waitForEnd()
        } _: { fixture in
            let user = TestUser()
            user.reads = false
            user.readSize = 1
            _ = try await fixture.connect(user)
            try await fixture.loop.until("bytes") { user.connection?.isReadable == true }
            // Read byte by byte: whether there is more is never told by a short read.
            try await fixture.loop.until("all bytes") {
                user.readAll()
                return user.received.count == bytes.count
            }
            await fixture.loop.run {
                #expect(user.received == bytes)
                fixture.giveBack(user)
                #expect(fixture.counts == .init(all: 1, idle: 1))
            }
        }
    }

    @Test func givenBackAfterTheEnd() async throws {
        try await PoolFixture.with { _ in
        } _: { fixture in
            let user = try await fixture.connect()
            try await fixture.loop.until("the end") { user.end != nil }
            await fixture.loop.run {
                fixture.giveBack(user)
                #expect(fixture.counts == .init(all: 0, idle: 0))
            }
        }
    }

    /// The upstream has closed it, but the loop hasn't been told yet.
    @Test(arguments: [false, true])
    func endedInAnEarlierTurn(_ probes: Bool) async throws {
        let mayEnd = Signal()
        let hasEnded = Signal()
        try await PoolFixture.with(script: Self.ending(when: mayEnd, then: hasEnded)) { fixture in
            let user = try await fixture.connect()
            try await fixture.loop.run {
                fixture.giveBack(user)
                mayEnd.send()
                try hasEnded.wait()
                #expect(fixture.take(TestUser(), probing: probes) == .connecting)
                #expect(fixture.counts == .init(all: 1, idle: 0))
            }
        }
    }

    /// The upstream closes it after the loop has looked in this turn: only the socket knows for certain. Where the
    /// kernel wakes the loop it may show that there is something new to look for.
    @Test(arguments: [false, true], [false, true])
    func endedInThisTurn(_ probes: Bool, _ usesKernelReadiness: Bool) async throws {
        let mayEnd = Signal()
        let hasEnded = Signal()
        try await PoolFixture.with(
            usesKernelReadiness: usesKernelReadiness,
            script: Self.ending(when: mayEnd, then: hasEnded)
        ) { fixture in
            let user = try await fixture.connect()
            try await fixture.loop.run {
                fixture.giveBack(user)
                #expect(fixture.take(user) == .reused)
                fixture.giveBack(user)
                mayEnd.send()
                try hasEnded.wait()
                let taken = fixture.take(TestUser(), probing: probes)
                #expect(taken == (probes ? .connecting : .reused) || (usesKernelReadiness && taken == .connecting))
                #expect(fixture.counts == .init(all: 1, idle: 0))
            }
        }
    }

    private static func ending(when mayEnd: Signal, then hasEnded: Signal) -> @Sendable (Peer) throws -> Void {
        { peer in
            try mayEnd.wait()
            peer.endStream()
            hasEnded.send()
            peer.waitForEnd()
        }
    }

    @Test func probingAQuietConnection() async throws {
        try await PoolFixture.with(script: Self.patient) { fixture in
            let user = try await fixture.connect()
            await fixture.loop.run {
                fixture.giveBack(user)
                #expect(fixture.take(TestUser(), probing: true) == .reused)
            }
        }
    }

    // MARK: Age

    @Test func idleTimeout() async throws {
        try await PoolFixture.with(limits: .init(idleTimeout: .seconds(30)), script: Self.patient) { fixture in
            let user = try await fixture.connect()
            try await fixture.loop.run {
                let connection = try #require(user.connection)
                fixture.giveBack(user)
                let since = connection.idleSince
                fixture.pool.closeExpired(at: since + .seconds(30) - .nanoseconds(1))
                #expect(fixture.counts == .init(all: 1, idle: 1))
                fixture.pool.closeExpired(at: since + .seconds(30))
                #expect(fixture.counts == .init(all: 0, idle: 0))
                #expect(connection.isClosed)
            }
        }
    }

    @Test func onlyTheExpiredAreClosed() async throws {
        try await PoolFixture.with(limits: .init(idleTimeout: .seconds(30)), script: Self.patient) { fixture in
            let users = [try await fixture.connect(), try await fixture.connect(), try await fixture.connect()]
            await fixture.loop.run {
                let connections = users.compactMap(\.connection)
                for user in users { fixture.giveBack(user) }
                let start = NIODeadline.now()
                for (index, connection) in connections.enumerated() {
                    connection.idleSince = start + .seconds(Int64(index))
                }
                fixture.pool.closeExpired(at: start + .seconds(31))
                #expect(connections.map(\.isOpen) == [false, false, true])
                #expect(fixture.counts == .init(all: 1, idle: 1))
            }
        }
    }

    /// Not even when nobody has called `closeExpired` in time.
    @Test(arguments: [true, false])
    func expiredAreNotTaken(_ byIdleness: Bool) async throws {
        try await PoolFixture.with(script: Self.patient) { fixture in
            let user = try await fixture.connect()
            await fixture.loop.run {
                let connection = user.connection
                fixture.giveBack(user)
                if byIdleness {
                    fixture.pool.limits.idleTimeout = .nanoseconds(0)
                } else {
                    fixture.pool.limits.maximumAge = .nanoseconds(0)
                }
                #expect(fixture.take(TestUser()) == .connecting)
                #expect(connection?.isClosed == true)
                #expect(fixture.counts == .init(all: 1, idle: 0))
            }
        }
    }

    @Test func tooOldToBeKept() async throws {
        try await PoolFixture.with(limits: .init(maximumAge: .nanoseconds(0)), script: Self.patient) { fixture in
            let user = try await fixture.connect()
            await fixture.loop.run {
                fixture.giveBack(user)
                #expect(fixture.counts == .init(all: 0, idle: 0))
            }
        }
    }
}
