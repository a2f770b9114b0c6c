import Testing

extension EndToEndTests {
    /// Clients that end their side of the connection behind their requests.
    @Suite("Half-closed clients")
    struct HalfClosedTests {
        /// Answers when the test allows it.
        private static let waits: ScriptedBackend.Script = { connection in
            for turn in 0... {
                _ = try connection.readHead()
                try connection.awaitTurn(turn)
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }

        @Test func theyGetTheirResponses() async throws {
            try await withScriptedUpstream(ConnectionTests.echo) { gateway, _ in
                let client = try gateway.client()
                try client.send(RawClient.request("POST", "/open/1", body: Array("abc".utf8)))
                try client.send(RawClient.request("GET", "/closed/2") + RawClient.request("GET", "/open/3"))
                client.socket.shutdownSending()
                #expect(try client.readResponse().text == "/open/1")
                #expect(try client.readResponse().code == "missing_key")
                #expect(try client.readResponse().text == "/open/3")
                #expect(try client.readToEnd().end == .closed)
            }
        }

        /// The end is seen long before the response comes.
        @Test func theyAreWaitedFor() async throws {
            try await withScriptedUpstream(Self.waits) { gateway, backend in
                let client = try gateway.client()
                try client.send(RawClient.request("GET", "/open/a"))
                client.socket.shutdownSending()
                try waitUntil("the request arrives") { backend.heads.count == 1 }
                backend.connections[0].allowTurn(0)
                let response = try client.readResponse()
                #expect(response.text == "ok" && response.field("Connection") == "close")
                #expect(try client.readToEnd().end == .closed)
            }
        }

        @Test(
            arguments: [
                "GET /open/a HTTP/1.1\r\nHost: h",
                "POST /open/a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
                "",
            ]
        )
        func aPartOfARequestIsOfNoUse(sent: String) async throws {
            try await withScriptedUpstream(Self.waits) { gateway, _ in
                let client = try gateway.client()
                try client.send(sent)
                client.socket.shutdownSending()
                let (bytes, end) = try client.readToEnd()
                #expect(bytes.isEmpty && end == .closed)
                try waitUntil("it is gone") { try gateway.metric("connections_open") == 0 }
            }
        }

        @Test func theyCountAsGoneIfTheOperatorSaysSo() async throws {
            let configure = { (settings: inout GatewaySettings) in settings.limits = ["half_closed: close"] }
            try await withScriptedUpstream(configure: configure, Self.waits) { gateway, backend in
                let client = try gateway.client()
                try client.send(RawClient.request("GET", "/open/a"))
                try waitUntil("the request arrives") { backend.heads.count == 1 }
                client.socket.shutdownSending()
                let (bytes, end) = try client.readToEnd()
                #expect(bytes.isEmpty && end == .closed)
            }
        }
    }
}
