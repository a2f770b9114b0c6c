import Testing

extension EndToEndTests {
    @Suite("Upstream connections that fail while a request is sent")
    struct SendFailureTests {
        private static func oneThread(_ settings: inout GatewaySettings) { settings.threads = 1 }

        /// As a server does that refuses a body by its length: it answers and closes without reading on, so that the
        /// gateway's next send fails. Its answer reaches the client, or a 502, and the gateway lives on.
        @Test func anEarlyAnswerInTheMidstOfAnUpload() async throws {
            try await withScriptedUpstream(configure: Self.oneThread) { connection in
                let head = try connection.readHead()
                if head.hasPrefix("PUT") {
                    try connection.send(
                        "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    )
                } else {
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                }
            } _: { gateway, _ in
                for _ in 0..<40 {
                    let client = try gateway.client()
                    // In small pieces, so that one of them meets the closed connection; the gateway may end this one
                    // first.
                    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 3000)
                    try? client.send("PUT /open/a HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n")
                    for _ in 0..<6000 { guard (try? client.send(piece)) != nil else { break } }
                    let status = try? client.readResponse().status
                    #expect(status == nil || status == 413 || status == 502)
                }
                #expect(try gateway.exchange("GET", "/open/b").text == "ok")
                #expect(gateway.child.end() == nil)
            }
        }

        /// An idle connection that was reset in the moment in which it is used again: nothing was sent on it, so that
        /// the request goes on a new one.
        @Test(arguments: ["GET", "PUT", "POST"])
        func aConnectionThatWasResetWhileIdle(method: String) async throws {
            try await withScriptedUpstream(configure: Self.oneThread) { connection in
                let head = try connection.readHead()
                if !head.hasPrefix("GET") { _ = try connection.read(3) }
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                connection.socket.reset()
            } _: { gateway, backend in
                let client = try gateway.client()
                for _ in 0..<20 {
                    let body = method == "GET" ? [] : Array("abc".utf8)
                    #expect(try client.exchange(method, "/open/a", body: body).status == 200)
                    let connection = try #require(backend.connections.last)
                    try waitUntil("the backend has reset it") { connection.hasEnded }
                }
                #expect(backend.connectionCount == 20)
                #expect(gateway.child.end() == nil)
            }
        }

        /// A client that asks on and on for what it may not have and reads no answer is not served further, so that its
        /// answers don't fill the memory.
        @Test func answersThatAreNotReadDoNotPileUp() async throws {
            try await withScriptedUpstream(configure: Self.oneThread) { connection in
                _ = try connection.readHead()
            } _: { gateway, _ in
                let before = try gateway.memory()
                let client = try gateway.client()
                let requests = Array(repeatElement(RawClient.request("GET", "/closed/x"), count: 1000).joined())
                // 40 MB of requests, had it taken them all.
                var sent = 0
                while sent < 1000, (try? client.socket.send(requests, within: 1)) != nil { sent += 1 }
                #expect(sent < 1000)
                #expect(try gateway.memory() - before < 32 << 20)
            }
        }
    }
}
