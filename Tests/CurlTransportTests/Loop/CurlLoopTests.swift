import CurlTransport
import Foundation
import NIOCore
import NIOPosix
import Testing

@Suite("CurlLoop and ReadinessThread", .timeLimit(.minutes(5)))
struct CurlLoopTests {
    @Test func closesTwice() async throws {
        try await LoopFixture.with { loop in
            await loop.run {
                loop.curl.drain()
                loop.curl.close()
                loop.curl.close()
                loop.curl.drain()
            }
            loop.readiness.stop()
            loop.readiness.stop()
        }
    }

    @Test func version() {
        #expect(CurlLibrary.version.hasPrefix("libcurl/"))
    }

    /// Each loop hears of its own sockets: woken by the kernel, or by the thread that they share.
    @Test(arguments: [true, false])
    func severalLoops(usesKernelReadiness: Bool) async throws {
        let server = try ScriptedServer { peer in
            while true {
                let piece = try peer.read()
                if piece.isEmpty { return }
                try peer.write(piece)
            }
        }
        defer { server.stop() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let readiness = try ReadinessThread()
        let loops = group.makeIterator().map { EchoLoop($0) }
        for loop in loops { try await loop.start(readiness, usesKernelReadiness, port: server.port) }
        for round in 0..<50 {
            for (index, loop) in loops.enumerated() {
                #expect(try await loop.echo("\(round) of \(index)") == "\(round) of \(index)")
            }
        }
        for loop in loops { try await loop.stop() }
        readiness.stop()
        try await group.shutdownGracefully()
    }

    /// In a process of its own, in which nothing else opens and closes descriptors.
    @Test func nothingIsLeft() async {
        await #expect(processExitsWith: .success) {
            // What is made once per process is made by the first rounds.
            for _ in 0..<2 { try await Self.useEverything() }
            let before = try Self.resources()
            for _ in 0..<10 { try await Self.useEverything() }
            let after = try Self.resources()
            try require(after == before, "descriptors and threads \(before), then \(after)")
        }
    }

    /// Connections used, idle, refused and cut off; transfers done, refused and late; then the end of the loop.
    private static func useEverything() async throws {
        let (descriptor, refusing) = try Loopback.bound()
        defer { close(descriptor) }
        try await PoolFixture.with { peer in
            if try peer.read() == Array("q".utf8) { return }
            peer.waitForEnd()
        } _: { fixture in
            let users = [try await fixture.connect(), try await fixture.connect(), try await fixture.connect()]
            await fixture.loop.run {
                users[0].send("q".utf8)
                users[1].send("w".utf8)
                fixture.giveBack(users[2])
                _ = fixture.take(TestUser(), fresh: true)
            }
            try await fixture.loop.until("an end") { users[0].end != nil }
            await fixture.loop.run { users[0].connection?.close() }
        }
        try await PoolFixture.with(port: refusing) { fixture in
            let user = TestUser()
            _ = await fixture.loop.run { fixture.take(user) }
            try await fixture.loop.until("a failure") { !user.failures.isEmpty }
        }
        try await TransferFixture.with { request, peer in
            if request.body == Array("late".utf8) { peer.waitForEnd() } else { try peer.answer("200 OK", body: [0x61]) }
        } _: { fixture in
            for _ in 0..<3 { _ = try await fixture.transfer(body: [0x61]).get() }
            _ = try await fixture.transfer(body: Array("late".utf8), timeout: 20)
            _ = try await fixture.transfer(url: "http://127.0.0.1:\(refusing)/")
            _ = try await fixture.transfer(limit: 0)
        }
    }

    /// How many descriptors the process has, once threads that are ending have ended, and how many threads of ours.
    private static func resources() throws -> [String: Int] {
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").filter { thread in
            // Joined by `stop()`, so it must be gone.
            (try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8))?.hasPrefix("curl-ready")
                ?? false
        }
        return ["descriptors": descriptors, "threads": threads.count]
    }
}

/// A connection to an echo server on a loop.
private final class EchoLoop: @unchecked Sendable {
    private let eventLoop: any EventLoop
    private let user = TestUser()
    private var curl: CurlLoop?
    private var pool: ConnectionPool?

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func start(_ readiness: ReadinessThread, _ usesKernelReadiness: Bool, port: UInt16) async throws {
        try await eventLoop.submit {
            let curl = try CurlLoop(
                eventLoop: self.eventLoop,
                readiness: readiness,
                usesKernelReadiness: usesKernelReadiness
            )
            let pool = ConnectionPool(loop: curl, target: .init(host: "127.0.0.1", port: port), limits: .init())
            (self.curl, self.pool) = (curl, pool)
            _ = pool.checkout(for: self.user)
        }.get()
    }

    /// What comes back of a text.
    func echo(_ text: String) async throws -> String {
        let promise = eventLoop.makePromise(of: String.self)
        try await eventLoop.submit {
            let start = self.user.received.count
            let count = text.utf8.count
            self.user.send(text.utf8)
            self.wait(for: start + count, deadline: .now() + .seconds(10), promise)
        }.get()
        return String(try await promise.futureResult.get().suffix(text.count))
    }

    private func wait(for count: Int, deadline: NIODeadline, _ promise: EventLoopPromise<String>) {
        if user.received.count >= count { return promise.succeed(user.text) }
        guard NIODeadline.now() < deadline else { return promise.fail(PeerError(description: "no echo")) }
        eventLoop.scheduleTask(in: .milliseconds(1)) { self.wait(for: count, deadline: deadline, promise) }
    }

    func stop() async throws {
        try await eventLoop.submit {
            self.pool?.shutDown()
            self.curl?.close()
        }.get()
    }
}
