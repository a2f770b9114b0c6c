import Testing

extension EndToEndTests {
    @Suite("Requests on one connection")
    struct ConnectionTests {
        /// Answers each request with its target.
        static let echo: ScriptedBackend.Script = { connection in
            while true {
                let head = try connection.readHead()
                if let length = head.fieldValue("Content-Length").flatMap({ Int($0) }) {
                    _ = try connection.read(length)
                }
                let body = head.target
                let content = head.hasPrefix("HEAD") ? "" : body
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(content)")
            }
        }

        /// Three requests in one piece, and byte by byte; the second is refused.
        @Test(arguments: [4096, 7, 1])
        func pipelinedOnesAreAnsweredInOrder(pieceLength: Int) async throws {
            try await withScriptedUpstream(Self.echo) { gateway, backend in
                let requests =
                    RawClient.request("POST", "/open/1", body: Array("abc".utf8))
                    + RawClient.request("GET", "/closed/2") + RawClient.request("GET", "/open/3")
                let client = try gateway.client()
                for start in stride(from: 0, to: requests.count, by: pieceLength) {
                    try client.send(Array(requests[start..<min(start + pieceLength, requests.count)]))
                }
                #expect(try client.readResponse().text == "/open/1")
                #expect(try client.readResponse().code == "missing_key")
                #expect(try client.readResponse().text == "/open/3")
                #expect(backend.heads.map(\.target) == ["/open/1", "/open/3"])
            }
        }

        @Test func aRefusedSmallBodyKeepsTheConnection() async throws {
            try await withScriptedUpstream(Self.echo) { gateway, _ in
                let client = try gateway.client()
                let body = [UInt8](repeating: 0x61, count: 64 << 10)
                let refusal = try client.exchange("POST", "/closed/a", body: body)
                #expect(refusal.status == 401 && refusal.field("Connection") == nil)
                // Also when the body comes behind the refusal.
                try client.send("POST /closed/a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")
                #expect(try client.readResponse().status == 401)
                try client.send("12345")
                #expect(try client.exchange("GET", "/open/next").text == "/open/next")
            }
        }

        /// How long a body in chunks is shows only at its end: up to the bound it is read, and then the connection
        /// ends.
        @Test func aRefusedBodyInChunksIsReadUpToTheBound() async throws {
            try await withScriptedUpstream(Self.echo) { gateway, _ in
                let head = "POST /closed/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                let client = try gateway.client()
                try client.send(head)
                #expect(try client.readResponse().status == 401)
                try client.send("3\r\nabc\r\n0\r\n\r\n")
                #expect(try client.exchange("GET", "/open/next").text == "/open/next")
                try client.send(head)
                #expect(try client.readResponse().status == 401)
                try client.send("11000\r\n\(String(repeating: "a", count: 0x11000))\r\n")
                let (rest, end) = try client.readToEnd()
                #expect(rest.isEmpty && end == .closed)
            }
        }

        @Test func aRefusedLargeBodyClosesTheConnection() async throws {
            try await withScriptedUpstream(Self.echo) { gateway, _ in
                let client = try gateway.client()
                try client.send("POST /closed/a HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n")
                let refusal = try client.readResponse()
                #expect(refusal.status == 401 && refusal.field("Connection") == "close")
                let (rest, end) = try client.readToEnd()
                #expect(rest.isEmpty && end == .closed)
            }
        }

        /// A client that sends much more than is read after a refusal gets it, and an end in order.
        @Test func aRefusalIsNotLostForWhatIsStillSent() async throws {
            try await withScriptedUpstream(Self.echo) { gateway, _ in
                let client = try gateway.client()
                let body = [UInt8](repeating: 0x61, count: (1 << 20) + 300_000)
                let refusal = try client.exchange("POST", "/closed/a", body: body)
                #expect(refusal.status == 401 && refusal.field("Connection") == "close")
                let (rest, end) = try client.readToEnd()
                #expect(rest.isEmpty && end == .closed)
            }
        }

        @Test func continueIsAnsweredAfterTheDecision() async throws {
            try await withScriptedUpstream(Self.echo) { gateway, backend in
                let client = try gateway.client()
                let lines = "HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
                try client.send("POST /open/a \(lines)")
                #expect(try String(decoding: client.take(25), as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
                try client.send("abc")
                let response = try client.readResponse()
                #expect(response.text == "/open/a" && response.interim.isEmpty)
                try client.send("POST /closed/a \(lines)")
                let refusal = try client.readResponse()
                #expect(refusal.status == 401 && refusal.interim.isEmpty)
                #expect(refusal.field("Connection") == "close")
                #expect(backend.heads.allSatisfy { $0.fieldValue("Expect") == nil })
            }
        }

        @Test func http10IsServedAndClosed() async throws {
            try await withScriptedUpstream { connection in
                while true {
                    let isChunked = try connection.readHead().target == "/open/chunked"
                    try connection.send(
                        isChunked
                            ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                            : "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
                    )
                }
            } _: { gateway, _ in
                for path in ["/open/length", "/open/chunked"] {
                    let client = try gateway.client()
                    try client.send("GET \(path) HTTP/1.0\r\nHost: h\r\n\r\n")
                    let response = try client.readResponse()
                    #expect(response.status == 200 && response.text == "abc", "\(path)")
                    // HTTP/1.0 knows no chunked coding (RFC 9112 §6.1).
                    #expect(response.field("Transfer-Encoding") == nil, "\(path)")
                    #expect(try client.readToEnd().end == .closed, "\(path)")
                }
            }
        }

        @Test func absoluteFormIsForwardedAsOriginForm() async throws {
            try await withScriptedUpstream(Self.echo) { gateway, _ in
                let client = try gateway.client()
                try client.send("GET http://h:81/open/a?b=%20c HTTP/1.1\r\nHost: h:81\r\n\r\n")
                #expect(try client.readResponse().text == "/open/a?b=%20c")
                try client.send("GET http://other/open/a HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try client.readResponse().status == 400)
            }
        }

        /// What two readers of one path could disagree on is refused before anything else.
        @Test(arguments: [
            "/open/../closed/a", "/open/%2e%2e/closed/a", "/open//a", "/open/a;b", "/open/a%00", "/open/a#b",
            "/open/a\\b", "/open/%zz", "/open/./a", "*", "/open/\u{e9}",
        ])
        func ambiguousTargetsAreRefused(target: String) async throws {
            try await withScriptedUpstream(Self.echo) { gateway, backend in
                let client = try gateway.client()
                try client.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
                let response = try client.readResponse()
                #expect(response.status == 400 && response.code == "invalid_request_target")
                #expect(try client.readToEnd().end == .closed)
                #expect(backend.connectionCount == 0)
            }
        }

        /// So is what only the map can tell: the request itself has one end, so that the connection goes on.
        @Test(arguments: ["/open/a%2fb", "/open/a%252fb", "/open/a%3fb", "/open/a%23b"])
        func readingsOfOtherRoutesAreRefused(target: String) async throws {
            try await withScriptedUpstream(Self.echo) { gateway, backend in
                let client = try gateway.client()
                let response = try client.exchange("GET", target)
                #expect(response.status == 400 && response.code == "invalid_request_target")
                #expect(try client.exchange("GET", "/open/%61").text == "/open/%61")
                #expect(backend.heads.map(\.target) == ["/open/%61"])
            }
        }

        @Test(arguments: [
            "Content-Length: 3\r\nTransfer-Encoding: chunked", "Content-Length: 3\r\nContent-Length: 3",
            "Content-Length: 3, 3", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding : chunked",
            "Content-Length: +3", "X-A: a\r\n b: c", "X-A: a\nX-B: b", "Host: second",
        ])
        func ambiguousFramingIsRefused(lines: String) async throws {
            try await withScriptedUpstream(Self.echo) { gateway, backend in
                let client = try gateway.client()
                try client.send("POST /open/a HTTP/1.1\r\nHost: h\r\n\(lines)\r\n\r\nabc")
                let response = try client.readResponse()
                #expect(response.status == 400 && response.field("Connection") == "close")
                #expect(try client.readToEnd().end == .closed)
                #expect(backend.connectionCount == 0)
            }
        }
    }
}
