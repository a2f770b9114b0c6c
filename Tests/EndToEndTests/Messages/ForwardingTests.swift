import Foundation
import Testing

extension EndToEndTests {
    @Suite("What passes through")
    struct ForwardingTests {
        /// The request that arrives is the one that was checked: target byte for byte, no header that could change what
        /// it means, and the gateway's own.
        @Test func theBackendSeesWhatWasChecked() async throws {
            try await withJournal { servers in
                let settings = servers.settings
                try await withScriptedUpstream { mine in
                    mine.introspection = settings.introspection
                    mine.introspectionSecret = settings.introspectionSecret
                } _: { connection in
                    _ = try connection.readHead()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                } _: { gateway, backend in
                    let issued = servers.keys.issue(name: "test", scopes: ["read:trades"])
                    let dropped = [
                        "X-HTTP-Method-Override: DELETE", "X-Original-URL: /admin", "X-Rewrite-URL: /admin",
                        "Proxy: http://evil", "X-Scopegate-Key-Id: forged", "X_Forwarded_For: 1.1.1.1",
                        "Upgrade: websocket", "X-Forwarded-For: 1.2.3.4", "Forwarded: for=1.2.3.4", "TE: trailers",
                        "Keep-Alive: timeout=5", "X-Hop: hop",
                    ]
                    let response = try gateway.exchange(
                        "GET",
                        "/closed/a%20b?q=%41&r",
                        key: issued.key,
                        fields: dropped + [
                            "Connection: X-Hop, Authorization, Host, X-Forwarded-For", "traceparent: 00-a-b-01",
                            "X-Request-Id: mine-1", "X-Kept: yes",
                        ]
                    )
                    #expect(response.status == 200)
                    let head = try #require(backend.heads.first)
                    let lines = head.components(separatedBy: "\r\n").filter { !$0.isEmpty }
                    #expect(
                        lines.sorted()
                            == [
                                "GET /closed/a%20b?q=%41&r HTTP/1.1", "Host: gateway.test",
                                "Authorization: Bearer \(issued.key)", "traceparent: 00-a-b-01", "X-Kept: yes",
                                "X-Client-Request-Id: mine-1", "X-Scopegate-Key-Id: \(issued.id)",
                                "X-Request-Id: \(response.field("X-Request-Id") ?? "")",
                                "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http",
                                "X-Forwarded-Host: gateway.test", "X-Forwarded-Port: \(gateway.port)",
                                "Forwarded: for=127.0.0.1;host=\"gateway.test\";proto=http",
                            ].sorted()
                    )
                }
            }
        }

        @Test func oneByteAtATime() async throws {
            try await withScriptedUpstream { connection in
                _ = try connection.readHead()
                let chunks = "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX-Trailer: t\r\n\r\n"
                for byte in Array("HTTP/1.1 200 Fine\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)".utf8) {
                    try connection.send([byte])
                    try connection.socket.waitUntilSent()
                }
            } _: { gateway, _ in
                let response = try gateway.exchange("GET", "/open/a")
                #expect(response.head.hasPrefix("HTTP/1.1 200 Fine\r\n"))
                #expect(response.field("X-A") == "b" && response.text == "hello!")
                #expect(response.trailers.map(\.value) == ["t"])
            }
        }

        /// The backend sends an event only when the client has read the one before it.
        @Test func eventsPassOneByOne() async throws {
            try await withScriptedUpstream { connection in
                let isChunked = try connection.readHead().target == "/open/chunked"
                let framing = isChunked ? "Transfer-Encoding: chunked\r\n" : ""
                try connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\(framing)\r\n")
                for index in 0..<20 {
                    try connection.awaitTurn(index)
                    let event = "data: \(String(index, radix: 32))\n\n"
                    try connection.send(isChunked ? "\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n" : event)
                }
                if isChunked { try connection.send("0\r\n\r\n") }
            } _: { gateway, backend in
                for path in ["/open/chunked", "/open/until-close"] {
                    let client = try gateway.client()
                    try client.send(RawClient.request("GET", path))
                    #expect(try client.readHead().status == 200)
                    let connection = try #require(backend.connections.last)
                    var text = ""
                    for index in 0..<20 {
                        connection.allowTurn(index)
                        let expected = "data: \(String(index, radix: 32))\n\n"
                        // In chunks the sizes stand between the events; the end of the event is what counts.
                        while !text.hasSuffix(expected) {
                            text += String(decoding: try client.take(1, within: 5), as: UTF8.self)
                        }
                    }
                    #expect(text.contains("data: j\n\n"))
                }
            }
        }

        @Test func interimHeadsOfTheBackendEndAtTheGateway() async throws {
            try await withScriptedUpstream { connection in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n")
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            } _: { gateway, _ in
                let response = try gateway.exchange("GET", "/open/a")
                #expect(response.status == 200 && response.text == "ok")
            }
        }

        /// The backend answers before it has read the request: the answer passes, and the connection ends.
        @Test func anEarlyAnswerPasses() async throws {
            try await withScriptedUpstream { connection in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
                _ = try connection.readToEnd()
            } _: { gateway, backend in
                let client = try gateway.client()
                try client.send("POST /open/a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\nabc")
                let response = try client.readResponse()
                #expect(response.status == 413 && response.text == "big" && response.field("Connection") == "close")
                #expect(try client.readToEnd(within: 10).end == .closed)
                let connection = try #require(backend.connections.first)
                try waitUntil("the upstream connection ends") { connection.hasEnded }
            }
        }

        @Test func aClientThatLeavesWhileItTakesAResponseCancelsIt() async throws {
            try await withScriptedUpstream { connection in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while true { try connection.send("5\r\nhello\r\n") }
            } _: { gateway, backend in
                let client = try gateway.client()
                try client.send(RawClient.request("GET", "/open/endless"))
                _ = try client.readHead()
                client.socket.close()
                try waitUntil("the upstream connection ends") { backend.connections.first?.hasEnded == true }
            }
        }

        /// One that takes a response is missed with the next bytes for it. That a client has only ended its side can't
        /// be told from its leaving until then, so one that waits is missed at once only if the operator says so.
        @Test func aClientThatLeavesCancelsTheTransfer() async throws {
            try await withScriptedUpstream { settings in
                settings.limits = ["half_closed: close"]
            } _: { connection in
                if try connection.readHead().target == "/open/endless" {
                    try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    while true { try connection.send("5\r\nhello\r\n") }
                }
                _ = try connection.readToEnd()
            } _: { gateway, backend in
                for path in ["/open/endless", "/open/silent"] {
                    let client = try gateway.client()
                    try client.send(RawClient.request("GET", path))
                    let connection = try waitFor("the request arrives") { () -> BackendConnection? in
                        backend.connections.first { $0.heads.first?.target == path }
                    }
                    if path == "/open/endless" { _ = try client.readHead() }
                    client.socket.close()
                    try waitUntil("the upstream connection ends") { connection.hasEnded }
                }
            }
        }
    }
}
