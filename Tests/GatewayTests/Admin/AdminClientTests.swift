import GatewayConfig
import NIOCore
import NIOPosix
import SimpleHTTP
import Testing

@testable import Gateway

@Suite("AdminClient")
struct AdminClientTests {
    /// Answers when it has been told to, or never.
    private struct LateResponder: SimpleResponder {
        let promise: EventLoopPromise<SimpleResponse>

        func respond(to request: SimpleRequest) -> SimpleResponse { SimpleResponse(status: 503, fields: [], body: []) }

        func lateResponse(to request: SimpleRequest, on eventLoop: any EventLoop) -> EventLoopFuture<SimpleResponse>? {
            guard request.path == "/late" else { return nil }
            return promise.futureResult.hop(to: eventLoop)
        }
    }

    private static func withServer(
        _ body: (AdminAddress, EventLoopPromise<SimpleResponse>) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let promise = group.next().makePromise(of: SimpleResponse.self)
        let server = SimpleHTTPServer(responder: LateResponder(promise: promise))
        let port = try await server.start(group: group, port: 0)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(.socket(try SocketAddressText(parsing: "127.0.0.1:\(port)")), promise))
        } catch {
            result = .failure(error)
        }
        promise.fail(ChannelError.ioOnClosedChannel)
        await server.shutdown()
        try await group.shutdownGracefully()
        try result.get()
    }

    @Test func waitsForAnAnswerThatIsLate() async throws {
        try await Self.withServer { address, promise in
            async let answer = AdminClient(address: address).post("/late", json: [])
            // The request is under way or yet to come: either way its answer waits for this.
            promise.succeed(SimpleResponse(status: 422, fields: [], body: Array("{}".utf8)))
            let received = try await answer
            #expect(received.status == 422 && received.body == Array("{}".utf8))
        }
    }

    @Test func givesUpInTheEnd() async throws {
        try await Self.withServer { address, _ in
            let client = AdminClient(address: address, timeout: .milliseconds(50))
            let error = await #expect(throws: AdminClient.NoAnswer.self) { try await client.post("/late", json: []) }
            #expect(error?.description.contains("no gateway answers at \(address)") == true)
        }
    }

    @Test func anAnswerThatFailsIsNone() async throws {
        try await Self.withServer { address, promise in
            promise.fail(ChannelError.eof)
            let client = AdminClient(address: address, timeout: .seconds(5))
            let answer = try await client.post("/late", json: [])
            #expect(answer.status == 503 && String(decoding: answer.body, as: UTF8.self).contains("unavailable"))
            #expect(try await client.post("/at-once", json: []).status == 503)
        }
    }

    @Test func nobodyThere() async throws {
        var address: AdminAddress?
        try await Self.withServer { given, _ in address = given }
        let client = AdminClient(address: try #require(address))
        await #expect(throws: AdminClient.NoAnswer.self) { try await client.post("/late", json: []) }
    }
}
