import CurlTransport
import Glibc
import NIOCore
import Testing

@Suite("ConnectionPool", .serialized, .timeLimit(.minutes(5)))
struct ConnectionPoolTests {
    /// Lets the client have its way.
    static let patient: ScriptedServer.Script = { $0.waitForEnd() }

    @Test func lastInFirstOut() async throws {
        try await PoolFixture.with(script: Self.patient) { fixture in
            let users = [try await fixture.connect(), try await fixture.connect(), try await fixture.connect()]
            await fixture.loop.run {
                let connections = users.compactMap(\.connection)
                #expect(fixture.counts == .init(all: 3, idle: 0))
                for user in users { fixture.giveBack(user) }
                #expect(fixture.counts == .init(all: 3, idle: 3))
                let next = TestUser()
                for (expected, useCount) in [(2, 1), (1, 1)] {
                    #expect(fixture.take(next) == .reused)
                    #expect(next.connection === connections[expected])
                    #expect(next.connection?.useCount == useCount)
                    #expect(next.connection?.user === next)
                }
                fixture.giveBack(next)
                #expect(fixture.take(next) == .reused)
                #expect(next.connection === connections[1])
                #expect(next.connection?.useCount == 2)
                #expect(fixture.counts == .init(all: 3, idle: 1))
                #expect(next.connectedCount == 0)
            }
        }
    }

    @Test func reusedConnectionWorks() async throws {
        try await PoolFixture.with { peer in
            while true {
                let piece = try peer.read()
                if piece.isEmpty { return }
                try peer.write(piece)
            }
        } _: { fixture in
            for round in 0..<20 {
                let user = try await fixture.connect()
                await fixture.loop.run {
                    #expect(user.connection?.useCount == round)
                    user.send("round \(round)".utf8)
                }
                try await fixture.loop.until("the echo") { user.text == "round \(round)" }
                await fixture.loop.run { fixture.giveBack(user) }
            }
            await fixture.loop.run { #expect(fixture.counts == .init(all: 1, idle: 1)) }
        }
    }

    // MARK: Bounds

    @Test func waitingInOrder() async throws {
        try await PoolFixture.with(limits: .init(maximumConnections: 2), script: Self.patient) { fixture in
            let first = try await fixture.connect()
            let second = try await fixture.connect()
            let waiting = (0..<4).map { _ in TestUser() }
            await fixture.loop.run {
                for user in waiting { #expect(fixture.take(user) == .waiting) }
                #expect(fixture.counts == .init(all: 2, idle: 0, waiting: 4))
                fixture.pool.cancelWaiting(waiting[1])
                fixture.pool.cancelWaiting(waiting[1])
                #expect(fixture.counts.waiting == 3)

                // The first in the queue gets the connection that is given back, at once.
                let connection = first.connection
                fixture.giveBack(first)
                #expect(waiting[0].connection === connection)
                #expect(waiting[0].connectedCount == 1)
                #expect(connection?.useCount == 1)
                #expect(fixture.counts == .init(all: 2, idle: 0, waiting: 2))

                // In place of one that breaks a new one is made for the next.
                second.connection?.close()
                #expect(fixture.counts == .init(all: 2, idle: 0, waiting: 1))
            }
            try await fixture.loop.until("a connection for the next") { waiting[2].connectedCount == 1 }
            await fixture.loop.run {
                #expect(waiting[2].connection?.useCount == 0)
                #expect(waiting[3].connectedCount == 0)
                #expect(waiting[1].connectedCount == 0 && waiting[1].failures.isEmpty)
                fixture.giveBack(waiting[2])
                #expect(waiting[3].connectedCount == 1)
            }
        }
    }

    /// Nobody in the queue is forgotten when no connection can be had.
    @Test func refusedWhileOthersWait() async throws {
        let (descriptor, port) = try Loopback.bound()
        defer { Glibc.close(descriptor) }
        try await PoolFixture.with(port: port, limits: .init(maximumConnections: 1)) { fixture in
            let users = (0..<5).map { _ in TestUser() }
            await fixture.loop.run {
                #expect(users.map { fixture.take($0) } == [.connecting, .waiting, .waiting, .waiting, .waiting])
            }
            try await fixture.loop.until("failures") { users.allSatisfy { $0.failures == [.connect] } }
            await fixture.loop.run { #expect(fixture.counts == .init(all: 0, idle: 0)) }
        }
    }

    @Test func maximumIdle() async throws {
        try await PoolFixture.with(limits: .init(maximumIdle: 1), script: Self.patient) { fixture in
            let users = [try await fixture.connect(), try await fixture.connect()]
            await fixture.loop.run {
                let connections = users.compactMap(\.connection)
                for user in users { fixture.giveBack(user) }
                #expect(fixture.counts == .init(all: 1, idle: 1))
                #expect(connections[0].isOpen && connections[1].isClosed)
            }
        }
    }

    @Test(arguments: [(0, 1), (-5, 1), (1, 1), (7, 7)])
    func leastBounds(_ given: Int, _ maximum: Int) {
        let limits = ConnectionPool.Limits(maximumConnections: given, maximumIdle: given)
        #expect(limits.maximumConnections == maximum)
        #expect(limits.maximumIdle == max(0, given))
    }

    // MARK: New ones

    @Test func fresh() async throws {
        try await PoolFixture.with(script: Self.patient) { fixture in
            let user = try await fixture.connect()
            let next = TestUser()
            await fixture.loop.run {
                let connection = user.connection
                fixture.giveBack(user)
                #expect(fixture.take(next, fresh: true) == .connecting)
                #expect(next.connection !== connection)
                #expect(fixture.counts == .init(all: 2, idle: 1))
            }
            try await fixture.loop.until("a connection") { next.connectedCount == 1 }
            await fixture.loop.run { #expect(next.connection?.useCount == 0) }
        }
    }

    /// Where there is no room for a new one, the idle one that has lain longest makes it.
    @Test func freshInAFullPool() async throws {
        try await PoolFixture.with(limits: .init(maximumConnections: 2), script: Self.patient) { fixture in
            let users = [try await fixture.connect(), try await fixture.connect()]
            let next = TestUser()
            await fixture.loop.run {
                let connections = users.compactMap(\.connection)
                for user in users { fixture.giveBack(user) }
                #expect(fixture.take(next, fresh: true) == .connecting)
                #expect(connections.map(\.isOpen) == [false, true])
                #expect(fixture.counts == .init(all: 2, idle: 1))
            }
            try await fixture.loop.until("a connection") { next.connectedCount == 1 }
        }
    }

    /// What is given back has been used, so one that needs a new connection gets the place and not the connection.
    @Test func freshInTheQueue() async throws {
        try await PoolFixture.with(limits: .init(maximumConnections: 1), script: Self.patient) { fixture in
            let user = try await fixture.connect()
            let fresh = TestUser()
            let next = TestUser()
            await fixture.loop.run {
                let connection = user.connection
                #expect(fixture.take(fresh, fresh: true) == .waiting)
                #expect(fixture.take(next) == .waiting)
                fixture.giveBack(user)
                #expect(connection?.isClosed == true)
                #expect(fresh.connectingCount == 1 && fresh.connectedCount == 0)
                #expect(fresh.connection !== connection)
                #expect(fixture.counts == .init(all: 1, idle: 0, waiting: 1))
            }
            try await fixture.loop.until("a connection") { fresh.connectedCount == 1 }
            await fixture.loop.run {
                let connection = fresh.connection
                #expect(connection?.useCount == 0)
                fixture.giveBack(fresh)
                #expect(next.connection === connection && next.connectedCount == 1)
            }
        }
    }

    /// One that has waited hears when its connection is begun, so that it can tell a slow upstream from a full pool.
    @Test func toldWhenConnecting() async throws {
        try await PoolFixture.with(limits: .init(maximumConnections: 1), script: Self.patient) { fixture in
            let user = try await fixture.connect()
            let next = TestUser()
            await fixture.loop.run {
                #expect(fixture.take(next) == .waiting)
                user.connection?.close()
                #expect(next.connectingCount == 1 && next.connectedCount == 0)
                #expect(next.connection?.isOpen == false)
            }
            try await fixture.loop.until("a connection") { next.connectedCount == 1 }
            await fixture.loop.run { #expect(next.connectingCount == 1) }
        }
    }

    /// The one that has lain longest is not the oldest.
    @Test func expiryByAge() async throws {
        let limits = ConnectionPool.Limits(idleTimeout: .hours(2), maximumAge: .hours(1))
        try await PoolFixture.with(limits: limits, script: Self.patient) { fixture in
            let old = try await fixture.connect()
            let between = CoarseClock.now
            while CoarseClock.now <= between {}
            let young = try await fixture.connect()
            await fixture.loop.run {
                let connections = [old, young].compactMap(\.connection)
                fixture.giveBack(young)
                fixture.giveBack(old)
                fixture.pool.closeExpired(at: between + .minutes(59))
                #expect(fixture.counts == .init(all: 2, idle: 2))
                fixture.pool.closeExpired(at: between + .hours(1))
                #expect(connections.map(\.isOpen) == [false, true])
                #expect(fixture.counts == .init(all: 1, idle: 1))
                fixture.pool.closeExpired(at: between + .hours(2) + .seconds(60))
                #expect(fixture.counts == .init(all: 0, idle: 0))
            }
        }
    }

    @Test func shutDown() async throws {
        try await PoolFixture.with(script: Self.patient) { fixture in
            let users = [try await fixture.connect(), try await fixture.connect()]
            let connecting = TestUser()
            await fixture.loop.run {
                let connections = users.compactMap(\.connection)
                fixture.giveBack(users[0])
                _ = fixture.take(connecting, fresh: true)
                #expect(fixture.counts == .init(all: 3, idle: 1))
                fixture.pool.shutDown()
                #expect(fixture.counts == .init(all: 0, idle: 0))
                #expect(connections.allSatisfy { $0.isClosed })
                #expect(connecting.connection?.isClosed == true)
                #expect(fixture.take(TestUser()) == .failed)
                fixture.giveBack(users[1])
                #expect(fixture.counts == .init(all: 0, idle: 0))
            }
        }
    }

    /// Many come, go, break and wait in turn, and the bound holds all along.
    @Test func churn() async throws {
        try await PoolFixture.with(limits: .init(maximumConnections: 8)) { peer in
            while true {
                let piece = try peer.read()
                if piece.isEmpty || piece.contains(UInt8(ascii: "q")) { return }
                try peer.write(piece)
            }
        } _: { fixture in
            let users = (0..<400).map { _ in TestUser() }
            await fixture.loop.run {
                for (index, user) in users.enumerated() {
                    // Every fifth makes the server close the connection.
                    user.send(index % 5 == 0 ? "q".utf8 : "hello".utf8)
                    if fixture.take(user) == .reused { Issue.record("there was nothing to reuse") }
                }
                #expect(fixture.counts == .init(all: 8, idle: 0, waiting: 392))
            }
            try await fixture.loop.until("everybody to be served") {
                #expect(fixture.counts.all <= 8)
                for user in users where user.connection != nil {
                    if user.text == "hello" { fixture.giveBack(user) }
                    if user.end != nil {
                        user.connection?.close()
                        user.connection = nil
                    }
                }
                return users.allSatisfy { $0.connectedCount == 1 && $0.connection == nil }
            }
            await fixture.loop.run {
                #expect(users.filter { $0.text == "hello" }.count == 320)
                #expect(fixture.counts.waiting == 0)
            }
        }
    }
}
