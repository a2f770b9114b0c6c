import Testing

extension EndToEndTests {
    /// Clients that take their responses slowly.
    @Suite("Slow readers")
    struct SlowReaderTests {
        private static let size = 8 << 20

        private static func impatient(_ settings: inout GatewaySettings) {
            settings.limits = ["body_idle_timeout: 500ms"]
        }

        private static let script: ScriptedBackend.Script = { connection in
            while true {
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                try connection.socket.send([UInt8](repeating: 0x61, count: size), within: 60)
            }
        }

        /// For several times the limit it takes less than would make the channel writable again; it isn't cut.
        @Test func oneThatGoesOnIsWaitedFor() async throws {
            try await withScriptedUpstream(configure: Self.impatient, Self.script) { gateway, _ in
                let client = try gateway.client(receiveBuffer: 8 << 10)
                try client.send(RawClient.request("GET", "/open/large"))
                #expect(try client.readHead().status == 200)
                let start = monotonicSeconds()
                let pieces = 50
                for piece in 1...pieces {
                    _ = try client.take(4 << 10)
                    try waitUntil("the next piece's time") { monotonicSeconds() >= start + Double(piece) / 20 }
                }
                let rest = try client.take(Self.size - pieces * (4 << 10), within: 60)
                #expect(rest.allSatisfy { $0 == 0x61 })
            }
        }

        /// One that takes nothing is cut, and it is said why.
        @Test func oneThatStopsIsCut() async throws {
            try await withScriptedUpstream(configure: Self.impatient, Self.script) { gateway, _ in
                let client = try gateway.client(receiveBuffer: 8 << 10)
                try client.send(RawClient.request("GET", "/open/large"))
                try waitUntil("it is cut") { try gateway.metric("responses_cut_total{reason=\"client_slow\"}") == 1 }
                #expect(try client.readToEnd().end == .reset)
                #expect(gateway.log.contains("\"message\":\"response cut\""))
                #expect(gateway.log.contains("\"code\":\"client_slow\""))
            }
        }

        /// Many responses that each fit into one piece, to a client that takes none of them for a while: each comes
        /// whole and in its place, whether it went straight to the system or had to wait.
        @Test func smallResponsesStayInOrder() async throws {
            let count = 400
            try await withScriptedUpstream(ConnectionTests.echo) { gateway, backend in
                let client = try gateway.client(receiveBuffer: 8 << 10)
                let targets = (0..<count).map { "/open/\($0)/" + String(repeating: "a", count: 4000) }
                let requests = targets.flatMap { RawClient.request("GET", $0) }
                let socket = client.socket
                async let sent: Void = onOwnThread { try socket.send(requests, within: 60) }
                // The system takes no more for a client that reads nothing.
                try waitUntil("responses wait") { try gateway.metric("memory_held_bytes") > 0 }
                #expect(backend.heads.count < count)
                for target in targets {
                    let response = try client.readResponse()
                    guard response.status == 200, response.text == target else {
                        Issue.record("\(response.text.prefix(20)) instead of \(target.prefix(20))")
                        break
                    }
                }
                try await sent
                #expect(backend.heads.map(\.target) == targets)
            }
        }
    }
}
