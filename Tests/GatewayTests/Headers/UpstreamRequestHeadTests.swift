import GatewayConfig
import HTTP1
import Testing

@testable import Gateway

@Suite("UpstreamRequestHead")
struct UpstreamRequestHeadTests {
    // MARK: The head as a whole

    @Test(arguments: [
        "GET / HTTP/1.1", "POST /api/v1/trades?x=1&y=%20%2f;z HTTP/1.1", "PURGE /a/%C3%A9?? HTTP/1.1",
        "DELETE /a/ HTTP/1.1", "M-SEARCH!#$ /* HTTP/1.1",
    ])
    func requestLineByteForByte(_ line: String) throws {
        let text = try Forwarding().write("\(line)\r\nHost: h\r\n\r\n")
        #expect(text == "\(line)\r\nHost: h\r\n\(Forwarding.own)")
    }

    /// What goes upstream is HTTP/1.1 whatever the client speaks (RFC 9110 §2.5).
    @Test func version() throws {
        let text = try Forwarding().write("GET /a?b HTTP/1.0\r\nHost: h\r\n\r\n")
        #expect(text == "GET /a?b HTTP/1.1\r\nHost: h\r\n\(Forwarding.own)")
    }

    /// RFC 9112 §3.2.2: forwarded as origin-form.
    @Test func absoluteForm() throws {
        let text = try Forwarding().write("GET http://h/a?b HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(text == "GET /a?b HTTP/1.1\r\nHost: h\r\n\(Forwarding.own)")
    }

    @Test func keptFieldsByteForByte() throws {
        let fields =
            "hOsT:h\r\nACCEPT: a/b ;q=0.5,\t*/*\r\naccept: again\r\nX-Empty:\r\nx-e: é\r\nCookie: a=b; c=\"d\"\r\n"
        let text = try Forwarding().write("GET / HTTP/1.1\r\n\(fields)\r\n")
        #expect(text == "GET / HTTP/1.1\r\n\(fields)\(Forwarding.own)")
    }

    /// RFC 9112 §5.1: white space around a value is no part of it; what is checked without it is sent without it.
    @Test(arguments: [
        ("X-API-Key: k\t", "X-API-Key: k"), ("X-API-Key:  k", "X-API-Key: k"),
        ("Authorization: Bearer k  ", "Authorization: Bearer k"),
        ("Content-Length: 0\t", "Content-Length: 0"), ("A:\tb", "A: b"), ("A: ", "A:"), ("A: b  c", "A: b  c"),
    ])
    func tidied(_ line: String, _ expected: String) throws {
        #expect(try Forwarding().kept([line]) == ["Host: h", expected])
        #expect(try Forwarding().kept(["B: c", line, "TE: x", "D: e"]) == ["Host: h", "B: c", expected, "D: e"])
        let text = try Forwarding().write("GET / HTTP/1.1\r\nHost: h \t\r\n\(line)\r\n\r\n")
        #expect(text == "GET / HTTP/1.1\r\nHost: h\r\n\(expected)\r\n\(Forwarding.own)")
    }

    /// A backend that doesn't get the key doesn't get it by what clients and issuers repeat of it either.
    @Test(arguments: [
        (true, "theirs", "id", "X-Client-Request-Id: theirs\r\nX-Scopegate-Key-Id: id\r\n"),
        (false, "theirs", "id", "X-Client-Request-Id: theirs\r\nX-Scopegate-Key-Id: id\r\n"),
        (false, "key-0123", "id-key-0123", ""),
        (true, "key-0123", "key-0123", "X-Client-Request-Id: key-0123\r\nX-Scopegate-Key-Id: key-0123\r\n"),
    ])
    func repeatedKeys(_ forwardsKey: Bool, _ id: String, _ keyID: String, _ expected: String) throws {
        var forwarding = try Forwarding()
        (forwarding.forwardsKey, forwarding.keyID, forwarding.passesClientsID) = (forwardsKey, keyID, true)
        let fields = "Host: h\r\nX-API-Key: key-0123\r\nX-Request-Id: \(id)\r\n"
        let text = try forwarding.write("GET /a HTTP/1.1\r\n\(fields)\r\n")
        #expect(text.hasSuffix("X-Request-Id: id-1\r\n\(expected)\r\n"))
    }

    /// RFC 9112 §3.2.1: an absolute-form without a path asks for `/`.
    @Test(arguments: [("http://h", "/"), ("http://h?a=/b", "/?a=/b"), ("https://h:443", "/"), ("http://h:80/c", "/c")])
    func absoluteForms(_ target: String, _ sent: String) throws {
        let text = try Forwarding().write("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(text == "GET \(sent) HTTP/1.1\r\nHost: h\r\n\(Forwarding.own)")
    }

    /// HTTP/1.0 may go without Host; HTTP/1.1, which is what the upstream gets, may not (RFC 9112 §3.2).
    @Test(arguments: [nil, "backend.internal"])
    func withoutHost(_ host: String?) throws {
        var forwarding = try Forwarding()
        forwarding.host = host
        let text = try forwarding.write("GET /a HTTP/1.0\r\nA: b\r\n\r\n")
        #expect(
            text == "GET /a HTTP/1.1\r\nHost: \(host ?? "backend:9001")\r\nA: b\r\nX-Forwarded-For: 192.0.2.7\r\n"
                + "Forwarded: for=192.0.2.7;proto=http\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: 8080\r\n"
                + "X-Request-Id: id-1\r\n\r\n"
        )
        let absolute = try forwarding.write("GET http://h/a HTTP/1.0\r\n\r\n")
        #expect(absolute == "GET /a HTTP/1.1\r\nHost: \(host ?? "h")\r\n\(Forwarding.own)")
    }

    @Test(arguments: ["", "Content-Length: 007\r\n", "CONTENT-length:0\r\n"])
    func contentLengthAsSent(_ field: String) throws {
        let text = try Forwarding().write("POST / HTTP/1.1\r\nHost: h\r\n\(field)Accept: a\r\n\r\n")
        #expect(text == "POST / HTTP/1.1\r\nHost: h\r\n\(field)Accept: a\r\n\(Forwarding.own)")
    }

    /// Written anew, in one spelling, for the body is chunked anew.
    @Test func chunked() throws {
        let text = try Forwarding().write(
            "POST / HTTP/1.1\r\nHost: h\r\ntransfer-ENCODING: Chunked\r\nTE: trailers\r\nTrailer: X-Sum\r\nA: b\r\n\r\n"
        )
        #expect(text == "POST / HTTP/1.1\r\nHost: h\r\nA: b\r\nTransfer-Encoding: chunked\r\n\(Forwarding.own)")
    }

    @Test func keyIDAndRequestID() throws {
        var forwarding = try Forwarding()
        forwarding.keyID = "key_42"
        forwarding.requestID = "01J"
        let text = try forwarding.write(
            "GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: theirs\r\nX-Scopegate-Key-Id: admin\r\n\r\n"
        )
        #expect(text.hasSuffix("X-Forwarded-Port: 8080\r\nX-Request-Id: 01J\r\nX-Scopegate-Key-Id: key_42\r\n\r\n"))
        #expect(text.hasPrefix("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.7\r\n"))
        #expect(!text.contains("theirs") && !text.contains("admin"))
    }

    @Test(arguments: [nil, "backend.internal:9001"])
    func upstreamHost(_ host: String?) throws {
        var forwarding = try Forwarding()
        forwarding.host = host
        let text = try forwarding.write("GET / HTTP/1.1\r\nA: b\r\nHost: api.example:8080\r\nC: d\r\n\r\n")
        let fields = host.map { "Host: \($0)\r\nA: b\r\nC: d\r\n" } ?? "A: b\r\nHost: api.example:8080\r\nC: d\r\n"
        let own = Forwarding.own.replacing("\"h\"", with: "\"api.example:8080\"")
            .replacing("Host: h\r\n", with: "Host: api.example:8080\r\n")
        #expect(text == "GET / HTTP/1.1\r\n\(fields)\(own)")
    }

    // MARK: What is dropped and what is kept

    @Test(arguments: [
        "Connection: keep-alive", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: trailers",
        "Trailer: X-A", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA", "Proxy-Authorization: Basic dTpw",
        "Proxy-Authenticate: Basic", "Expect: 100-continue", "X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE",
        "X-Method-Override: DELETE", "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "Proxy: http://evil",
        "X-Scopegate-Key-Id: k", "X-Scopegate-Anything: x", "X-Request-Id: theirs", "X_Forwarded_For: 1.2.3.4",
        "X-Forwarded_Proto: https", "X_Api_Key: k", "Content_Length: 5", "Transfer_Encoding: chunked", "_: x", "a_: x",
        "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil", "X-Forwarded-Port: 1",
        "X-Forwarded-Uri: /admin", "X-Forwarded-Prefix: /x", "Forwarded: for=1.2.3.4", "X-Real-IP: 1.2.3.4",
        // Families, whoever thought of the name.
        "X-Forwarded: for=1.2.3.4", "X-Original-Method: DELETE", "X-Rewrite-Path: /admin", "X-Override-URL: /admin",
        "X-Client-IP: 1.2.3.4", "True-Client-IP: 1.2.3.4", "CF-Connecting-IP: 1.2.3.4", "Fastly-Client-IP: 1.2.3.4",
        "X-SSL-Client-Verify: SUCCESS", "SSL-Client-S-DN: CN=a", "Remote-User: admin", "X-Remote-User: admin",
        "X-Authenticated-User: admin", "X-Auth-Request-Email: a", "X-User-Id: 1", "X-Envoy-Internal: true",
        "X-Host: evil",
        "Script-Name: /admin", "X-Cluster-Client-IP: 1.2.3.4", "X-Auth-Token: t",
        // All bytes but letters and digits are the same in CGI.
        "X.Scopegate.Key.Id: k", "X~Forwarded~For: 1.2.3.4", "X!Real!IP: 1.2.3.4", "X.Request-Id: r",
        "Remote.User: admin",
        "X-Api.Key: k", "Content.Length: 5", "Transfer!Encoding: chunked",
        "X-Forwarded+For: 1.2.3.4", "X|Original|URL: /admin", "X'User: admin",
    ])
    func dropped(_ line: String) throws {
        for spelling in [line, line.lowercased(), line.uppercased()] {
            #expect(try Forwarding().kept([spelling]) == ["Host: h"])
            #expect(try Forwarding().kept(["A: b", spelling, "C: d"]) == ["Host: h", "A: b", "C: d"])
            #expect(try Forwarding().kept([spelling, "C: d", spelling]) == ["Host: h", "C: d"])
        }
    }

    @Test(arguments: [
        "Accept: a/b", "Accept-Encoding: gzip", "User-Agent: x", "Content-Type: application/json", "Cookie: a=b",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate: a=b", "Via: 1.1 p",
        "Cache-Control: no-cache", "Date: Sun, 06 Nov 1994 08:49:37 GMT", "Server: s", "If-None-Match: \"x\"",
        "Range: bytes=0-1", "X-Forwarder: x", "X-Scopegate: x", "Authorization: Bearer abc",
        "Authorization: Basic dTpw",
        "X-API-Key: abc", "Content-Length: 0", "Origin: null", "X-Requested-With: x", "Proxy-Status: x",
        "X.Custom: x", "X-User-Agent: grpc-web", "Sec-Fetch-Mode: cors", "Accept-Language: de", "a!b: x",
        "X-CSRF-Token: t",
    ])
    func kept(_ line: String) throws {
        #expect(try Forwarding().kept([line]) == ["Host: h", line])
        #expect(try Forwarding().kept(["Upgrade: a", line, "Upgrade: b"]) == ["Host: h", line])
        #expect(try Forwarding().kept(["Connection: close, keep-alive", line]) == ["Host: h", line])
    }

    // MARK: Connection

    /// RFC 9110 §7.6.1: what Connection names ends here…
    @Test(arguments: [
        ("Connection: X-Hop", ["X-Hop: 1", "A: b"], ["A: b"]),
        ("Connection: x-HOP", ["X-Hop: 1", "x-hop: 2", "A: b"], ["A: b"]),
        ("Connection: close,, X-Hop ,\tA", ["X-Hop: 1", "A: b", "C: d"], ["C: d"]),
        ("Connection: keep-alive, traceparent", ["traceparent: 1", "tracestate: 2"], ["tracestate: 2"]),
        ("Connection: Cookie", ["Cookie: a=b", "Cookie2: c"], ["Cookie2: c"]),
        ("Connection: X-Ho, X-Hopp", ["X-Hop: 1"], ["X-Hop: 1"]),
        ("Connection: User-Agent, Accept", ["User-Agent: x", "Accept: */*", "A: b"], ["A: b"]),
    ])
    func nominated(_ connection: String, _ fields: [String], _ expected: [String]) throws {
        #expect(try Forwarding().kept([connection] + fields) == ["Host: h"] + expected)
        // Wherever it stands, and spread over two lines.
        #expect(try Forwarding().kept(fields + [connection]) == ["Host: h"] + expected)
        #expect(try Forwarding().kept(["Connection: close"] + fields + [connection]) == ["Host: h"] + expected)
    }

    /// … but it can't take away what the upstream's view of the request rests on (CVE-2022-31813).
    @Test(arguments: [
        ("Host", []), ("Content-Length", ["Content-Length: 0"]), ("Authorization", ["Authorization: Bearer abc"]),
        ("X-API-Key", ["X-API-Key: abc"]), ("x-journal-key", ["X-Journal-Key: abc"]),
    ])
    func notToBeNominated(_ name: String, _ fields: [String]) throws {
        var forwarding = try Forwarding()
        forwarding.sources = [.bearer, .header(Array("x-journal-key".utf8))]
        for value in [name, "close, \(name)", name.uppercased()] {
            #expect(try forwarding.kept(["Connection: \(value)"] + fields) == ["Host: h"] + fields)
            #expect(try forwarding.kept(fields + ["Connection: \(value)", "A: b"]) == ["Host: h"] + fields + ["A: b"])
        }
    }

    @Test func ownFieldsAreNotToBeNominated() throws {
        let names = [
            "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded", "X-Request-Id",
            "X-Scopegate-Key-Id", "Transfer-Encoding", "Host",
        ]
        var forwarding = try Forwarding()
        forwarding.keyID = "k"
        let plain = try forwarding.write("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for name in names + [names.joined(separator: ", ")] {
            let request = "POST / HTTP/1.1\r\nHost: h\r\nConnection: \(name)\r\nTransfer-Encoding: chunked\r\n\r\n"
            #expect(try forwarding.write(request) == plain)
        }
    }

    /// What a trusted proxy said stands as well.
    @Test(arguments: ["X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Uri", "X-Real-IP"])
    func trustedFieldsAreNotToBeNominated(_ name: String) throws {
        let forwarding = try Forwarding(trusted: true)
        #expect(try forwarding.kept(["Connection: \(name)", "\(name): v"]) == ["Host: h", "\(name): v"])
    }

    // MARK: The key

    @Test(arguments: [
        (["Authorization: Bearer abc"], []), (["X-API-Key: abc"], []), (["x-journal-KEY: abc"], []),
        (["authorization: Basic dTpw", "A: b"], ["A: b"]),
        // Whether or not it is a configured place: the upstream must not find a key at all.
        (["Authorization: Bearer a", "X-API-Key: b", "X-Journal-Key: c", "A: b"], ["A: b"]),
        (["X-Journal-Keys: abc"], ["X-Journal-Keys: abc"]),
    ])
    func withoutTheKey(_ fields: [String], _ expected: [String]) throws {
        var forwarding = try Forwarding()
        forwarding.sources = [.header(Array("x-journal-key".utf8))]
        #expect(try forwarding.kept(fields) == ["Host: h"] + fields)
        forwarding.forwardsKey = false
        #expect(try forwarding.kept(fields) == ["Host: h"] + expected)
        #expect(try forwarding.kept(fields + ["Content-Length: 0"]) == ["Host: h"] + expected + ["Content-Length: 0"])
    }

    /// A field for keys may be of a family that is dropped otherwise; other spellings of it are no keys.
    @Test(arguments: ["X-Auth-Token", "X-User-Key", "X-Client-Key", "Remote-Key"])
    func keysOfAFamily(_ name: String) throws {
        var forwarding = try Forwarding()
        #expect(try forwarding.kept(["\(name): k"]) == ["Host: h"])
        forwarding.sources = [.header(Array(name.lowercased().utf8))]
        for connection in ["A: b", "Connection: \(name), close"] {
            #expect(try forwarding.kept([connection, "\(name): k"]).last == "\(name): k")
        }
        #expect(try forwarding.kept([name.replacing("-", with: ".") + ": k"]) == ["Host: h"])
        forwarding.forwardsKey = false
        #expect(try forwarding.kept(["\(name): k"]) == ["Host: h"])
    }

    // MARK: What the settings change

    private static func headers(drop: [String] = [], keep: [String] = []) throws -> HeadersConfiguration {
        HeadersConfiguration(
            drop: try drop.map { try HeaderPattern(parsing: $0) },
            keep: try keep.map { try HeaderPattern(parsing: $0) }
        )
    }

    @Test func droppedBySettings() throws {
        var forwarding = try Forwarding(trusted: true)
        forwarding.headers = try Self.headers(drop: [
            "X-Tenant", "x-internal-*", "X-Real-IP", "X-API-*", "H*", "X-Forwarded-*",
        ])
        let dropped = [
            "X-Tenant: a", "x-TENANT: b", "X-Internal-A: c", "X-Internal-: d", "X.Tenant: e", "X~Internal~B: f",
            "X-Real-IP: 192.0.2.1", "X-Forwarded-Uri: /",
        ]
        let kept = ["X-Tenants: a", "X-Internal: b", "X-API-Key: k", "X-Forwarded-Proto: https", "Content-Length: 0"]
        #expect(try forwarding.kept(dropped + kept) == ["Host: h"] + kept)
    }

    @Test func keptBySettings() throws {
        var forwarding = try Forwarding()
        forwarding.forwardsKey = false
        forwarding.headers = try Self.headers(keep: [
            "X-Client-Version", "x-user-*", "X-Original-Host", "X-*", "C*", "T*",
        ])
        let kept = [
            "X-Client-Version: 3", "X-User-Id: 1", "X-Original-Host: a", "X-HTTP-Method-Override: PUT", "CF-Ray: r",
            "X-Forwarded-Prefix: /p", "True-Client-IP: 192.0.2.1",
        ]
        // The gateway's own to say, the framing, and a key that isn't forwarded.
        let dropped = [
            "X-Scopegate-Key-Id: k", "X-Request-Id: r", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https",
            "X-API-Key: k", "TE: trailers", "Connection: X-User-Id", "X.User.Id: 1",
            "X_User_Id: 1", "Client-Cert: :AAAA:",
        ]
        var expected = kept
        expected.removeAll { $0.hasPrefix("X-User-Id") }
        #expect(try forwarding.kept(kept + dropped) == ["Host: h"] + expected)
        #expect(try forwarding.kept(kept) == ["Host: h"] + kept)
    }

    @Test func droppingGoesBeforeKeeping() throws {
        var forwarding = try Forwarding()
        forwarding.headers = try Self.headers(drop: ["X-User-Role"], keep: ["X-User-*"])
        #expect(try forwarding.kept(["X-User-Id: 1", "X-User-Role: admin"]) == ["Host: h", "X-User-Id: 1"])
    }

    // MARK: Where the request came from

    private static let claims = [
        "X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 10.0.0.1", "Forwarded: for=198.51.100.1;proto=https",
        "X-Forwarded-Proto: https", "X-Forwarded-Host: api.example", "X-Forwarded-Port: 443",
        "X-Forwarded-Prefix: /p", "X-Real-IP: 198.51.100.1",
    ]

    @Test func fromAnybody() throws {
        let text = try Forwarding().write(
            "GET / HTTP/1.1\r\nHost: h\r\n\(Self.claims.map { "\($0)\r\n" }.joined())\r\n"
        )
        #expect(text == "GET / HTTP/1.1\r\nHost: h\r\n\(Forwarding.own)")
    }

    @Test func fromATrustedProxy() throws {
        let text = try Forwarding(trusted: true).write(
            "GET / HTTP/1.1\r\nHost: h\r\n\(Self.claims.map { "\($0)\r\n" }.joined())\r\n"
        )
        let kept = Self.claims[3...].map { "\($0)\r\n" }.joined()
        #expect(
            text == """
                GET / HTTP/1.1\r
                Host: h\r
                \(kept)X-Forwarded-For: 198.51.100.1, 10.0.0.1, 192.0.2.7\r
                Forwarded: for=198.51.100.1;proto=https, for=192.0.2.7;host="h";proto=http\r
                X-Request-Id: id-1\r
                \r

                """
        )
    }

    /// What a trusted proxy did not say is said as for anybody.
    @Test(arguments: [
        ("X-Forwarded-Proto: https", ["X-Forwarded-Host: h", "X-Forwarded-Port: 8080"]),
        ("X-Forwarded-Host: api", ["X-Forwarded-Proto: http", "X-Forwarded-Port: 8080"]),
        ("X-Forwarded-Port: 443", ["X-Forwarded-Proto: http", "X-Forwarded-Host: h"]),
        ("Accept: a", ["X-Forwarded-Proto: http", "X-Forwarded-Host: h", "X-Forwarded-Port: 8080"]),
        ("X_Forwarded_Proto: https", ["X-Forwarded-Proto: http", "X-Forwarded-Host: h", "X-Forwarded-Port: 8080"]),
    ])
    func partsFromATrustedProxy(_ line: String, _ added: [String]) throws {
        let text = try Forwarding(trusted: true).write("GET / HTTP/1.1\r\nHost: h\r\n\(line)\r\n\r\n")
        let kept = line.contains("_") ? "" : "\(line)\r\n"
        #expect(
            text == "GET / HTTP/1.1\r\nHost: h\r\n\(kept)X-Forwarded-For: 192.0.2.7\r\n"
                + "Forwarded: for=192.0.2.7;host=\"h\";proto=http\r\n"
                + added.map { "\($0)\r\n" }.joined() + "X-Request-Id: id-1\r\n\r\n"
        )
    }

    /// An empty value adds no empty member to the list.
    @Test func emptyClaims() throws {
        let text = try Forwarding(trusted: true).write(
            "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For:\r\nForwarded: \r\n\r\n"
        )
        #expect(text == "GET / HTTP/1.1\r\nHost: h\r\n\(Forwarding.own)")
    }

    @Test(arguments: [
        ("2001:db8::7", "2001:db8::7", #"for="[2001:db8::7]""#), ("::ffff:192.0.2.9", "192.0.2.9", "for=192.0.2.9"),
    ])
    func addressForms(_ address: String, _ forwardedFor: String, _ parameter: String) throws {
        let text = try Forwarding(address: address).write("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n")
        #expect(
            text == """
                GET / HTTP/1.1\r
                Host: [::1]:8080\r
                X-Forwarded-For: \(forwardedFor)\r
                Forwarded: \(parameter);host="[::1]:8080";proto=http\r
                X-Forwarded-Proto: http\r
                X-Forwarded-Host: [::1]:8080\r
                X-Forwarded-Port: 8080\r
                X-Request-Id: id-1\r
                \r

                """
        )
    }

    /// The room that is reckoned with is enough for the most that can be written.
    @Test func room() throws {
        var forwarding = try Forwarding(trusted: true, address: "2001:db8:1111:2222:3333:4444:5555:6666")
        let host = String(repeating: "h", count: 8000)
        forwarding.requestID = String(repeating: "r", count: RequestID.maximumLength)
        forwarding.keyID = String(repeating: "k", count: 256)
        let claims = (0..<48).map { "X-Forwarded-For: \($0)\r\nForwarded: \($0)\r\n" }.joined()
        forwarding.host = String(repeating: "u", count: 250)
        let text = try forwarding.write("GET / HTTP/1.1\r\nHost: \(host)\r\n\(claims)\r\n")
        #expect(text.hasSuffix("X-Scopegate-Key-Id: \(forwarding.keyID)\r\n\r\n"))
        #expect(text.contains(";host=\"\(host)\";proto=http\r\n"))
    }
}
