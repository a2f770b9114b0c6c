import JournalDemo
import NIOPosix
import Testing

@Suite("The demo", .timeLimit(.minutes(5)))
struct DemoTests {
    @Test func startsBackendAndKeyServiceWithAKeyForEachPreset() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let demo = try await Demo.start(group: group, backendPort: 0, keyServicePort: 0, catalog: smallCatalog)
        #expect(Set(demo.keys.keys) == ["read-everything"])
        let key = try #require(demo.keys["read-everything"])
        let answer = try await LoopbackClient(port: demo.keyServicePort).send(
            "POST",
            "/introspect",
            [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array("token=\(key)".utf8)
        )
        #expect(try answer.json["scope"] == "read:trades read:catalog")
        #expect(try await LoopbackClient(port: demo.backendPort).send("GET", "/api/v1/trades").status == 200)
        #expect(demo.backendServer.requestCount == 1)
        #expect(demo.keyServer.acceptedConnectionCount == 1)

        await #expect(throws: (any Error).self, "The port is taken.") {
            try await Demo.start(group: group, backendPort: 0, keyServicePort: demo.backendPort, catalog: smallCatalog)
        }
        await demo.stop()
        await #expect(throws: (any Error).self, "Nothing listens any more.") {
            try await LoopbackClient(port: demo.backendPort).send("GET", "/api/v1/trades")
        }
    }
}
