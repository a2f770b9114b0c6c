import CurlTransport
import NIOCore
import NIOPosix

/// One event loop with libcurl on it. What belongs to the loop is used in ``run(_:)`` and ``until(_:_:)`` alone.
final class LoopFixture: @unchecked Sendable {
    let curl: CurlLoop
    let readiness: ReadinessThread
    private let group: MultiThreadedEventLoopGroup
    private let isolation: LoopIsolation

    private init(usesKernelReadiness: Bool) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let readiness = try ReadinessThread()
        self.readiness = readiness
        isolation = LoopIsolation(eventLoop)
        curl = try await isolation.run {
            try CurlLoop(eventLoop: eventLoop, readiness: readiness, usesKernelReadiness: usesKernelReadiness)
        }
    }

    /// Runs a test with a loop, and ends the loop.
    ///
    /// - Parameter usesKernelReadiness: Whether the kernel may wake it, where it can.
    static func with(
        usesKernelReadiness: Bool = true,
        _ body: (LoopFixture) async throws -> Void
    ) async throws {
        let fixture = try await LoopFixture(usesKernelReadiness: usesKernelReadiness)
        do {
            try await body(fixture)
        } catch {
            try? await fixture.stop()
            throw error
        }
        try await fixture.stop()
    }

    private func stop() async throws {
        await run { self.curl.close() }
        readiness.stop()
        try await group.shutdownGracefully()
    }

    /// Does something on the loop.
    func run<Value: Sendable>(_ body: @Sendable () throws -> Value) async rethrows -> Value {
        try await isolation.run(body)
    }

    /// Waits until something is true on the loop, ten seconds at most.
    func until(_ what: String, _ condition: @Sendable () throws -> Bool) async throws {
        let deadline = NIODeadline.now() + .seconds(10)
        while try await !run(condition) {
            guard NIODeadline.now() < deadline else { throw PeerError(description: "waited in vain for: \(what)") }
            try await curl.eventLoop.scheduleTask(in: .milliseconds(1)) {}.futureResult.get()
        }
    }
}

/// Runs the test's own task on the loop's thread, so that what fails there is known to be this test's.
private actor LoopIsolation {
    private nonisolated let executor: any SerialExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ eventLoop: any EventLoop) {
        executor = eventLoop.executor
    }

    func run<Value: Sendable>(_ body: @Sendable () throws -> Value) rethrows -> Value { try body() }
}
