import HTTP1
import Testing

/// A request that must be accepted, with how it must be read.
struct AcceptedRequest: CustomTestStringConvertible {
    var name: String
    var source: String
    var bytes: [UInt8]
    var method = Method.get
    var target = "/"
    var query: String?
    var host = "a.example"
    var version = HTTPVersion.http11
    var framing = BodyFraming.none
    var keepAlive = true
    var expectsContinue = false
    var lacksPath = false
    var fields: [Field]

    init(_ source: String, _ name: String, line: String = "GET / HTTP/1.1", _ fields: [Field] = []) {
        (self.name, self.source) = (name, source)
        self.fields =
            fields.contains { $0.name.lowercased() == "host" } ? fields : [Field("Host", "a.example")] + fields
        bytes = wire(line + "\r\n" + self.fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n")
    }

    var testDescription: String { "\(name) (\(source))" }

    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    /// A request whose target, in origin-form, is accepted as it is.
    static func target(_ target: String, _ source: String = "RFC 3986 §3.3") -> Self {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return Self(source, "target \(target)", line: "GET \(target) HTTP/1.1").with {
            $0.target = target
            $0.query = parts.count > 1 ? parts[1] : nil
        }
    }

    /// A request with this Host.
    static func host(_ host: String) -> Self {
        Self("RFC 3986 §3.2.2", "host \(host)", [Field("Host", host)]).with { $0.host = host }
    }

    /// A request with this method.
    static func method(_ name: String, _ method: Method) -> Self {
        Self("RFC 9110 §9", "method \(name)", line: "\(name) / HTTP/1.1").with { $0.method = method }
    }

    static let all: [Self] =
        [
            .target("/"), .target("/a"), .target("/a/"), .target("/a/b.c/...?"), .target("/.a/..b/c.."),
            .target("/api/v1/trades/42?sort=-date&x=a/b?c"), .target("/-._~!$&'()*+,=:@"), .target("/a%20b%3B%3F%23"),
            // What else may be read in these, the map decides about.
            .target("/%41%7e/a%2fb/100%25/%2541"), .target("/[a]|b^c"),
            .target("/%C3%A9/%E2%82%AC/%F0%9F%98%80/%ed%9f%bf"),
            .target("/?", "RFC 3986 §3.4"), .target("/?a=%41%2f%00%FF", "RFC 3986 §3.4"),
            .target("/?\"<>[]^`{|};..//", "RFC 3986 §3.4"),
            .target("/?%", "RFC 3986 §3.4"), .target("/a?b=%2&c=%zz&d=\\e%", "RFC 3986 §3.4"),
            .host("localhost"), .host("a.example:8080"), .host("127.0.0.1:0"), .host("[::1]"), .host("[::1]:65535"),
            .host("[2001:db8::192.0.2.1]:80"), .host("A-b_c~.Example."),
            .method("GET", .get), .method("HEAD", .head), .method("POST", .post), .method("PUT", .put),
            .method("PATCH", .patch), .method("DELETE", .delete), .method("OPTIONS", .options),
            .method("TRACE", .trace), .method("get", .other), .method("PURGE", .other), .method("CONNECTS", .other),
            .method("!#$%&'*+-.^_`|~0aZAAAAAAAAAAAAAA", .other),
        ] + forms + fieldCases

    static let forms: [Self] = [
        Self("RFC 9112 §3.2.2", "absolute-form", line: "GET http://a.example/b?c HTTP/1.1").with {
            ($0.target, $0.query) = ("/b?c", "c")
        },
        Self("RFC 9112 §3.2.1", "absolute-form without a path", line: "GET http://a.example HTTP/1.1").with {
            ($0.target, $0.lacksPath) = ("", true)
        },
        Self("RFC 9112 §3.2.1", "absolute-form of a query", line: "GET http://a.example?b=/c HTTP/1.1").with {
            ($0.target, $0.query, $0.lacksPath) = ("?b=/c", "b=/c", true)
        },
        Self("RFC 9110 §4.2.3", "default port in the target", line: "GET http://a.example:80/ HTTP/1.1"),
        Self("RFC 9110 §4.2.3", "default port in the target, TLS", line: "GET https://a.example:443/ HTTP/1.1"),
        Self(
            "RFC 9110 §4.2.3",
            "default port in Host",
            line: "GET https://[::1]/ HTTP/1.1",
            [Field("Host", "[::1]:443")]
        ).with { $0.host = "[::1]:443" },
        Self(
            "RFC 9110 §4.2.3",
            "default port in both",
            line: "GET http://A.example:80/ HTTP/1.1",
            [Field("Host", "a.example:80")]
        ).with { $0.host = "a.example:80" },
        Self("RFC 9110 §2.5", "later minor version", line: "GET / HTTP/1.2"),
        Self("RFC 9110 §2.5", "last minor version", line: "GET / HTTP/1.9", [Field("Connection", "close")]).with {
            $0.keepAlive = false
        },
        Self("RFC 3986 §3.1", "scheme's case", line: "GET hTTpS://A.EXAMPLE/ HTTP/1.1"),
        Self("RFC 9112 §9.3", "HTTP/1.0", line: "GET / HTTP/1.0").with {
            ($0.version, $0.keepAlive) = (.http10, false)
        },
        Self("RFC 9112 §9.3", "HTTP/1.0 keep-alive", line: "GET / HTTP/1.0", [Field("Connection", "keep-alive")]).with {
            ($0.version, $0.keepAlive) = (.http10, false)
        },
        Self("RFC 9110 §10.1.1", "HTTP/1.0 expects", line: "GET / HTTP/1.0", [Field("Expect", "100-continue")]).with {
            ($0.version, $0.keepAlive) = (.http10, false)
        },
    ]

    static let fieldCases: [Self] = [
        Self("RFC 9112 §9.3", "close", [Field("Connection", "x, Close ,")]).with { $0.keepAlive = false },
        Self("RFC 9112 §9.3", "not close", [Field("Connection", "closed, not-close")]),
        Self("RFC 9112 §9.6", "second Connection", [Field("Connection", "x"), Field("connection", "close")]).with {
            $0.keepAlive = false
        },
        Self("RFC 9110 §7.6.1", "empty Connection", [Field("Connection", "")]),
        Self("RFC 9110 §10.1.1", "expects", [Field("eXPECT", "100-Continue")]).with { $0.expectsContinue = true },
        Self("RFC 9112 §6.3", "length", [Field("Content-Length", "42")]).with { $0.framing = .length(42) },
        Self("RFC 9110 §8.6", "length 0", [Field("CONTENT-LENGTH", "000")]).with { $0.framing = .length(0) },
        Self("RFC 9110 §8.6", "longest", [Field("Content-Length", "9223372036854775807")]).with {
            $0.framing = .length(9_223_372_036_854_775_807)
        },
        Self("RFC 9110 §5.6.3", "spaces around a length", [Field("Content-Length", "  7  ")]).with {
            ($0.framing, $0.fields[1].value) = (.length(7), "7")
        },
        Self("RFC 9112 §7.1", "spaces around chunked", [Field("Transfer-Encoding", "  chunked  ")]).with {
            ($0.framing, $0.fields[1].value) = (.chunked, "chunked")
        },
        Self("RFC 9110 §5.6.3", "tabs around a length", [Field("Content-Length", "\t7 \t")]).with {
            ($0.framing, $0.fields[1].value) = (.length(7), "7")
        },
        Self("RFC 9112 §7.1", "tabs around chunked", [Field("Transfer-Encoding", "\tchunked\t")]).with {
            ($0.framing, $0.fields[1].value) = (.chunked, "chunked")
        },
        Self("RFC 9112 §7.1", "chunked", [Field("Transfer-Encoding", "Chunked")]).with { $0.framing = .chunked },
        Self("RFC 9110 §5.5", "values", [Field("A", ""), Field("b", "x \t y"), Field("C_d", "é\"(),/:;<=>?@[]{}")]),
        Self("RFC 9110 §5.1", "names", [Field("!#$%&'*+-.^_`|~09azAZ", "v")]),
    ]
}
