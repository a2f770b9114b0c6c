import HTTP1
import NIOCore
import Testing

@testable import Gateway

@Suite("ClientResponseHead and ClientBodyFraming")
struct ClientResponseHeadTests {
    static let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    private func write(
        _ response: String,
        method: HTTP1.Method = .get,
        client: HTTPVersion = .http11,
        closes: Bool = false
    ) throws -> String {
        let parsed = try ParsedResponse(response, answering: method)
        var buffer = ByteBuffer(string: "before")
        ClientResponseHead(
            head: parsed.head,
            framing: ClientBodyFraming(parsed.head.framing, clientVersion: client),
            requestID: try .fixed(),
            closes: closes,
            date: Array(Self.date.utf8)
        ).write(parsed.bytes.span, to: &buffer)
        try #require(buffer.text.hasPrefix("before"))
        return String(buffer.text.dropFirst("before".count))
    }

    /// The head that a client gets for a 200 with a length and these lines.
    private func kept(_ lines: [String]) throws -> [String] {
        let fields = (["Content-Length: 0", "Date: d"] + lines).map { "\($0)\r\n" }.joined()
        let text = try write("HTTP/1.1 200 OK\r\n\(fields)\r\n")
        let start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: d\r\n"
        let end = "X-Request-Id: id-1\r\n\r\n"
        try #require(text.hasPrefix(start) && text.hasSuffix(end), "\(text)")
        return text.dropFirst(start.count).dropLast(end.count).split(separator: "\r\n").map(String.init)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK", "HTTP/1.1 404 Nope, \"it\" isn't\there", "HTTP/1.1 599 ", "HTTP/1.1 201 \u{e9}",
    ])
    func statusLine(_ line: String) throws {
        #expect(
            try write("\(line)\r\nContent-Length: 1\r\nDate: d\r\n\r\n")
                == "\(line)\r\nContent-Length: 1\r\nDate: d\r\nX-Request-Id: id-1\r\n\r\n"
        )
    }

    /// A gateway answers with its own version (RFC 9110 §2.5).
    @Test func version() throws {
        #expect(try write("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test(arguments: [
        "Content-Type: a/b", "Set-Cookie: a=b", "ETag: \"x\"", "Server:s", "Via: 1.1 x", "WWW-Authenticate: Bearer",
        "Location: http://x/", "X-Anything_else: v", "Cache-Control: no-store", "X-Forwarded-For: 1.2.3.4",
        "Retry-After: 3", "Vary: *",
    ])
    func keptByteForByte(_ line: String) throws {
        #expect(try kept([line]) == [line])
        #expect(try kept([line, "Keep-Alive: 5", line]) == [line, line])
        #expect(try kept(["Connection: close", line]) == [line])
    }

    /// RFC 9112 §5.1: white space around a value, or before the colon, isn't passed on.
    @Test(arguments: [
        ("Server:  s ", "Server: s"), ("A:\tb\t", "A: b"), ("A: ", "A:"), ("A : b", "A: b"), ("A\t:b ", "A: b"),
        ("A: b  c", "A: b  c"),
    ])
    func tidied(_ line: String, _ expected: String) throws {
        #expect(try kept([line]) == [expected])
        #expect(try kept(["B: c", line, "D: e"]) == ["B: c", expected, "D: e"])
    }

    @Test(arguments: [
        "Connection: keep-alive", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: x", "Upgrade: h2c",
        "Proxy-Authenticate: Basic", "X-Request-Id: theirs", "X-Scopegate-Key-Id: k", "Trailer: X-Sum",
    ])
    func dropped(_ line: String) throws {
        for spelling in [line, line.lowercased(), line.uppercased()] {
            #expect(try kept([spelling]) == [])
            #expect(try kept(["A: b", spelling, "C: d", spelling]) == ["A: b", "C: d"])
        }
    }

    @Test(arguments: [
        ("Connection: X-Hop", ["X-Hop: 1", "A: b"], ["A: b"]),
        ("Connection: close, x-HOP,a", ["X-Hop: 1", "A: b", "C: d"], ["C: d"]),
        // What tells the message's length, time and kind stays.
        (
            "Connection: Content-Type, Cache-Control", ["Content-Type: a/b", "Cache-Control: no-store"],
            ["Content-Type: a/b", "Cache-Control: no-store"]
        ),
        ("Connection: Content-Length, Date, X-Request-Id", ["A: b"], ["A: b"]),
    ])
    func nominated(_ connection: String, _ fields: [String], _ expected: [String]) throws {
        #expect(try kept([connection] + fields) == expected)
        #expect(try kept(fields + [connection]) == expected)
    }

    /// RFC 9110 §6.6.1.
    @Test func dateIsAdded() throws {
        #expect(
            try write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
                == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nDate: \(Self.date)\r\nX-Request-Id: id-1\r\n\r\n"
        )
        #expect(
            try write("HTTP/1.1 200 OK\r\ndate: theirs\r\nContent-Length: 1\r\n\r\n")
                == "HTTP/1.1 200 OK\r\ndate: theirs\r\nContent-Length: 1\r\nX-Request-Id: id-1\r\n\r\n"
        )
    }

    // MARK: Framing

    @Test(arguments: [
        (BodyFraming.none, ClientBodyFraming.asSent, ClientBodyFraming.asSent), (.length(0), .asSent, .asSent),
        (.length(9), .asSent, .asSent), (.chunked, .chunked, .untilClose), (.untilClose, .chunked, .untilClose),
    ])
    func framing(_ framing: BodyFraming, _ http11: ClientBodyFraming, _ http10: ClientBodyFraming) {
        #expect(ClientBodyFraming(framing, clientVersion: .http11) == http11)
        #expect(ClientBodyFraming(framing, clientVersion: .http10) == http10)
    }

    private static let own = "Date: \(date)\r\nX-Request-Id: id-1"

    @Test(arguments: [
        // Chunks are written anew; Trailer goes along with the trailers.
        (
            "200 OK\r\nTransfer-Encoding: CHUNKED\r\nTrailer: X-Sum\r\n", HTTP1.Method.get, HTTPVersion.http11,
            "200 OK\r\nTrailer: X-Sum\r\n\(own)\r\nTransfer-Encoding: chunked\r\n"
        ),
        ("200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n", .get, .http10, "200 OK\r\n\(own)\r\n"),
        // A body that ends with the upstream's connection doesn't end the client's.
        ("200 OK\r\nA: b\r\n", .get, .http11, "200 OK\r\nA: b\r\n\(own)\r\nTransfer-Encoding: chunked\r\n"),
        ("200 OK\r\nA: b\r\n", .get, .http10, "200 OK\r\nA: b\r\n\(own)\r\n"),
        ("200 OK\r\nContent-Length: 5\r\n", .get, .http10, "200 OK\r\nContent-Length: 5\r\n\(own)\r\n"),
        // RFC 9110 §8.6: with HEAD and 304 the length is that of what a GET would give; with 204 there is none.
        ("200 OK\r\nContent-Length: 5\r\n", .head, .http11, "200 OK\r\nContent-Length: 5\r\n\(own)\r\n"),
        ("200 OK\r\nTransfer-Encoding: chunked\r\n", .head, .http11, "200 OK\r\n\(own)\r\n"),
        ("200 OK\r\n", .head, .http11, "200 OK\r\n\(own)\r\n"),
        ("204 No Content\r\nContent-Length: 0\r\n", .get, .http11, "204 No Content\r\n\(own)\r\n"),
        ("204 No Content\r\n", .delete, .http11, "204 No Content\r\n\(own)\r\n"),
        (
            "304 Not Modified\r\nContent-Length: 5\r\nETag: \"x\"\r\n", .get, .http11,
            "304 Not Modified\r\nContent-Length: 5\r\nETag: \"x\"\r\n\(own)\r\n"
        ),
        ("304 Not Modified\r\nTransfer-Encoding: chunked\r\n", .get, .http11, "304 Not Modified\r\n\(own)\r\n"),
        // Where they don't count they may say anything, but nobody gets to read it.
        (
            "304 Not Modified\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", .get, .http11,
            "304 Not Modified\r\n\(own)\r\n"
        ),
        ("304 Not Modified\r\nContent-Length: x\r\n", .get, .http11, "304 Not Modified\r\n\(own)\r\n"),
        ("204 x\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n", .get, .http11, "204 x\r\n\(own)\r\n"),
        ("200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n", .head, .http11, "200 OK\r\n\(own)\r\n"),
        // A length that is said twice goes on once.
        (
            "200 OK\r\nContent-Length: 5\r\nA: b\r\ncontent-length: 05\r\n", .get, .http11,
            "200 OK\r\nA: b\r\n\(own)\r\nContent-Length: 5\r\n"
        ),
        ("200 OK\r\nContent-Length: 5, 5\r\n", .head, .http11, "200 OK\r\n\(own)\r\nContent-Length: 5\r\n"),
        ("600 Odd\r\nContent-Length: 5\r\n", .get, .http11, "600 Odd\r\nContent-Length: 5\r\n\(own)\r\n"),
    ])
    func framed(_ response: String, _ method: HTTP1.Method, _ client: HTTPVersion, _ expected: String) throws {
        for closes in [false, true] {
            let text = try write("HTTP/1.1 \(response)\r\n", method: method, client: client, closes: closes)
            #expect(text == "HTTP/1.1 \(expected)\(closes ? "Connection: close\r\n" : "")\r\n")
        }
    }
}
