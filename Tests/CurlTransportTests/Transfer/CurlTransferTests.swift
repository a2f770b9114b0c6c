import CurlTransport
import Glibc
import Testing

@Suite("Ordinary transfers", .serialized, .timeLimit(.minutes(5)))
struct CurlTransferTests {
    private static func plain(_ request: HTTPText, _ peer: Peer) throws {
        try peer.answer("200 OK", fields: ["Content-Type: text/plain"], body: "hello".utf8)
    }

    // MARK: What is asked

    @Test func post() async throws {
        try await TransferFixture.with(answer: Self.plain) { fixture in
            let outcome = try await fixture.transfer(
                headers: ["Accept: application/json", "Content-Type: application/x-www-form-urlencoded"],
                body: Array("token=abc".utf8)
            )
            #expect(
                try outcome.get()
                    == TransferResponse(status: 200, contentType: Array("text/plain".utf8), body: Array("hello".utf8))
            )
            let request = try #require(fixture.requests.first)
            #expect(request.requestLine == "POST /introspect?a=b HTTP/1.1")
            #expect(request.field("host") == "127.0.0.1:\(fixture.server.port)")
            #expect(request.field("accept") == "application/json")
            #expect(request.field("content-type") == "application/x-www-form-urlencoded")
            #expect(request.field("content-length") == "9")
            #expect(request.body == Array("token=abc".utf8))
            for name in ["authorization", "cookie", "expect", "accept-encoding", "upgrade", "proxy-connection"] {
                #expect(request.field(name) == nil, "\(name)")
            }
        }
    }

    @Test func get() async throws {
        try await TransferFixture.with(answer: Self.plain) { fixture in
            let response = try await fixture.transfer().get()
            #expect(response.status == 200)
            let request = try #require(fixture.requests.first)
            #expect(request.requestLine == "GET /introspect?a=b HTTP/1.1")
            #expect(request.field("content-length") == nil)
        }
    }

    @Test func emptyPost() async throws {
        try await TransferFixture.with(answer: Self.plain) { fixture in
            let response = try await fixture.transfer(body: []).get()
            #expect(response.status == 200)
            let request = try #require(fixture.requests.first)
            #expect(request.requestLine == "POST /introspect?a=b HTTP/1.1")
            #expect(request.field("content-length") == "0")
        }
    }

    /// It isn't held back until a 100 comes, as libcurl would do with more than 1 MiB (lib/http.c).
    @Test func largeBodyBothWays() async throws {
        let bytes = noise(2 << 20)
        try await TransferFixture.with { request, peer in
            try peer.answer("200 OK", body: request.body)
        } _: { fixture in
            let response = try await fixture.transfer(body: bytes, limit: 4 << 20).get()
            #expect(response.body == bytes)
            #expect(fixture.requests.first?.field("expect") == nil)
        }
    }

    @Test(arguments: [
        ("scopegate", "s3cret", "c2NvcGVnYXRlOnMzY3JldA=="), ("a", "b:c d", "YTpiOmMgZA=="), ("u", "", "dTo="),
    ])
    func basicCredentials(_ user: String, _ password: String, _ encoded: String) async throws {
        try await TransferFixture.with(answer: Self.plain) { fixture in
            let credentials = TransferRequest.BasicCredentials(user: user, password: password)
            _ = try await fixture.transfer(body: [0x61], credentials: credentials).get()
            // At once, without waiting to be asked for them.
            #expect(fixture.requests.map { $0.field("authorization") } == ["Basic \(encoded)"])
            // And for no other transfer.
            _ = try await fixture.transfer(body: [0x61]).get()
            #expect(fixture.requests.last?.field("authorization") == nil)
        }
    }

    // MARK: What is answered

    @Test(arguments: [200, 204, 400, 401, 404, 429, 500, 503])
    func status(_ status: Int) async throws {
        try await TransferFixture.with { _, peer in
            let body = status == 204 ? "" : "{}"
            try peer.answer("\(status) x", fields: ["WWW-Authenticate: Basic realm=\"x\""], body: body.utf8)
        } _: { fixture in
            let credentials = TransferRequest.BasicCredentials(user: "a", password: "b")
            let response = try await fixture.transfer(body: [0x61], credentials: credentials).get()
            #expect(response.status == status)
            #expect(response.contentType == nil)
            #expect(response.body == Array((status == 204 ? "" : "{}").utf8))
            #expect(fixture.requests.count == 1)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func redirectsAreNotFollowed(_ status: Int) async throws {
        try await TransferFixture.with { request, peer in
            let location = "Location: http://127.0.0.1/elsewhere"
            try peer.answer("\(status) x", fields: [location, "Refresh: 0; url=/elsewhere"], body: "moved".utf8)
        } _: { fixture in
            let response = try await fixture.transfer(body: [0x61]).get()
            #expect(response.status == status)
            #expect(response.body == Array("moved".utf8))
            #expect(fixture.requests.count == 1)
            #expect(fixture.server.acceptedCount == 1)
        }
    }

    @Test func chunked() async throws {
        try await TransferFixture.with { _, peer in
            try peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".utf8)
        } _: { fixture in
            let response = try await fixture.transfer().get()
            #expect(response.body == Array("abcde".utf8))
        }
    }

    /// Not decoded: what can't be read as it is isn't understood.
    @Test(arguments: ["gzip", "deflate", "br"])
    func contentCodingIsLeft(_ coding: String) async throws {
        let bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]
        try await TransferFixture.with { _, peer in
            try peer.answer("200 OK", fields: ["Content-Encoding: \(coding)"], body: bytes)
        } _: { fixture in
            let response = try await fixture.transfer().get()
            #expect(response.body == bytes)
        }
    }

    @Test func cookiesAreForgotten() async throws {
        try await TransferFixture.with { _, peer in
            try peer.answer("200 OK", fields: ["Set-Cookie: session=1; Path=/"], body: "".utf8)
        } _: { fixture in
            for _ in 0..<2 { _ = try await fixture.transfer().get() }
            #expect(fixture.requests.count == 2)
            #expect(fixture.requests.allSatisfy { $0.field("cookie") == nil })
        }
    }

    @Test(arguments: [(10, 10, true), (11, 10, false), (1 << 20, 64 << 10, false), (0, 0, true), (1, 0, false)])
    func lengthOfTheAnswer(_ count: Int, _ limit: Int, _ isTaken: Bool) async throws {
        for isChunked in [false, true] {
            try await TransferFixture.with { _, peer in
                let body = noise(count)
                if !isChunked {
                    // The client may close before everything is written.
                    try? peer.answer("200 OK", body: body)
                } else {
                    let start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    let chunk = count == 0 ? [] : Array("\(String(count, radix: 16))\r\n".utf8) + body + [13, 10]
                    try? peer.write(Array(start.utf8) + chunk + Array("0\r\n\r\n".utf8))
                }
            } _: { fixture in
                let outcome = try await fixture.transfer(limit: limit)
                if isTaken {
                    #expect(try outcome.get().body == noise(count))
                } else {
                    #expect(outcome.failureKind == .tooLarge)
                }
            }
        }
    }

    // MARK: What fails

    @Test func timeout() async throws {
        try await TransferFixture.with { _, peer in
            peer.waitForEnd()
        } _: { fixture in
            let start = ContinuousClock.now
            let outcome = try await fixture.transfer(timeout: 150)
            #expect(outcome.failureKind == .timeout)
            let duration = ContinuousClock.now - start
            #expect(duration >= .milliseconds(140) && duration < .seconds(5))
        }
    }

    /// An answer that has begun doesn't stretch the time.
    @Test func timeoutAmidTheAnswer() async throws {
        try await TransferFixture.with { _, peer in
            try peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".utf8)
            peer.waitForEnd()
        } _: { fixture in
            let outcome = try await fixture.transfer(timeout: 150)
            #expect(outcome.failureKind == .timeout)
        }
    }

    @Test func refused() async throws {
        let (descriptor, port) = try Loopback.bound()
        defer { close(descriptor) }
        try await TransferFixture.with(answer: Self.plain) { fixture in
            let outcome = try await fixture.transfer(url: "http://127.0.0.1:\(port)/")
            #expect(outcome.failureKind == .connect)
            // The loop is as good as before.
            let response = try await fixture.transfer().get()
            #expect(response.status == 200)
        }
    }

    @Test(arguments: [
        ("", CurlFailure.Kind.io), ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .io),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", .io),
        // HTTP/0.9 is none.
        ("hello", .other), ("\u{16}\u{3}\u{1}\r\n\r\n", .other),
    ])
    func brokenAnswers(_ answer: String, _ kind: CurlFailure.Kind) async throws {
        try await TransferFixture.with { _, peer in
            try peer.write(answer.utf8)
            peer.endStream()
            peer.waitForEnd()
        } _: { fixture in
            let outcome = try await fixture.transfer()
            #expect(outcome.failureKind == kind)
        }
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/", "", "http://",
    ])
    func otherSchemes(_ url: String) async throws {
        try await LoopFixture.with { loop in
            let request = TransferRequest(url: url, timeoutMilliseconds: 1000, maximumResponseBytes: 1 << 20)
            let outcome = try await loop.transfer(request)
            #expect(outcome.failureKind == .other)
        }
    }

    /// A failure's words tell nothing of what was sent.
    @Test func failuresTellNoSecrets() async throws {
        try await TransferFixture.with { _, peer in
            try peer.answer("200 OK", body: "too long".utf8)
        } _: { fixture in
            let outcome = try await fixture.transfer(
                headers: ["X-Secret: hunter2"],
                body: Array("token=hunter2".utf8),
                credentials: .init(user: "hunter2", password: "hunter2"),
                limit: 3
            )
            guard case .failure(let failure) = outcome else {
                Issue.record("taken though too long")
                return
            }
            #expect(!failure.description.contains("hunter2"))
        }
    }

    // MARK: Many

    @Test func manyAtOnce() async throws {
        try await TransferFixture.with { request, peer in
            try peer.answer("200 OK", body: request.body)
        } _: { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let body = noise(100 + index * 37, seed: UInt64(index))
                        let response = try await fixture.transfer(body: body).get()
                        #expect(response.body == body)
                    }
                }
                try await group.waitForAll()
            }
            #expect(fixture.requests.count == 200)
        }
    }

    @Test func connectionsAreReused() async throws {
        try await TransferFixture.with(answer: Self.plain) { fixture in
            for _ in 0..<10 { _ = try await fixture.transfer().get() }
            #expect(fixture.requests.count == 10)
            #expect(fixture.server.acceptedCount == 1)
        }
    }
}
