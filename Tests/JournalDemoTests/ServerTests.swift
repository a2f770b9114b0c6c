import HTTP1
import JournalDemo
import NIOCore
import SimpleHTTP
import Testing

/// Answers with what it got.
private struct Mirror: SimpleResponder {
    func respond(to request: SimpleRequest) -> SimpleResponse {
        SimpleResponse(
            status: 200,
            fields: [("X-Path", request.path), ("X-Query", request.query ?? "none")],
            body: request.body
        )
    }
}

/// Answers everything with a MiB.
private struct Megabyte: SimpleResponder {
    func respond(to request: SimpleRequest) -> SimpleResponse {
        SimpleResponse(status: 200, body: [UInt8](repeating: UInt8(ascii: "m"), count: 1 << 20))
    }
}

/// A request that the server can't read any further, with a limit of 1024 bytes for bodies.
private struct Refusal: CustomTestStringConvertible {
    var testDescription: String
    var request: String
    var status: Int

    static let all = [
        Refusal(testDescription: "no Host", request: "GET / HTTP/1.1\r\n\r\n", status: 400),
        Refusal(testDescription: "bare line feeds", request: "GET / HTTP/1.1\nHost: a\n\n", status: 400),
        Refusal(testDescription: "dot segment", request: "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
        Refusal(testDescription: "other version", request: "GET / HTTP/3.7\r\nHost: a\r\n\r\n", status: 505),
        Refusal(
            testDescription: "long target",
            request: "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n",
            status: 414
        ),
        Refusal(
            testDescription: "no chunk size",
            request: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            status: 400
        ),
        Refusal(
            testDescription: "long body",
            request: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n",
            status: 413
        ),
        Refusal(
            testDescription: "long chunk",
            request: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n401\r\n"
                + String(repeating: "b", count: 1025),
            status: 413
        ),
    ]
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite("The demo's HTTP server", .timeLimit(.minutes(5)))
struct ServerTests {
    @Test func servesManyRequestsOnOneConnectionInOrder() async throws {
        try await withServer(Mirror()) { server, client in
            let requests = (0..<50).map { "GET /\($0)?q=\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
            let exchange = try await client.sendRaw([bytes(requests)], methods: .init(repeating: .get, count: 50))
            #expect(exchange.replies.map { $0.field("X-Path") } == (0..<50).map { "/\($0)" })
            #expect(exchange.replies.map { $0.field("X-Query") } == (0..<50).map { "q=\($0)" })
            #expect(exchange.rest.readableBytes == 0)
            #expect(server.acceptedConnectionCount == 1)
            #expect(server.requestCount == 50)
        }
    }

    @Test(arguments: [
        "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: v\r\n\r\n",
    ])
    func readsBodiesHoweverTheyArrive(request: String) async throws {
        try await withServer(Mirror()) { _, client in
            let whole = try await client.sendRaw([bytes(request + request)], methods: [.post, .post])
            #expect(whole.replies.map(\.body) == [bytes("hello"), bytes("hello")])
            let byByte = try await client.sendRaw(bytes(request).map { [$0] }, methods: [.post])
            #expect(byByte.replies.map(\.body) == [bytes("hello")])
        }
    }

    @Test func takesALargeChunkedBody() async throws {
        try await withServer(Mirror()) { _, client in
            let chunk = bytes("10000\r\n") + [UInt8](repeating: UInt8(ascii: "c"), count: 65_536) + bytes("\r\n")
            let head = bytes("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            let pieces = [head] + [[UInt8]](repeating: chunk, count: 32) + [bytes("0\r\n\r\n")]
            let exchange = try await client.sendRaw(pieces, methods: [.put])
            #expect(exchange.replies.first?.body.count == 32 * 65_536)
            #expect(exchange.replies.first?.body.allSatisfy { $0 == UInt8(ascii: "c") } == true)
        }
    }

    @Test func answersHEADWithoutBody() async throws {
        try await withServer(Megabyte()) { _, client in
            let request = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let exchange = try await client.sendRaw([bytes(request)], methods: [.head, .get], untilClosed: true)
            #expect(exchange.replies.map { $0.field("Content-Length") } == ["1048576", "1048576"])
            #expect(exchange.replies.map(\.body.count) == [0, 1 << 20])
            #expect(exchange.replies.last?.field("Connection") == "close")
            #expect(exchange.isClosed)
        }
    }

    @Test func sendsContinueOnlyToThoseWhoWait() async throws {
        try await withServer(Mirror()) { _, client in
            let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
            let waiting = try await client.sendRaw([bytes(head)], methods: [.post], stopAt: 100)
            #expect(waiting.replies.map(\.status) == [100])
            let hasty = try await client.sendRaw([bytes(head + "ok")], methods: [.post])
            #expect(hasty.replies.map(\.status) == [200])
            #expect(hasty.replies.first?.body == bytes("ok"))
        }
    }

    @Test func closesAfterHTTP10() async throws {
        try await withServer(Mirror()) { _, client in
            let exchange = try await client.sendRaw(
                [bytes("GET / HTTP/1.0\r\nHost: a\r\n\r\n")],
                methods: [.get],
                untilClosed: true
            )
            #expect(exchange.replies.map(\.status) == [200])
            #expect(exchange.isClosed)
        }
    }

    @Test(arguments: Refusal.all)
    fileprivate func refusesAndCloses(_ refusal: Refusal) async throws {
        var limits = SimpleHTTPServer.Limits()
        limits.body = 1024
        try await withServer(Mirror(), limits: limits) { server, client in
            let exchange = try await client.sendRaw(
                [bytes(refusal.request), bytes("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")],
                methods: [.post, .get],
                untilClosed: true
            )
            #expect(exchange.replies.map(\.status) == [refusal.status])
            #expect(exchange.replies.first?.field("Connection") == "close")
            #expect(try exchange.replies.first?.json["error"]?["code"]?.string != nil)
            #expect(exchange.isClosed)
            #expect(server.requestCount == 0)
        }
    }

    @Test func servesAClientThatReadsLate() async throws {
        try await withServer(Megabyte()) { server, client in
            let requests = String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 40)
            let exchange = try await client.sendRaw([bytes(requests)], methods: .init(repeating: .get, count: 40))
            #expect(exchange.replies.count == 40)
            #expect(exchange.replies.allSatisfy { $0.body.count == 1 << 20 })
            #expect(server.requestCount == 40)
        }
    }

    @Test func closesSilentConnections() async throws {
        var limits = SimpleHTTPServer.Limits()
        limits.idleTime = .milliseconds(50)
        try await withServer(Mirror(), limits: limits) { _, client in
            let exchange = try await client.sendRaw([], methods: [.get])
            #expect(exchange.replies.isEmpty)
            #expect(exchange.isClosed)
        }
    }
}
