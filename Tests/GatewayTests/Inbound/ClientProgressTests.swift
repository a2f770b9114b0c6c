import NIOCore
import NIOPosix
import Testing

@testable import Gateway

@Suite struct ClientProgressTests {
    @Test func aByteNowAndThenIsNoProgress() {
        let earlier = ClientProgress(acknowledged: 5000)
        #expect(!ClientProgress(acknowledged: 5000).isEnough(since: earlier))
        #expect(!ClientProgress(acknowledged: 6023).isEnough(since: earlier))
        #expect(ClientProgress(acknowledged: 6024).isEnough(since: earlier))
    }

    /// The number is the one of the system that counts what the peer has acknowledged.
    @Test func theSystemCounts() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let client = try await ClientBootstrap(group: group).connect(to: #require(server.localAddress)).get()
        let read = { @Sendable in try await client.eventLoop.submit { ClientProgress(client, nil).acknowledged }.get() }
        let before = try await read()
        try await client.writeAndFlush(ByteBuffer(repeating: 0x61, count: 20_000)).get()
        while try await read() < before + 20_000 { await Task.yield() }
        #expect(try await read() == before + 20_000)
        try await client.close()
        try await server.close()
    }
}
