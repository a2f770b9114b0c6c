import Foundation
import HTTP1
import HTTP2
import Testing

@Suite("Requests of HTTP/2 as heads of HTTP/1.1")
struct RequestHeadWriterTests {
    /// Fields as `name: value`, one a line; a name may begin with a colon.
    private static func write(
        _ fields: [String],
        endsStream: Bool = true
    ) throws(RequestFieldError) -> (head: String, body: RequestHeadWriter.Body) {
        var writer = RequestHeadWriter()
        for field in fields {
            let separator = field.dropFirst().firstIndex(of: ":") ?? field.endIndex
            let value = field[separator...].dropFirst()
            let text = value.first == " " ? value.dropFirst() : value
            try writer.add(name: Array(field[..<separator].utf8), value: Array(text.utf8))
        }
        let body = try writer.finish(endsStream: endsStream)
        return (String(decoding: writer.head, as: UTF8.self), body)
    }

    private static let least = [":method: GET", ":scheme: https", ":authority: a.example", ":path: /x?y"]

    @Test func theLeast() throws {
        let (head, body) = try Self.write(Self.least)
        #expect(head == "GET /x?y HTTP/1.1\r\nhost: a.example\r\n\r\n")
        #expect(body == .none)
    }

    @Test func fieldsKeepTheirOrder() throws {
        let fields = ["b: 1", "a: 2", "b: 3", "empty:", "x-utf8: é", "tab: a\tb", "host: A.example", "te: trailers"]
        let (head, _) = try Self.write(Self.least + fields)
        let lines = "b: 1\r\na: 2\r\nb: 3\r\nempty: \r\nx-utf8: é\r\ntab: a\tb\r\n"
        #expect(head == "GET /x?y HTTP/1.1\r\nhost: a.example\r\n\(lines)\r\n")
    }

    @Test func piecesOfACookieAreOne() throws {
        let (head, _) = try Self.write(Self.least + ["cookie: a=1", "b: 2", "cookie: c=3; d=4"])
        #expect(head == "GET /x?y HTTP/1.1\r\nhost: a.example\r\nb: 2\r\ncookie: a=1; c=3; d=4\r\n\r\n")
    }

    @Test func hostAloneWillDo() throws {
        let (head, _) = try Self.write([":method: GET", ":scheme: HTTP", ":path: /", "host: b.example:8443"])
        #expect(head == "GET / HTTP/1.1\r\nhost: b.example:8443\r\n\r\n")
    }

    @Test(arguments: [
        (["content-length: 0"], true, RequestHeadWriter.Body.none), ([], true, .none), ([], false, .open),
        (["content-length: 0"], false, .length(0)), (["content-length: 12"], false, .length(12)),
        (["content-length: 9223372036854775807"], false, .length(UInt64(Int64.max))),
    ])
    func bodies(fields: [String], endsStream: Bool, expected: RequestHeadWriter.Body) throws {
        let (head, body) = try Self.write(Self.least + fields, endsStream: endsStream)
        #expect(body == expected)
        #expect(head.contains("transfer-encoding: chunked\r\n") == (body == .open))
        #expect(fields.allSatisfy { head.contains("\($0)\r\n") })
        var parser = RequestHeadParser()
        guard case .complete = parser.parse(Array(head.utf8).span) else {
            Issue.record("\(head)")
            return
        }
        switch body {
        case .none:
            #expect(parser.head.framing == (fields.isEmpty ? .none : .length(0)) || parser.head.framing == .none)
        case .length(let count): #expect(parser.head.framing == .length(count) || count == 0)
        case .open: #expect(parser.head.framing == .chunked)
        }
    }

    /// Some servers answer 411 to those that say nothing (RFC 9110 §8.6).
    @Test(arguments: ["POST", "PUT", "PATCH", "GET", "HEAD", "DELETE", "OPTIONS", "post"])
    func methodsThatMeanToHaveABodySayThatThereIsNone(method: String) throws {
        let fields = [":method: \(method)", ":scheme: https", ":authority: a.example", ":path: /"]
        let (head, body) = try Self.write(fields)
        #expect(body == .none)
        #expect(head.contains("content-length: 0\r\n") == ["POST", "PUT", "PATCH"].contains(method))
        let (open, _) = try Self.write(fields, endsStream: false)
        #expect(!open.contains("content-length"))
    }

    /// Bytes above 0x7F have a meaning for those alone who agree on one (RFC 9110 §5.5).
    @Test func bytesAboveASCIIStayAsTheyAre() throws {
        var writer = RequestHeadWriter()
        for field in Self.least {
            let separator = field.dropFirst().firstIndex(of: ":") ?? field.endIndex
            try writer.add(name: Array(field[..<separator].utf8), value: Array(field[separator...].dropFirst(2).utf8))
        }
        let value = Array(UInt8(0x80)...0xFF)
        try writer.add(name: Array("x".utf8), value: value)
        _ = try writer.finish(endsStream: true)
        #expect(writer.head.suffix(value.count + 4) == value + Array("\r\n\r\n".utf8))
    }

    static let malformed: [([String], RequestFieldError)] = [
        ([":method: GET", ":scheme: https", ":authority: a"], .missingPseudoField),
        ([":scheme: https", ":authority: a", ":path: /"], .missingPseudoField),
        ([":method: GET", ":authority: a", ":path: /"], .missingPseudoField),
        ([], .missingPseudoField),
        (least + [":path: /"], .repeatedPseudoField), (least + [":method: GET"], .repeatedPseudoField),
        (least + [":authority: a.example"], .repeatedPseudoField),
        (least + [":status: 200"], .unknownPseudoField), (least + [":protocol: websocket"], .unknownPseudoField),
        (least + [":x: 1"], .unknownPseudoField), (least + [":: 1"], .unknownPseudoField),
        (["a: b"] + least, .misplacedPseudoField),
        ([":method: GET", "a: b", ":scheme: https", ":path: /", ":authority: a"], .misplacedPseudoField),
        ([":method: CONNECT", ":authority: a:443"], .connectMethod),
        ([":method: CONNECT", ":scheme: https", ":path: /", ":authority: a"], .connectMethod),
        ([":method: G ET", ":scheme: https", ":path: /", ":authority: a"], .invalidMethod),
        ([":method:", ":scheme: https", ":path: /", ":authority: a"], .invalidMethod),
        ([":method: GET\u{e9}", ":scheme: https", ":path: /", ":authority: a"], .invalidMethod),
        ([":method: GET", ":scheme: ftp", ":path: /", ":authority: a"], .invalidScheme),
        ([":method: GET", ":scheme:", ":path: /", ":authority: a"], .invalidScheme),
        ([":method: GET", ":scheme: https", ":path:", ":authority: a"], .invalidPath),
        ([":method: GET", ":scheme: https", ":path: /a b", ":authority: a"], .invalidPath),
        ([":method: GET", ":scheme: https", ":path: /é", ":authority: a"], .invalidPath),
        ([":method: GET", ":scheme: https", ":path: /\tx", ":authority: a"], .invalidPath),
        ([":method: GET", ":scheme: https", ":path: /\r\nx: y", ":authority: a"], .invalidValue),
        ([":method: GET", ":scheme: https", ":path: /\0", ":authority: a"], .invalidValue),
        ([":method: GET", ":scheme: https", ":path: x", ":authority: a"], .unsupportedPathForm),
        ([":method: GET", ":scheme: https", ":path: http://b/x", ":authority: a"], .unsupportedPathForm),
        ([":method: GET", ":scheme: https", ":path: **", ":authority: a"], .unsupportedPathForm),
        ([":method: GET", ":scheme: https", ":path: /"], .missingAuthority),
        ([":method: GET", ":scheme: https", ":path: /", ":authority:"], .invalidAuthority),
        ([":method: GET", ":scheme: https", ":path: /", ":authority: a b"], .invalidAuthority),
        ([":method: GET", ":scheme: https", ":path: /", "host:"], .invalidAuthority),
        ([":method: GET", ":scheme: https", ":path: /", "host: a", "host: a"], .repeatedHost),
        (least + ["host: b.example"], .authorityMismatch), (least + ["host: a.example:443"], .authorityMismatch),
        (least + ["host:"], .authorityMismatch),
        (least + ["Upper: 1"], .invalidName), (least + ["a b: 1"], .invalidName), (least + ["a\r\nb: 1"], .invalidName),
        (least + ["a\0: 1"], .invalidName), (least + ["ä: 1"], .invalidName),
        (least + ["a: b\r\nc: d"], .invalidValue), (least + ["a: b\nc: d"], .invalidValue),
        (least + ["a: b\rc"], .invalidValue), (least + ["a: \0"], .invalidValue), (least + ["a:  b"], .invalidValue),
        (least + ["a: b "], .invalidValue), (least + ["a: b\t"], .invalidValue), (least + ["a: \u{7F}"], .invalidValue),
        (least + ["connection: close"], .connectionField), (least + ["keep-alive: 1"], .connectionField),
        (least + ["proxy-connection: close"], .connectionField), (least + ["upgrade: h2c"], .connectionField),
        (least + ["transfer-encoding: chunked"], .connectionField), (least + ["te: gzip"], .invalidTE),
        (least + ["te: trailers, deflate"], .invalidTE), (least + ["te:"], .invalidTE),
        (least + ["content-length: 1", "content-length: 1"], .repeatedContentLength),
        (least + ["content-length: +1"], .invalidContentLength), (least + ["content-length:"], .invalidContentLength),
        (least + ["content-length: 1, 1"], .invalidContentLength),
        (least + ["content-length: 0x1"], .invalidContentLength),
        (least + ["content-length: 9223372036854775808"], .invalidContentLength),
        (least + ["content-length: 5"], .bodyMissing),
    ]

    @Test(arguments: malformed)
    func malformedOnesAreRefused(fields: [String], expected: RequestFieldError) {
        let error = #expect(throws: RequestFieldError.self) { try Self.write(fields) }
        #expect(error == expected, "\(fields)")
    }

    @Test func everyErrorHasACase() {
        let found = Set(Self.malformed.map(\.1))
        #expect(found == Set(RequestFieldError.allCases))
        #expect(RequestFieldError.allCases.allSatisfy { $0.message.utf8CodeUnitCount > 10 })
    }

    /// Whatever is written, the parser of HTTP/1.1 reads exactly one head of it, with as many fields as were given.
    @Test func nothingCanBeReadOtherwise() throws {
        let pieces = [
            "a", "B", ":", " ", "\t", "\r", "\n", "\0", "\u{7F}", "é", "host", "content-length", "0", "/", "*", "\"",
            ",",
            "connection", "te", "trailers", "http",
        ]
        var generator = SystemRandomNumberGenerator()
        var accepted = 0
        for _ in 0..<30_000 {
            func text() -> String {
                (0...Int.random(in: 0...3, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? ""
                }
                .joined()
            }
            var writer = RequestHeadWriter()
            do {
                for (name, value) in [
                    (":method", text()), (":scheme", "http"), (":path", "/" + text()), (":authority", "h"),
                    (text(), text()),
                ] { try writer.add(name: Array(name.utf8), value: Array(value.utf8)) }
                _ = try writer.finish(endsStream: true)
            } catch {
                continue
            }
            accepted += 1
            let head = writer.head + Array("GET /next HTTP/1.1\r\nhost: h\r\n\r\n".utf8)
            let lines = String(decoding: writer.head, as: UTF8.self).components(separatedBy: "\r\n")
            #expect(lines.suffix(2) == ["", ""] && !lines.dropLast(2).contains(""))
            #expect((2...3).contains(lines.count - 2))
            var parser = RequestHeadParser()
            if case .complete = parser.parse(head.span) { #expect(parser.head.byteCount == writer.head.count) }
        }
        #expect(accepted > 100)
    }

    @Test func trailersAreChecked() {
        #expect(throws: Never.self) { try TrailerFields.check(name: Array("x-checksum".utf8), value: Array("1".utf8)) }
        for (name, value, error) in [
            (":path", "/", RequestFieldError.misplacedPseudoField), ("X", "1", .invalidName),
            ("a", "b\n", .invalidValue),
            ("connection", "close", .connectionField), ("", "", .invalidName),
        ] {
            let found = #expect(throws: RequestFieldError.self) {
                try TrailerFields.check(name: Array(name.utf8), value: Array(value.utf8))
            }
            #expect(found == error, "\(name)")
        }
    }
}
