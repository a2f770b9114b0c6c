import Testing

extension EndToEndTests {
    @Suite("Upstream connections that are used again")
    struct IdleConnectionTests {
        private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

        private static func oneThread(_ settings: inout GatewaySettings) { settings.threads = 1 }

        @Test func oneConnectionServesRequestsOneAfterTheOther() async throws {
            try await withScriptedUpstream(configure: Self.oneThread) { connection in
                while true {
                    _ = try connection.readHead()
                    try connection.send(Self.answer)
                }
            } _: { (gateway, backend) throws in
                for _ in 0..<20 { #expect(try gateway.exchange("GET", "/open/a").text == "ok") }
                #expect(backend.connectionCount == 1)
            }
        }

        /// The backend closes while the connection lies idle: the next request goes on a new one, whatever its method.
        @Test func aConnectionClosedWhileIdleIsNotUsed() async throws {
            try await withScriptedUpstream(configure: Self.oneThread) { connection in
                let head = try connection.readHead()
                if head.hasPrefix("POST") { _ = try connection.read(3) }
                try connection.send(Self.answer)
                // Until the gateway has noticed, and closed its side too.
                connection.socket.shutdownSending()
                _ = try connection.readToEnd()
            } _: { gateway, backend in
                let client = try gateway.client()
                for index in 0..<10 {
                    let response = try client.exchange("POST", "/open/a", body: Array("abc".utf8))
                    #expect(response.status == 200)
                    let connection = try #require(backend.connections.last)
                    try waitUntil("both sides have closed") { connection.hasEnded }
                    #expect(backend.connectionCount == index + 1)
                }
            }
        }

        /// The backend closes at the moment in which a request comes: one that may be repeated is, once; one that may
        /// not is answered with 502 (RFC 9110 §9.2.2).
        @Test(arguments: [("GET", 200), ("PUT", 200), ("POST", 502)])
        func aRequestThatHitsAClosingConnection(method: String, status: Int) async throws {
            try await withScriptedUpstream(configure: Self.oneThread) { connection in
                _ = try connection.readHead()
                try connection.send(Self.answer)
                _ = try connection.readHead()
                // The first connection ends without an answer to its second request.
                guard connection.index > 0 else { return }
                try connection.send(Self.answer)
            } _: { gateway, backend in
                let client = try gateway.client()
                #expect(try client.exchange("GET", "/open/first").status == 200)
                let response = try client.exchange(method, "/open/second", within: 5)
                #expect(response.status == status)
                #expect(backend.connectionCount == (status == 200 ? 2 : 1))
                let sent = backend.heads.filter { $0.target == "/open/second" }
                #expect(sent.count == (status == 200 ? 2 : 1))
            }
        }

        /// Bytes behind a response belong to nobody (RFC 9112 §6.3): they must not become the answer to the next
        /// request.
        @Test func bytesBehindAResponseAreNobodysResponse() async throws {
            try await withScriptedUpstream(configure: Self.oneThread) { connection in
                while true {
                    let target = try connection.readHead().target
                    let stray = target == "/open/stray" ? "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen" : ""
                    try connection.send(Self.answer + stray)
                }
            } _: { gateway, backend in
                let client = try gateway.client()
                for _ in 0..<5 {
                    #expect(try client.exchange("GET", "/open/stray").text == "ok")
                    #expect(try client.exchange("GET", "/open/other").text == "ok")
                }
                #expect(backend.connectionCount > 1)
            }
        }
    }
}
