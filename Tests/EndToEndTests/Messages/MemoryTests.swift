import Testing

extension EndToEndTests {
    /// What connections may hold together (`limits.memory`).
    @Suite("Memory of connections")
    struct MemoryTests {
        private static let limit = 1 << 20

        private static func tight(_ settings: inout GatewaySettings) {
            settings.limits = ["memory: 1MiB"]
            settings.threads = 1
        }

        /// A client that rests between two requests holds nothing, however large the one before was.
        @Test func whatARequestHeldIsFreeWhenItIsOver() async throws {
            try await withScriptedUpstream(configure: Self.tight, ConnectionTests.echo) { gateway, _ in
                let field = "X-Large: " + String(repeating: "a", count: 20_000)
                var clients: [RawClient] = []
                // More than would fit if each held its head.
                for _ in 0..<100 {
                    let client = try gateway.client()
                    #expect(try client.exchange("GET", "/open/a", fields: [field]).text == "/open/a")
                    clients.append(client)
                }
                #expect(try gateway.metric("memory_held_bytes") == 0)
                for client in clients { #expect(try client.exchange("GET", "/open/b").text == "/open/b") }
            }
        }

        /// Heads whose end doesn't come fill the room: who comes then is told so, nobody holds more, and clients that
        /// hold nothing are served.
        @Test func unfinishedHeadsAreRefusedWhenThereIsNoRoom() async throws {
            try await withScriptedUpstream(configure: Self.tight, ConnectionTests.echo) { gateway, _ in
                let head = "GET /open/a HTTP/1.1\r\nHost: h\r\nX-Large: " + String(repeating: "a", count: 30_000)
                var clients: [RawClient] = []
                for _ in 0..<100 {
                    let client = try gateway.client()
                    try client.send(head)
                    clients.append(client)
                }
                try waitUntil("the room is full") { try gateway.metric("memory_held_bytes") > Self.limit / 2 }
                #expect(try gateway.metric("memory_held_bytes") <= Self.limit)
                #expect(try gateway.exchange("GET", "/open/b").text == "/open/b")
                // The last ones found no room.
                let refusal = try clients[99].readResponse()
                #expect(refusal.status == 503 && refusal.code == "overloaded")
                for client in clients { client.socket.close() }
                try waitUntil("the room is free") { try gateway.metric("memory_held_bytes") == 0 }
            }
        }

        /// Answers that nobody takes fill the room, those of a backend that can't be reached among them: those that
        /// have waited longest are cut, and the gateway goes on.
        @Test func answersThatNobodyTakesAreCutWhenThereIsNoRoom() async throws {
            let unreachable = try ScriptedBackend.unusedPort()
            var settings = GatewaySettings(upstream: "http://127.0.0.1:\(unreachable)")
            settings.routes = GatewaySettings.openRoutes
            Self.tight(&settings)
            try await withGateway(settings) { gateway in
                let requests = (0..<2000).flatMap { RawClient.request("GET", $0 % 2 == 0 ? "/open/a" : "/closed/a") }
                var clients: [RawClient] = []
                for _ in 0..<60 {
                    let client = try gateway.client(receiveBuffer: 4096)
                    try client.send(
                        "GET /open/a HTTP/1.1\r\nHost: h\r\nX-Large: " + String(repeating: "a", count: 20_000)
                    )
                    clients.append(client)
                }
                let readers = try (0..<20).map { _ in try gateway.client(receiveBuffer: 4096) }
                for reader in readers {
                    let socket = reader.socket
                    startThread { try? socket.send(requests, within: 20) }
                }
                try waitUntil("the room is full") { try gateway.metric("memory_held_bytes") > Self.limit / 2 }
                for client in clients + readers { client.socket.shutdownBoth() }
                #expect(try gateway.exchange("GET", "/open/a").status == 502)
                try waitUntil("the room is free") { try gateway.metric("memory_held_bytes") == 0 }
            }
        }
    }
}
