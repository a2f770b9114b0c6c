import Glibc
import Testing

extension EndToEndTests {
    @Suite("A backend that fails")
    struct UpstreamFailureTests {
        private static let limit = 1.0
        /// What a time-out may be late by: the gateway looks at its clock ten times a second, machines are busy.
        private static let slack = 2.0

        private static func impatient(_ settings: inout GatewaySettings) {
            settings.upstreamOptions = ["connect_timeout: 1s", "first_byte_timeout: 1s", "idle_timeout: 1s"]
        }

        /// Answers `/open/ok`, and fails on every other path in the way that it names.
        private static let script: ScriptedBackend.Script = { connection in
            while true {
                let target = try connection.readHead().target
                switch target {
                case "/open/ok": try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                case "/open/hang": _ = try connection.readToEnd()
                case "/open/reset": return connection.socket.reset()
                case "/open/close": return
                case "/open/half-head":
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Le")
                    return
                case "/open/dribble":
                    for byte in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" {
                        try connection.send("\(byte)")
                        usleep(200_000)
                    }
                case "/open/hang-in-head":
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Le")
                    _ = try connection.readToEnd()
                case "/open/hang-in-body":
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123")
                    _ = try connection.readToEnd()
                case "/open/reset-in-body":
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123")
                    try connection.socket.waitUntilSent()
                    return connection.socket.reset()
                case "/open/close-in-body":
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123")
                    return
                case "/open/close-in-chunks":
                    try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n")
                    return
                case "/open/bad-chunk":
                    try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n")
                    try connection.socket.waitUntilSent()
                    try connection.send("zz\r\n")
                    _ = try connection.readToEnd()
                default:
                    try connection.send(garbage[target] ?? "")
                    _ = try connection.readToEnd()
                }
            }
        }

        private static let garbage = [
            "/open/noise": "\u{1}\u{2}\u{3} this is no HTTP at all\r\n\r\n",
            "/open/http09": "<html>hello</html>\r\n\r\n",
            "/open/http2": "HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
            "/open/bad-status": "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
            "/open/two-lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
            "/open/length-and-chunked":
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "/open/unknown-coding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "/open/bare-lf": "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
            "/open/folding": "HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 0\r\n\r\n",
            "/open/nul": "HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n",
            "/open/upgrade": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            "/open/endless-head": "HTTP/1.1 200 OK\r\nX-A: " + String(repeating: "a", count: 80_000),
        ]

        private func isAlive(_ gateway: GatewayProcess) throws {
            #expect(try gateway.exchange("GET", "/open/ok").text == "ok")
        }

        @Test func garbageIsABadGateway() async throws {
            try await withScriptedUpstream(configure: Self.impatient, Self.script) { gateway, _ in
                for path in Self.garbage.keys.sorted() {
                    let response = try gateway.exchange("GET", path)
                    #expect(response.status == 502, "\(path)")
                    #expect(response.code == "upstream_invalid_response", "\(path)")
                    #expect(response.field("Cache-Control") == "no-store")
                    #expect(response.field("X-Request-Id") == response.error?.requestID)
                }
                try isAlive(gateway)
            }
        }

        @Test func anEndWithoutAnswerIsABadGateway() async throws {
            try await withScriptedUpstream(configure: Self.impatient, Self.script) { gateway, _ in
                for (path, code) in [
                    ("reset", "upstream_unreachable"), ("close", "upstream_unreachable"),
                    ("half-head", "upstream_invalid_response"),
                ] {
                    let response = try gateway.exchange("GET", "/open/\(path)")
                    #expect(response.status == 502 && response.code == code, "\(path): \(response.text)")
                }
                try isAlive(gateway)
            }
        }

        @Test func nobodyListensIsABadGateway() async throws {
            var settings = GatewaySettings(upstream: "http://127.0.0.1:\(try ScriptedBackend.unusedPort())")
            settings.routes = GatewaySettings.openRoutes
            try await withGateway(settings) { gateway in
                let client = try gateway.client()
                for _ in 0..<3 {
                    let response = try client.exchange("GET", "/open/ok")
                    #expect(response.status == 502 && response.code == "upstream_unreachable")
                }
            }
        }

        @Test func silenceIsAGatewayTimeout() async throws {
            try await withScriptedUpstream(configure: Self.impatient, Self.script) { gateway, _ in
                // The head has to come in time as a whole.
                for path in ["/open/hang", "/open/hang-in-head", "/open/dribble"] {
                    let start = monotonicSeconds()
                    let response = try gateway.exchange("GET", path)
                    let time = monotonicSeconds() - start
                    #expect(response.status == 504 && response.code == "upstream_timeout", "\(path)")
                    #expect(time > Self.limit * 0.9 && time < Self.limit + Self.slack, "\(path): \(time) s")
                }
                try isAlive(gateway)
            }
        }

        @Test func routesHaveTimeoutsOfTheirOwn() async throws {
            try await withScriptedUpstream {
                $0.routes = """
                    version: 1
                    routes:
                      /open/hang: {GET: {scope: public, first_byte_timeout: 300ms}}
                      /open/hang-in-body: {GET: {scope: public, idle_timeout: 300ms}}
                      /open/ok: {GET: public}
                    """
            } _: { connection in
                try Self.script(connection)
            } _: { gateway, _ in
                let start = monotonicSeconds()
                #expect(try gateway.exchange("GET", "/open/hang").code == "upstream_timeout")
                let client = try gateway.client()
                try client.send(RawClient.request("GET", "/open/hang-in-body"))
                #expect(try client.readToEnd().end == .reset)
                // Far from the thirty seconds that others have.
                #expect(monotonicSeconds() - start < 2 * Self.slack)
                try isAlive(gateway)
            }
        }

        /// The system's queue for a listener that accepts nobody is full: connecting hangs.
        @Test func connectingHasATimeout() async throws {
            let (listener, port) = try ScriptedBackend.listen(backlog: 0)
            defer { close(listener) }
            let filler = try TCPSocket(port: port)
            defer { filler.close() }
            var settings = GatewaySettings(upstream: "http://127.0.0.1:\(port)")
            settings.routes = GatewaySettings.openRoutes
            Self.impatient(&settings)
            try await withGateway(settings) { gateway in
                let start = monotonicSeconds()
                let response = try gateway.exchange("GET", "/open/ok")
                let time = monotonicSeconds() - start
                #expect(response.status == 504 && response.code == "upstream_timeout", "\(response.text)")
                #expect(time < Self.limit + Self.slack, "\(time) s")
            }
        }

        /// One that had to wait for a connection, which is then made in vain: the backend is late, the gateway has
        /// room.
        @Test func connectingLateHasATimeoutToo() async throws {
            let (listener, port) = try ScriptedBackend.listen(backlog: 0)
            defer { close(listener) }
            let filler = try TCPSocket(port: port)
            defer { filler.close() }
            var settings = GatewaySettings(upstream: "http://127.0.0.1:\(port)")
            settings.routes = GatewaySettings.openRoutes
            settings.threads = 1
            Self.impatient(&settings)
            settings.upstreamOptions.append("pool: {max_connections: 1}")
            try await withGateway(settings) { gateway in
                let clients = try (0..<2).map { _ in try gateway.client() }
                for client in clients { try client.send(RawClient.request("GET", "/open/ok")) }
                for client in clients {
                    let response = try client.readResponse()
                    #expect(response.status == 504 && response.code == "upstream_timeout", "\(response.text)")
                }
            }
        }

        /// What has begun and fails ends in a cut connection, never in a well-formed end.
        @Test func whatBreaksOffIsCut() async throws {
            try await withScriptedUpstream(configure: Self.impatient, Self.script) { gateway, _ in
                for path in ["hang-in-body", "reset-in-body", "close-in-body", "close-in-chunks", "bad-chunk"] {
                    let client = try gateway.client()
                    let start = monotonicSeconds()
                    try client.send(RawClient.request("GET", "/open/\(path)"))
                    let (bytes, end) = try client.readToEnd()
                    let text = String(decoding: bytes, as: UTF8.self)
                    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") || text.isEmpty, "\(path): \(text)")
                    #expect(!text.contains("\r\n0\r\n"), "\(path): a last chunk was made up")
                    #expect(end == .reset, "\(path)")
                    #expect(monotonicSeconds() - start < Self.limit + Self.slack, "\(path)")
                }
                try isAlive(gateway)
            }
        }
    }
}
