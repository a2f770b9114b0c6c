import HTTP1
import Testing

/// A response that must be refused, with the rule that it breaks.
struct RefusedResponse: CustomTestStringConvertible {
    var name: String
    var source: String
    var bytes: [UInt8]
    var error: ResponseError
    var limits = HeadLimits()

    init(_ error: ResponseError, _ source: String, _ text: String, byte: UInt8 = 0x1A) {
        (name, self.source, self.error) = (text, source, error)
        bytes = wire(text, byte: byte)
    }

    var testDescription: String { "\(error): \(name.debugDescription) (\(source))" }

    /// A response with this status line.
    static func line(_ line: String, _ error: ResponseError, _ source: String, byte: UInt8 = 0x1A) -> Self {
        Self(error, source, "\(line)\r\nContent-Length: 0\r\n\r\n", byte: byte)
    }

    /// A response with these field lines.
    static func fields(
        _ lines: String,
        _ error: ResponseError,
        _ source: String,
        line: String = "HTTP/1.1 200 OK",
        byte: UInt8 = 0x1A
    ) -> Self {
        Self(error, source, "\(line)\r\nDate: x\r\n\(lines)\r\n\r\n", byte: byte)
    }

    /// A response that is too large for a status line of 15 bytes, two fields and 13 bytes of them.
    static func limited(_ error: ResponseError, _ text: String) -> Self {
        var refused = Self(error, "the bounds of HeadLimits", text)
        refused.limits = HeadLimits(requestLine: 15, fieldCount: 2, fieldBytes: 13)
        return refused
    }

    static let all: [Self] = [
        .line("", .malformedStatusLine, "RFC 9112 §2.2"),
        .line("HTTP/1.1", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1 20", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1 ", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1 200\t", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1  200 OK", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1 20 OK", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1 2000 OK", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1 2x0 OK", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1 +20 OK", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1\t200 OK", .malformedStatusLine, "RFC 9112 §4"),
        .line("HTTP/1.1 200\tOK", .malformedStatusLine, "RFC 9112 §4"),
        .line(" HTTP/1.1 200 OK", .malformedStatusLine, "RFC 9112 §4"),
        .line("http/1.1 200 OK", .malformedStatusLine, "RFC 9112 §2.3"),
        .line("ICY 200 OK", .malformedStatusLine, "RFC 9112 §2.3"),
        .line("HTTP/1.10 200 OK", .malformedStatusLine, "RFC 9112 §2.3"),
        .line("<html>a page of HTTP/0.9</html>", .malformedStatusLine, "RFC 9112 §2.3"),
        .line("HTTP/2.0 200 OK", .unsupportedVersion, "RFC 9112 §2.3"),
        .line("HTTP/0.9 200 OK", .unsupportedVersion, "RFC 9112 §2.3"),
        .line("HTTP/1.1 099 OK", .invalidStatus, "RFC 9110 §15"),
        .line("HTTP/1.1 000 OK", .invalidStatus, "RFC 9110 §15"),
        .line("HTTP/1.1 200 O\u{1A}", .controlInStatusLine, "RFC 9112 §4", byte: 0),
        .line("HTTP/1.1 200 O\u{1A}", .controlInStatusLine, "RFC 9112 §4", byte: 0x1B),
        .line("HTTP/1.1 200 O\u{1A}", .controlInStatusLine, "RFC 9112 §4", byte: 0x7F),
        .line("\nHTTP/1.1 200 OK", .bareLineFeed, "RFC 9112 §2.2"),
        Self(.bareLineFeed, "RFC 9112 §2.2", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
        Self(.bareCarriageReturn, "RFC 9112 §2.2", "HTTP/1.1 200 OK\rX\r\n\r\n"),
        .fields("X: a\nY: b", .bareLineFeed, "RFC 9112 §2.2"),
        .fields("X: a\rY: b", .bareCarriageReturn, "RFC 9112 §2.2"),
        .fields("X: a\r\n b", .obsoleteFolding, "RFC 9112 §5.2"),
        .fields("X: a\r\n\tb", .obsoleteFolding, "RFC 9112 §5.2"),
        .fields("X Y: a", .whitespaceInFieldName, "RFC 9110 §5.1"),
        .fields("X ", .whitespaceInFieldName, "RFC 9112 §5.1"),
        .fields("Content-Length : 5", .whitespaceInFieldName, "RFC 9112 §5.1, read or not"),
        .fields("Transfer-Encoding\t: chunked", .whitespaceInFieldName, "RFC 9112 §5.1, read or not"),
        .fields("Connection : close", .whitespaceInFieldName, "RFC 9112 §5.1, read or not"),
        .fields(": a", .emptyFieldName, "RFC 9110 §5.1"),
        .fields("X", .invalidFieldName, "RFC 9112 §5"),
        .fields("X@: a", .invalidFieldName, "RFC 9110 §5.1"),
        .fields("X: a\u{1A}", .nulInField, "RFC 9110 §5.5", byte: 0),
        .fields("X: a\u{1A}", .controlInField, "RFC 9110 §5.5", byte: 0x08),
        .fields("X: a\u{1A}", .controlInField, "RFC 9110 §5.5", byte: 0x7F),
        .fields("Content-Length: 1\r\nContent-Length: 2", .repeatedContentLength, "RFC 9112 §6.3"),
        .fields("Content-Length: 1,2", .repeatedContentLength, "RFC 9112 §6.3"),
        .fields("Content-Length: 1, 1\r\nContent-Length: 2", .repeatedContentLength, "RFC 9112 §6.3"),
        .fields("Content-Length: 1, x", .invalidContentLength, "RFC 9112 §6.3"),
        .fields("Content-Length: ,", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: -1", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length:", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: 9223372036854775808", .invalidContentLength, "RFC 9110 §8.6"),
        .fields("Content-Length: x", .invalidContentLength, "RFC 9110 §8.6", line: "HTTP/1.1 205 Reset Content"),
        .fields(
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            .repeatedTransferEncoding,
            "RFC 9112 §6.1"
        ),
        .fields("Transfer-Encoding: gzip, chunked", .unsupportedTransferEncoding, "RFC 9112 §7.2"),
        .fields("Transfer-Encoding: gzip", .unsupportedTransferEncoding, "RFC 9112 §7.2"),
        .fields("Transfer-Encoding: identity", .unsupportedTransferEncoding, "RFC 9112 §7"),
        .fields(
            "Transfer-Encoding: chunked",
            .transferEncodingInHTTP10,
            "RFC 9112 §6.1",
            line: "HTTP/1.0 200 OK"
        ),
        .fields(
            "Content-Length: 1\r\nTransfer-Encoding: chunked",
            .contentLengthWithTransferEncoding,
            "RFC 9112 §6.3"
        ),
        .limited(.statusLineTooLong, "HTTP/1.1 200 OKAY\r\n\r\n"),
        .limited(.statusLineTooLong, "HTTP/1.1 200 OKAYOKAY"),
        .limited(.tooManyFields, "HTTP/1.1 200 OK\r\nA:\r\nB:\r\nC:\r\n\r\n"),
        .limited(.fieldsTooLarge, "HTTP/1.1 200 OK\r\nA: 23456789ab\r\n\r\n"),
        .limited(.fieldsTooLarge, "HTTP/1.1 200 OK\r\nA: 23456789abcdef"),
    ]
}

/// A response that must be accepted, with how it must be read.
struct AcceptedResponse: CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var method = Method.get
    var version = HTTPVersion.http11
    var status = 200
    var reason = "OK"
    var framing = BodyFraming.length(5)
    var keepAlive = true
    var lengthRule = ResponseHead.LengthRule.keep
    var keepAliveSeconds: Int?
    var fields: [Field]

    init(_ name: String, line: String = "HTTP/1.1 200 OK", _ fields: [Field] = []) {
        (self.name, self.fields) = (name, fields)
        bytes = wire(line + "\r\n" + fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n")
    }

    var testDescription: String { name }

    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    private static let five = Field("Content-Length", "5")
    private static let chunked = Field("transfer-encoding", "CHUNKED")

    static let all: [Self] = framed + bodiless + lenient

    static let framed: [Self] = [
        Self("length, RFC 9112 §6.3 rule 6", [five, Field("X_y", "é \t")]).with { $0.fields[1].value = "é" },
        Self("chunked, RFC 9112 §6.3 rule 4", [chunked]).with { $0.framing = .chunked },
        Self("until close, RFC 9112 §6.3 rule 8").with { ($0.framing, $0.keepAlive) = (.untilClose, false) },
        Self("205 with length, RFC 9110 §15.3.6", line: "HTTP/1.1 205 ", [five]).with {
            ($0.status, $0.reason) = (205, "")
        },
        Self("599 and any reason, RFC 9112 §4", line: "HTTP/1.1 599 é \t(!) 200", [five]).with {
            ($0.status, $0.reason) = (599, "é \t(!) 200")
        },
        Self("close, RFC 9112 §9.3", [five, Field("Connection", "a, cLose")]).with { $0.keepAlive = false },
        Self("HTTP/1.0, RFC 9112 §9.3", line: "HTTP/1.0 200 OK", [five, Field("Connection", "keep-alive")]).with {
            ($0.version, $0.keepAlive) = (.http10, false)
        },
        Self("answer to CONNECTS, RFC 9112 §6.3", [five]).with { $0.method = .other },
        Self("all of it, RFC 9110 §8.6", [Field("Content-Length", "9223372036854775807")]).with {
            $0.framing = .length(UInt64(Int64.max))
        },
    ]

    private static func bodiless(_ status: Int, _ fields: [Field], _ rule: ResponseHead.LengthRule = .drop) -> Self {
        let values = fields.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        return Self("\(status) with \(values), RFC 9112 §6.3 rule 1", line: "HTTP/1.1 \(status) x", fields).with {
            ($0.status, $0.reason, $0.framing, $0.lengthRule) = (status, "x", .none, rule)
        }
    }

    private static func toHEAD(_ fields: [Field], _ rule: ResponseHead.LengthRule) -> Self {
        bodiless(200, fields, rule).with { $0.method = .head }
    }

    static let bodiless: [Self] = [
        toHEAD([five], .keep), toHEAD([chunked], .drop), toHEAD([], .drop), toHEAD([five, chunked], .drop),
        toHEAD([five, five], .restate), toHEAD([five, Field("Content-Length", "6")], .drop),
        toHEAD([Field("Transfer-Encoding", "gzip")], .drop), toHEAD([Field("Content-Length", "x")], .drop),
        bodiless(304, [five], .keep), bodiless(304, [chunked]), bodiless(304, [Field("Content-Length", "-1")]),
        bodiless(304, [five, chunked]), bodiless(304, [Field("Content-Length", "5, 5")], .restate),
        bodiless(204, [Field("Content-Length", "0")]), bodiless(100, []), bodiless(103, [Field("Content-Length", "0")]),
        // A server that frames a body with these may send one, and the next response would begin with it.
        bodiless(204, [five]).with { $0.keepAlive = false }, bodiless(204, [chunked]).with { $0.keepAlive = false },
        bodiless(204, [five, chunked]).with { $0.keepAlive = false },
        bodiless(204, [Field("Content-Length", "x")]).with { $0.keepAlive = false },
        bodiless(199, [five]).with { $0.keepAlive = false }, bodiless(103, [chunked]).with { $0.keepAlive = false },
    ]

    private static func line(_ line: String, _ status: Int, _ reason: String = "") -> Self {
        Self("\(line), one reading", line: line, [five]).with { ($0.status, $0.reason) = (status, reason) }
    }

    private static func connection(_ value: String, keeps: Bool = true, seconds: Int? = nil) -> Self {
        Self("Connection: \(value)", [five, Field("Connection", value)]).with {
            ($0.keepAlive, $0.keepAliveSeconds) = (keeps, seconds)
        }
    }

    private static func keepAlive(_ value: String, _ seconds: Int?) -> Self {
        Self("Keep-Alive: \(value)", [five, Field("Keep-Alive", value)]).with { $0.keepAliveSeconds = seconds }
    }

    static let lenient: [Self] = [
        line("HTTP/1.1 200", 200), line("HTTP/1.1 200 ", 200), line("HTTP/1.1 404", 404),
        line("HTTP/1.2 200 OK", 200, "OK"),
        line("HTTP/1.9 500", 500), line("HTTP/1.1 600 Odd", 600, "Odd"), line("HTTP/1.1 999", 999),
        connection("keep-alive; timeout=5", seconds: 5), connection("keep-alive ;timeout=5;max=3", seconds: 5),
        connection("close; x", keeps: false), connection("keep-alive, close;a=b", keeps: false),
        connection("keep alive", keeps: false), connection("\"x\"", keeps: false), connection("keep-alive;"),
        keepAlive("timeout=5", 5), keepAlive("timeout=5, max=100", 5), keepAlive("max=100, TIMEOUT = 7", 7),
        keepAlive("timeout=\"3\"", 3), keepAlive("timeout=0", 0), keepAlive("timeout=9, max=0", 0),
        keepAlive("max=1;timeout=4", 4), keepAlive("115", nil), keepAlive("timeout", nil), keepAlive("timeout=x", nil),
        keepAlive("", nil), keepAlive("xtimeout=1", nil), keepAlive("timeout=99999999999999999999", 86400),
        Self("the shorter", [five, Field("Keep-Alive", "timeout=9"), Field("Keep-Alive", "timeout=3")]).with {
            $0.keepAliveSeconds = 3
        },
        Self("a length twice, RFC 9112 §6.3", [five, Field("content-length", "5")]).with { $0.lengthRule = .restate },
        Self("a list of equal lengths, RFC 9112 §6.3", [Field("Content-Length", "5 ,, 05")]).with {
            $0.lengthRule = .restate
        },
        Self("a length with a tab, RFC 9110 §5.6.3", [Field("Content-Length", "\t5\t")]).with { $0.fields = [five] },
        Self("chunked with a tab, RFC 9110 §5.6.3", [Field("Transfer-Encoding", "\tchunked ")]).with {
            ($0.framing, $0.fields[0].value) = (.chunked, "chunked")
        },
        Self("a space behind a name, RFC 9112 §5.1", [five, Field("X-A ", "b")]).with { $0.fields[1].name = "X-A" },
        Self("a tab behind a name, RFC 9112 §5.1", [five, Field("Set-Cookie \t", "b")]).with {
            $0.fields[1].name = "Set-Cookie"
        },
    ]
}
