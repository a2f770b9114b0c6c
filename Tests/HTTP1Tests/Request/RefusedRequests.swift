import HTTP1
import Testing

/// A request that must be refused, with the rule that it breaks.
struct RefusedRequest: CustomTestStringConvertible {
    var name: String
    var source: String
    var bytes: [UInt8]
    var error: RequestError
    var limits = HeadLimits()

    init(_ error: RequestError, _ source: String, _ name: String, _ text: String, byte: UInt8 = 0x1A) {
        (self.name, self.source, self.error) = (name, source, error)
        bytes = wire(text, byte: byte)
    }

    var testDescription: String { "\(name) (\(source))" }

    /// A request with this target.
    static func target(_ target: String, _ error: RequestError, _ source: String, byte: UInt8 = 0x1A) -> Self {
        Self(error, source, "target \(target)", "GET \(target) HTTP/1.1\r\nHost: a.example\r\n\r\n", byte: byte)
    }

    /// A request with these field lines besides Host.
    static func fields(
        _ lines: String,
        _ error: RequestError,
        _ source: String,
        version: String = "1.1",
        byte: UInt8 = 0x1A
    ) -> Self {
        let text = "POST /a HTTP/\(version)\r\nHost: a.example\r\n\(lines)\r\n\r\n"
        return Self(error, source, "fields \(lines)", text, byte: byte)
    }

    /// A request with this line and a Host.
    static func line(_ line: String, _ error: RequestError, _ source: String, byte: UInt8 = 0x1A) -> Self {
        Self(error, source, "line \(line)", "\(line)\r\nHost: a.example\r\n\r\n", byte: byte)
    }

    /// A request with exactly these field lines.
    static func host(_ lines: String, _ error: RequestError, version: String = "1.1", byte: UInt8 = 0x1A) -> Self {
        let text = "GET /a HTTP/\(version)\r\n\(lines)Accept: */*\r\n\r\n"
        return Self(error, "RFC 9112 §3.2", "host \(lines)", text, byte: byte)
    }

    static let all = requestLines + targets + absoluteForms + fieldSyntax + hosts + framing + limited

    static let requestLines: [Self] = [
        .line("\r\n", .malformedRequestLine, "RFC 9112 §2.2, two empty lines"),
        .line("GET", .invalidMethod, "RFC 9112 §3"),
        .line("GET /", .malformedRequestLine, "RFC 9112 §3"),
        .line("GET  / HTTP/1.1", .malformedRequestLine, "RFC 9112 §3"),
        .line("GET /  HTTP/1.1", .malformedRequestLine, "RFC 9112 §3"),
        .line("GET / HTTP/1.1 ", .malformedRequestLine, "RFC 9112 §3"),
        .line("GET HTTP/1.1", .malformedRequestLine, "RFC 9112 §3"),
        .line("GET  HTTP/1.1", .malformedRequestLine, "RFC 9112 §3"),
        .line(" GET / HTTP/1.1", .invalidMethod, "RFC 9112 §3"),
        .line("GET\t/ HTTP/1.1", .invalidMethod, "RFC 9112 §3"),
        .line("GET /\tHTTP/1.1", .malformedRequestLine, "RFC 9112 §3"),
        .line("GET / HTTP/1.1\t", .malformedRequestLine, "RFC 9112 §3"),
        .line("GE(T / HTTP/1.1", .invalidMethod, "RFC 9110 §9.1"),
        .line("G\u{1A}T / HTTP/1.1", .invalidMethod, "RFC 9110 §9.1", byte: 0x00),
        .line("G\u{1A}T / HTTP/1.1", .invalidMethod, "RFC 9110 §9.1", byte: 0x01),
        .line("G\u{1A}T / HTTP/1.1", .invalidMethod, "RFC 9110 §9.1", byte: 0x80),
        .line("\u{1A}\u{03}\u{01}", .invalidMethod, "a TLS hello", byte: 0x16),
        .line("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1", .invalidMethod, "RFC 9110 §9.1, 33 bytes"),
        .line("GET / http/1.1", .malformedRequestLine, "RFC 9112 §2.3"),
        .line("GET / HTTP/11", .malformedRequestLine, "RFC 9112 §2.3"),
        .line("GET / HTTP/1.10", .malformedRequestLine, "RFC 9112 §2.3"),
        .line("GET / HTTP/1,1", .malformedRequestLine, "RFC 9112 §2.3"),
        .line("GET / HTTP/x.1", .malformedRequestLine, "RFC 9112 §2.3"),
        .line("GET / HTTP/0.9", .unsupportedVersion, "RFC 9112 §2.3"),
        .line("GET / HTTP/2.0", .unsupportedVersion, "RFC 9110 §15.6.6"),
        .line("PRI * HTTP/2.0", .unsupportedVersion, "RFC 9113 §3.4"),
        .line("CONNECT a.example:443 HTTP/1.1", .connectMethod, "RFC 9110 §9.3.6"),
        .line("CONNECT / HTTP/1.1", .connectMethod, "RFC 9110 §9.3.6"),
        Self(.bareLineFeed, "RFC 9112 §2.2", "LF ends request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        Self(.bareCarriageReturn, "RFC 9112 §2.2", "CR ends request line", "GET / HTTP/1.1\rHost: a\r\n\r\n"),
        Self(.bareCarriageReturn, "RFC 9112 §2.2", "CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
        Self(.bareLineFeed, "RFC 9112 §2.2", "LF before request line", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]

    static let fieldSyntax: [Self] = [
        .fields("X : a", .whitespaceInFieldName, "RFC 9112 §5.1"),
        .fields("X\t: a", .whitespaceInFieldName, "RFC 9112 §5.1"),
        .fields("X Y: a", .whitespaceInFieldName, "RFC 9110 §5.1"),
        .fields("Transfer-Encoding : chunked", .whitespaceInFieldName, "RFC 9112 §5.1"),
        .fields("X: a\r\n b", .obsoleteFolding, "RFC 9112 §5.2"),
        .fields("X: a\r\n\tb", .obsoleteFolding, "RFC 9112 §5.2"),
        .fields(" X: a", .obsoleteFolding, "RFC 9112 §2.2"),
        .fields(" ", .obsoleteFolding, "RFC 9112 §5.2"),
        .fields(": a", .emptyFieldName, "RFC 9110 §5.1"),
        .fields("X", .invalidFieldName, "RFC 9112 §5"),
        .fields("X(: a", .invalidFieldName, "RFC 9110 §5.6.2"),
        .fields("X\u{1A}: a", .invalidFieldName, "RFC 9110 §5.6.2", byte: 0xE9),
        .fields("\"X\": a", .invalidFieldName, "RFC 9110 §5.6.2"),
        .fields("X\u{1A}: a", .nulInField, "RFC 9110 §5.5", byte: 0),
        .fields("X: a\u{1A}", .nulInField, "RFC 9110 §5.5", byte: 0),
        .fields("X: a\u{1A}b", .controlInField, "RFC 9110 §5.5", byte: 0x01),
        .fields("X: a\u{1A}b", .controlInField, "RFC 9110 §5.5", byte: 0x0B),
        .fields("X: a\u{1A}b", .controlInField, "RFC 9110 §5.5", byte: 0x1F),
        .fields("X: a\u{1A}b", .controlInField, "RFC 9110 §5.5", byte: 0x7F),
        .fields("X: a\nb: c", .bareLineFeed, "RFC 9112 §2.2"),
        .fields("X: a\rb: c", .bareCarriageReturn, "RFC 9112 §2.2"),
        .fields("X: a\r", .bareCarriageReturn, "RFC 9112 §2.2"),
        .fields("\n", .bareLineFeed, "RFC 9112 §2.2"),
        .fields("Connection: a b", .invalidConnection, "RFC 9110 §7.6.1"),
        .fields("Connection: close, \"x\"", .invalidConnection, "RFC 9110 §7.6.1"),
        .fields("Expect: 200-ok", .unsupportedExpectation, "RFC 9110 §10.1.1"),
        .fields("Expect:", .unsupportedExpectation, "RFC 9110 §10.1.1"),
        .fields("Expect: 100-continue, x", .unsupportedExpectation, "RFC 9110 §10.1.1"),
    ]

    static let hosts: [Self] = [
        .host("", .missingHost),
        .host("Host: a\r\nHost: a\r\n", .repeatedHost),
        .host("Host: a\r\nHost: b\r\n", .repeatedHost),
        .host("Host: a\r\nhOST: a\r\n", .repeatedHost, version: "1.0"),
        .host("Host:\r\n", .invalidHost),
        .host("Host:  \r\n", .invalidHost),
        .host("Host: a, b\r\n", .invalidHost),
        .host("Host: a b\r\n", .invalidHost),
        .host("Host: u@a\r\n", .invalidHost),
        .host("Host: a/b\r\n", .invalidHost),
        .host("Host: http://a\r\n", .invalidHost),
        .host("Host: a\u{1A}\r\n", .invalidHost, byte: 0xE9),
    ]

    static let framing: [Self] = [
        .fields("Content-Length: 1\r\nContent-Length: 1", .repeatedContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: 1\r\nContent-Length: 2", .repeatedContentLength, "RFC 9112 §6.3"),
        .fields("Content-Length: 1, 1", .invalidContentLength, "RFC 9112 §6.3"),
        .fields("Content-Length:", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: +1", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: -1", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: 1 2", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: 0x1", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: 1.0", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: 9223372036854775808", .invalidContentLength, "RFC 9110 §8.6, overflow"),
        .fields("Content-Length: 18446744073709551617", .invalidContentLength, "RFC 9110 §8.6, overflow"),
        .fields(
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            .repeatedTransferEncoding,
            "RFC 9112 §6.1"
        ),
        .fields("Transfer-Encoding: identity", .unsupportedTransferEncoding, "RFC 9112 §7"),
        .fields("Transfer-Encoding: gzip, chunked", .unsupportedTransferEncoding, "RFC 9112 §7.2"),
        .fields("Transfer-Encoding: chunked, identity", .unsupportedTransferEncoding, "RFC 9112 §6.3"),
        .fields("Transfer-Encoding: chunked, chunked", .unsupportedTransferEncoding, "RFC 9112 §6.1"),
        .fields("Transfer-Encoding: xchunked", .unsupportedTransferEncoding, "RFC 9112 §11.2"),
        .fields("Transfer-Encoding: chunked;a", .unsupportedTransferEncoding, "RFC 9112 §11.2"),
        .fields("Transfer-Encoding: \"chunked\"", .unsupportedTransferEncoding, "RFC 9112 §11.2"),
        .fields("Transfer-Encoding:", .unsupportedTransferEncoding, "RFC 9112 §6.1"),
        .fields("Content-Length: 5\t5", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Transfer-Encoding: chunked\tx", .unsupportedTransferEncoding, "RFC 9112 §11.2"),
        .fields("Transfer-Encoding: \u{1A}chunked", .controlInField, "RFC 9112 §11.2", byte: 0x0B),
        .fields("Transfer-Encoding: chunked", .transferEncodingInHTTP10, "RFC 9112 §6.1", version: "1.0"),
        .fields(
            "Content-Length: 3\r\nTransfer-Encoding: chunked",
            .contentLengthWithTransferEncoding,
            "RFC 9112 §6.3"
        ),
        .fields(
            "transfer-encoding: chunked\r\ncontent-length: 0",
            .contentLengthWithTransferEncoding,
            "RFC 9112 §11.2"
        ),
    ]

    static let limited: [Self] = [
        .limited(.requestLineTooLong, "GET /234567 HTTP/1.1\r\nHost: a\r\n\r\n"),
        .limited(.requestLineTooLong, "GET /23456789012345678901234567890"),
        .limited(.tooManyFields, "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\n\r\n"),
        .limited(.fieldsTooLarge, "GET / HTTP/1.1\r\nHost: a\r\nA: 0123456789\r\n\r\n"),
        .limited(.fieldsTooLarge, "GET / HTTP/1.1\r\nHost: a\r\nA: 01234567890123456789"),
        .limited(.fieldsTooLarge, "GET / HTTP/1.1\r\nHost: a\r\nA: 012345678\r\nB: \r\n\r\n"),
    ]

    /// A request that is too large for a request line of 19 bytes, two fields and 23 bytes of them.
    static func limited(_ error: RequestError, _ text: String) -> Self {
        var refused = Self(error, "RFC 6585 §5, RFC 9112 §3", "limit \(error) \(text.utf8.count)", text)
        refused.limits = HeadLimits(requestLine: 19, fieldCount: 2, fieldBytes: 23)
        return refused
    }
}
