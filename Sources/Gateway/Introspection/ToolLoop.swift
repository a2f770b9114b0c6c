import CurlTransport
import NIOCore
import NIOPosix

/// An event loop with libcurl for a command that makes a call or two and ends.
struct ToolLoop {
    /// Runs a body with such a loop.
    static func run<Result: Sendable>(
        _ body: @Sendable (CurlLoop) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let readiness = try ReadinessThread()
        let loop = try CurlLoop(eventLoop: group.any(), readiness: readiness)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(loop)) } catch { result = .failure(error) }
        try await loop.eventLoop.submit { loop.close() }.get()
        readiness.stop()
        try await group.shutdownGracefully()
        return try result.get()
    }
}

extension CurlLoop {
    /// Makes a transfer, from outside of the loop.
    func transfer(_ request: TransferRequest) async -> Result<TransferResponse, CurlFailure> {
        await withCheckedContinuation { continuation in
            eventLoop.execute {
                self.transfer(request) { continuation.resume(returning: $0) }
            }
        }
    }
}
