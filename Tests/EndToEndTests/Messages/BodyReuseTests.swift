import Testing

extension EndToEndTests {
    /// When a backend may be sent the next request on the connection that a body went on.
    @Suite("Bodies and connections to the backend")
    struct BodyReuseTests {
        /// Answers the head, and takes whatever stands behind it for the next request.
        private static let neverReadsBodies: ScriptedBackend.Script = { connection in
            while true {
                let head = try connection.readHead()
                let status = head.target.hasSuffix("refused") ? "403 Forbidden" : "200 OK"
                try connection.send("HTTP/1.1 \(status)\r\nContent-Length: 2\r\n\r\nok")
            }
        }

        private static let smuggled =
            "DELETE /closed/1 HTTP/1.1\r\nHost: h\r\nX-Scopegate-Key-Id: forged\r\n\r\n"

        /// Whatever the method and the framing, nothing of a body that nobody expects leaves the gateway.
        @Test(arguments: ["GET", "HEAD", "DELETE", "OPTIONS"])
        func unexpectedOnesAreRefused(method: String) async throws {
            try await withScriptedUpstream(Self.neverReadsBodies) { gateway, backend in
                let client = try gateway.client()
                let length = "Content-Length: \(Self.smuggled.utf8.count)\r\n\r\n\(Self.smuggled)"
                let size = String(Self.smuggled.utf8.count, radix: 16)
                let chunks = "Transfer-Encoding: chunked\r\n\r\n\(size)\r\n\(Self.smuggled)\r\n0\r\n\r\n"
                for framing in [length, chunks] {
                    try client.send("\(method) /open/a HTTP/1.1\r\nHost: h\r\n\(framing)")
                    #expect(try client.readResponse(to: method == "HEAD" ? .head : .get).status == 400)
                }
                #expect(try client.exchange("GET", "/open/next").status == 200)
                #expect(backend.heads.map(\.target) == ["/open/next"])
            }
        }

        /// It is answered before its body was read, with an error, or it comes in pieces: the next request never goes
        /// on the same connection.
        @Test func aBodyThatWasNotTakenEndsTheConnection() async throws {
            try await withScriptedUpstream(Self.neverReadsBodies) { gateway, backend in
                let client = try gateway.client()
                #expect(try client.exchange("POST", "/open/refused", body: Array("a=1".utf8)).status == 403)
                #expect(try client.exchange("GET", "/open/second").status == 200)
                #expect(backend.connectionCount == 2)
                #expect(try client.exchange("GET", "/open/third").status == 200)
                #expect(backend.connectionCount == 2)
                // The response comes before the rest of the body.
                let early = try gateway.client()
                try early.send("POST /open/early HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
                #expect(try early.readResponse().status == 200)
                try early.send("def")
                #expect(try gateway.client().exchange("GET", "/open/fourth").status == 200)
                #expect(backend.heads.allSatisfy { $0.hasPrefix("POST /open/") || $0.hasPrefix("GET /open/") })
            }
        }

        @Test func aBodyThatWasTakenKeepsTheConnection() async throws {
            try await withScriptedUpstream(ConnectionTests.echo) { gateway, backend in
                let client = try gateway.client()
                for number in 0..<5 {
                    let target = "/open/\(number)"
                    #expect(try client.exchange("POST", target, body: Array("abc".utf8)).text == target)
                }
                #expect(backend.connectionCount == 1)
            }
        }

        /// A backend that answers with a success what it hasn't read is only safe when it is told to close.
        @Test func untrustedBackendsGetOneBodyAConnection() async throws {
            let configure = { (settings: inout GatewaySettings) in settings.upstreamOptions = ["bodies: untrusted"] }
            let script: ScriptedBackend.Script = { connection in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                _ = try connection.readToEnd()
            }
            try await withScriptedUpstream(configure: configure, script) { gateway, backend in
                let client = try gateway.client()
                for _ in 0..<3 {
                    let body = Array(Self.smuggled.utf8)
                    #expect(try client.exchange("POST", "/open/a", body: body).status == 200)
                }
                #expect(backend.connectionCount == 3)
                #expect(backend.heads.count == 3)
                #expect(backend.heads.allSatisfy { $0.fieldValue("Connection") == "close" })
            }
        }
    }
}
