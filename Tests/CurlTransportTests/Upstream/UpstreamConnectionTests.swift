import CurlTransport
import Glibc
import NIOCore
import Testing

@Suite("UpstreamConnection", .serialized, .timeLimit(.minutes(5)))
struct UpstreamConnectionTests {
    @Test func sendsAndReceives() async throws {
        try await PoolFixture.with { peer in
            let question = try peer.read(exactly: 4)
            try peer.write(question.reversed())
            peer.waitForEnd()
        } _: { fixture in
            let user = try await fixture.connect()
            await fixture.loop.run {
                #expect(user.connectedCount == 1)
                #expect(user.connection?.useCount == 0)
                user.send("ping".utf8)
            }
            try await fixture.loop.until("the answer") { user.received.count == 4 }
            await fixture.loop.run {
                #expect(user.text == "gnip")
                #expect(user.end == nil)
                #expect(user.connection?.isOpen == true)
            }
        }
    }

    /// The outcome never comes before `checkout` returns: `connectedCount` is looked at in the same turn of the loop.
    @Test func connectsLater() async throws {
        try await PoolFixture.with {
            $0.waitForEnd()
        } _: { fixture in
            let user = TestUser()
            await fixture.loop.run {
                #expect(fixture.take(user) == .connecting)
                #expect(user.connectedCount == 0)
                #expect(user.connection?.isOpen == false)
                #expect(user.connection?.isClosed == false)
            }
            try await fixture.loop.until("a connection") { user.connectedCount == 1 }
        }
    }

    /// Edges come once: whatever the sizes of what is sent and what is asked for, everything is read.
    @Test(arguments: [1, 65_535, 65_536, 65_537, 131_072, 1 << 20, 5_000_001], [16 << 10, 64 << 10, 1 << 20])
    func everythingIsRead(_ count: Int, _ readSize: Int) async throws {
        let bytes = noise(count)
        try await PoolFixture.with { peer in
            try peer.write(bytes)
            peer.waitForEnd()
        } _: { fixture in
            let user = TestUser()
            user.readSize = readSize
            _ = try await fixture.connect(user)
            try await fixture.loop.until("\(count) bytes") { user.received.count >= count }
            await fixture.loop.run {
                #expect(user.received == bytes)
                #expect(user.longestRead <= UpstreamConnection.receiveLimit)
                #expect(user.connection?.isReadable == false)
            }
        }
    }

    /// A reader that lets bytes lie until all that fits has come, so that most of it makes no further edge.
    @Test func lateReader() async throws {
        let bytes = noise(3 << 20)
        try await PoolFixture.with { peer in
            try peer.write(bytes)
            peer.waitForEnd()
        } _: { fixture in
            let user = TestUser()
            user.reads = false
            _ = try await fixture.connect(user)
            for part in 1...4 {
                try await fixture.loop.until("bytes of part \(part)") { user.connection?.isReadable == true }
                await fixture.loop.run { user.readAll() }
                if await fixture.loop.run({ user.received.count == bytes.count }) { break }
            }
            await fixture.loop.run {
                user.reads = true
                user.readAll()
            }
            try await fixture.loop.until("the rest") { user.received.count >= bytes.count }
            await fixture.loop.run { #expect(user.received == bytes) }
        }
    }

    /// A peer that reads nothing until the sender is stuck, and then in small pieces.
    @Test func slowPeer() async throws {
        let bytes = noise(16 << 20)
        let isStuck = Signal()
        let isRead = Signal()
        try await PoolFixture.with { peer in
            try isStuck.wait()
            guard try peer.read(exactly: bytes.count, inPiecesOf: 8 << 10) == bytes else {
                throw PeerError(description: "other bytes came than were sent")
            }
            isRead.send()
            try peer.write("done".utf8)
            peer.waitForEnd()
        } _: { fixture in
            let user = try await fixture.connect()
            await fixture.loop.run { user.send(bytes) }
            try await fixture.loop.until("a send that blocks") { user.blockedSends > 0 }
            isStuck.send()
            try await fixture.loop.until("everything to be sent") { user.hasSentAll }
            try await fixture.loop.until("the peer's answer") { user.text == "done" }
            await fixture.loop.run { #expect(user.blockedSends > 1) }
        }
    }

    @Test func bothWaysAtOnce() async throws {
        let bytes = noise(8 << 20)
        try await PoolFixture.with { peer in
            while true {
                let piece = try peer.read()
                if piece.isEmpty { return }
                try peer.write(piece)
            }
        } _: { fixture in
            let user = try await fixture.connect()
            await fixture.loop.run { user.send(bytes) }
            try await fixture.loop.until("the echo") { user.received.count >= bytes.count }
            await fixture.loop.run { #expect(user.received == bytes) }
        }
    }

    // MARK: Ends

    @Test(arguments: [0, 5, 65_536, 1 << 20])
    func endOfStream(_ count: Int) async throws {
        let bytes = noise(count)
        try await PoolFixture.with { peer in
            try peer.write(bytes)
        } _: { fixture in
            let user = try await fixture.connect()
            try await fixture.loop.until("the end") { user.end != nil }
            await fixture.loop.run {
                #expect(user.received == bytes)
                #expect(user.end == .endOfStream)
            }
        }
    }

    /// Bytes and the end of the stream are there before anything is read: one edge for both.
    @Test func endBeforeReading() async throws {
        let hasEnded = Signal()
        try await PoolFixture.with { peer in
            _ = try peer.read(exactly: 1)
            try peer.write("bye".utf8)
            peer.endStream()
            hasEnded.send()
            peer.waitForEnd()
        } _: { fixture in
            let user = try await fixture.connect()
            try await fixture.loop.run {
                user.send("?".utf8)
                // The loop stands still until the peer is done, so that it hears of both at once.
                try hasEnded.wait()
            }
            try await fixture.loop.until("the end") { user.end != nil }
            await fixture.loop.run {
                #expect(user.text == "bye")
                #expect(user.end == .endOfStream)
            }
        }
    }

    /// A peer that has ended its side may still be sent to (RFC 9112 §9.6).
    @Test func halfClosed() async throws {
        let isHeard = Signal()
        try await PoolFixture.with { peer in
            peer.endStream()
            guard try peer.read(exactly: 5) == Array("still".utf8) else {
                throw PeerError(description: "other bytes came than were sent")
            }
            isHeard.send()
            peer.waitForEnd()
        } _: { fixture in
            let user = try await fixture.connect()
            try await fixture.loop.until("the end") { user.end == .endOfStream }
            try await fixture.loop.run {
                user.send("still".utf8)
                try isHeard.wait()
                #expect(user.sendFailure == nil)
            }
        }
    }

    @Test func reset() async throws {
        try await PoolFixture.with { peer in
            _ = try peer.read(exactly: 1)
            peer.resetOnClose()
        } _: { fixture in
            let user = try await fixture.connect()
            await fixture.loop.run { user.send("?".utf8) }
            try await fixture.loop.until("the end") { user.end != nil }
            await fixture.loop.run { #expect(user.end == .failed(.io)) }
        }
    }

    @Test func sendOnAResetConnection() async throws {
        let mayReset = Signal()
        try await PoolFixture.with { peer in
            try mayReset.wait()
            peer.resetOnClose()
        } _: { fixture in
            let user = TestUser()
            user.reads = false
            _ = try await fixture.connect(user)
            mayReset.send()
            try await fixture.loop.until("a failed send") {
                user.send("x".utf8)
                return user.sendFailure != nil
            }
            await fixture.loop.run { #expect(user.sendFailure == .io) }
        }
    }

    @Test func closedConnectionDoesNothing() async throws {
        try await PoolFixture.with {
            $0.waitForEnd()
        } _: { fixture in
            let user = try await fixture.connect()
            try await fixture.loop.run {
                let connection = try #require(user.connection)
                connection.close()
                connection.close()
                #expect(connection.isClosed && !connection.isOpen)
                #expect(connection.user == nil)
                user.send("x".utf8)
                let sent = [UInt8(0)].withUnsafeBytes { connection.send($0) }
                guard case .failed(let failure) = sent else {
                    Issue.record("sent on a closed connection")
                    return
                }
                #expect(failure.kind == .io)
                var byte: UInt8 = 0
                let received = withUnsafeMutableBytes(of: &byte) { connection.receive(into: $0) }
                guard case .failed = received else {
                    Issue.record("received on a closed connection")
                    return
                }
                #expect(fixture.counts == .init(all: 0, idle: 0))
            }
        }
    }

    // MARK: No connection

    @Test func refused() async throws {
        let (descriptor, port) = try Loopback.bound()
        defer { close(descriptor) }
        try await PoolFixture.with(port: port) { fixture in
            let user = TestUser()
            let taken = await fixture.loop.run { fixture.take(user) }
            #expect(taken == .connecting)
            try await fixture.loop.until("a failure") { !user.failures.isEmpty }
            await fixture.loop.run {
                #expect(user.failures == [.connect])
                #expect(user.connectedCount == 0)
                #expect(user.connection?.isClosed == true)
                #expect(fixture.counts == .init(all: 0, idle: 0))
            }
        }
    }

    /// A listener whose queue is full answers no SYN.
    @Test func connectTimeout() async throws {
        let (listener, port) = try Loopback.listener(backlog: 0)
        var fillers: [Int32] = []
        defer { for descriptor in fillers + [listener] { close(descriptor) } }
        for _ in 0..<4 { fillers.append(try Loopback.beginConnection(to: port)) }
        try await PoolFixture.with(port: port, connectTimeout: 200) { fixture in
            let user = TestUser()
            let start = ContinuousClock.now
            _ = await fixture.loop.run { fixture.take(user) }
            try await fixture.loop.until("a failure") { !user.failures.isEmpty }
            let duration = ContinuousClock.now - start
            await fixture.loop.run { #expect(user.failures == [.timeout]) }
            #expect(duration >= .milliseconds(190) && duration < .seconds(5))
        }
    }

    @Test func closedWhileConnecting() async throws {
        try await PoolFixture.with {
            $0.waitForEnd()
        } _: { fixture in
            let user = TestUser()
            await fixture.loop.run {
                _ = fixture.take(user)
                user.connection?.close()
                #expect(fixture.counts == .init(all: 0, idle: 0))
            }
            // Another one is made and used; the first is never heard of.
            let other = try await fixture.connect()
            await fixture.loop.run {
                #expect(other.connectedCount == 1)
                #expect(user.connectedCount == 0 && user.failures.isEmpty)
            }
        }
    }
}
