import Foundation
import JournalDemo
import Testing

extension EndToEndTests {
    @Suite("Refusals, byte for byte")
    struct RefusalTests {
        struct Case: Sendable {
            var name: String
            var request: String
            var status: String
            /// The header lines behind X-Request-Id.
            var lines: [String] = []
            /// The body up to the request id.
            var body: String
        }

        private static let requestID = "e2e-request.1"

        /// `KEY`, `EXPIRED` stand for keys.
        static let cases: [Case] = [
            Case(
                name: "no key",
                request: "GET /api/v1/trades",
                status: "401 Unauthorized",
                lines: ["WWW-Authenticate: Bearer"],
                body: #"{"code":"missing_key","message":"This request needs an API key.","#
            ),
            Case(
                name: "unknown key",
                request: "GET /api/v1/trades\r\nAuthorization: Bearer made-up",
                status: "401 Unauthorized",
                lines: [#"WWW-Authenticate: Bearer error="invalid_token""#],
                body: #"{"code":"invalid_key","message":"This API key is not valid.","#
            ),
            Case(
                name: "malformed key",
                request: "GET /api/v1/trades\r\nX-API-Key: two words",
                status: "401 Unauthorized",
                lines: [#"WWW-Authenticate: Bearer error="invalid_token""#],
                body: #"{"code":"invalid_key","message":"This API key is not valid.","#
            ),
            Case(
                name: "two keys",
                request: "GET /api/v1/trades\r\nAuthorization: Bearer KEY\r\nX-API-Key: KEY",
                status: "400 Bad Request",
                body: #"{"code":"ambiguous_key","message":"This request carries more than one API key.","#
            ),
            Case(
                name: "missing scope",
                request: "POST /api/v1/trades\r\nX-API-Key: KEY",
                status: "403 Forbidden",
                lines: [#"WWW-Authenticate: Bearer error="insufficient_scope", scope="write:trades""#],
                body: #"{"code":"forbidden_scope","message":"This request needs the scope write:trades, which this "#
                    + #"API key does not have.","details":{"required_scope":"write:trades"},"#
            ),
            Case(
                name: "unmapped path",
                request: "GET /api/v1/nothing\r\nAuthorization: Bearer KEY",
                status: "403 Forbidden",
                body: #"{"code":"unmapped_route","message":"No route is mapped for this path.","#
            ),
            Case(
                name: "unmapped method",
                request: "DELETE /api/v1/accounts/acc_1\r\nAuthorization: Bearer KEY",
                status: "405 Method Not Allowed",
                lines: ["Allow: GET, HEAD, PATCH"],
                body: #"{"code":"method_not_allowed","message":"This method is not mapped for this path.","#
            ),
        ]

        @Test func areWhatTheDesignSays() async throws {
            try await withJournal { servers in
                var settings = servers.settings
                settings.rest = ["trusted_proxies: [127.0.0.0/8]"]
                try await withGateway(settings) { gateway in
                    let key = servers.key(["read:trades"])
                    let client = try gateway.client()
                    for test in Self.cases {
                        var lines = test.request.replacing("KEY", with: key).components(separatedBy: "\r\n")
                        lines[0] += " HTTP/1.1\r\nHost: h\r\nX-Request-Id: \(Self.requestID)"
                        try client.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
                        let response = try client.readResponse()
                        let body = #"{"error":\#(test.body)"request_id":"\#(Self.requestID)"}}"#
                        let expected =
                            [
                                "HTTP/1.1 \(test.status)", "Date: \(response.field("Date") ?? "none")",
                                "Content-Type: application/json", "Cache-Control: no-store",
                                "Content-Length: \(body.utf8.count)", "X-Request-Id: \(Self.requestID)",
                            ] + test.lines
                        #expect(response.head == expected.joined(separator: "\r\n") + "\r\n\r\n", "\(test.name)")
                        #expect(response.text == body, "\(test.name)")
                    }
                    // The same connection still serves what is allowed.
                    #expect(try client.exchange("GET", "/api/v1/trades", key: key).status == 200)
                    #expect(try gateway.audit().count == Self.cases.count)
                }
            }
        }

        /// HEAD gets the head of what GET would have got (RFC 9110 §9.3.2).
        @Test func headHasNoBody() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let client = try gateway.client()
                    let key = servers.key([])
                    let ask = ["X-Request-Id: same"]
                    let get = try client.exchange("GET", "/api/v1/trades", key: key, fields: ask)
                    let head = try client.exchange("HEAD", "/api/v1/trades", key: key, fields: ask)
                    #expect(head.status == 403 && head.body.isEmpty)
                    #expect(head.field("Content-Length") == "\(get.body.count)")
                    #expect(try client.exchange("GET", "/api/v1/catalog/brokers", key: key).status == 200)
                }
            }
        }

        /// A key whose time ends while it is cached is refused from that second on.
        @Test func keysExpireInTheCache() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let client = try gateway.client()
                    let key = servers.key(["read:trades"], expiresIn: 3)
                    #expect(try client.exchange("GET", "/api/v1/trades", key: key).status == 200)
                    let refusal = try waitFor("the key expires") { () throws -> RawResponse? in
                        let response = try client.exchange("GET", "/api/v1/trades", key: key)
                        return response.status == 200 ? nil : response
                    }
                    #expect(refusal.status == 401 && refusal.code == "expired_key")
                    #expect(refusal.field("WWW-Authenticate") == #"Bearer error="invalid_token""#)
                    #expect(servers.keys.introspectionCount == 1)
                }
            }
        }

        @Test func auditTellsWhoWhatAndWhy() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let issued = servers.keys.issue(name: "test", scopes: ["read:tags"], subject: "user_7")
                    let response = try gateway.exchange(
                        "GET",
                        "/api/v1/trades/trd_1?secret=\(issued.key)",
                        key: issued.key,
                        fields: ["User-Agent: e2e", "X-Request-Id: audited-1"]
                    )
                    #expect(response.status == 403)
                    // The record is there before the answer is.
                    let record = try #require(try gateway.audit().first)
                    #expect(
                        record.request_id == response.field("X-Request-Id") && record.client_request_id == "audited-1"
                    )
                    #expect(record.client == "127.0.0.1")
                    #expect(record.method == "GET" && record.path == "/api/v1/trades/trd_1")
                    #expect(record.template == "/api/v1/trades/{tradeId}")
                    #expect(record.code == "forbidden_scope" && record.status == 403)
                    #expect(record.required_scope == "read:trades" && record.granted_scopes == ["read:tags"])
                    #expect(record.key_id == issued.id && record.subject == "user_7")
                    #expect(record.key_fingerprint?.wholeMatch(of: /[0-9a-f]{16}/) != nil)
                    #expect(!gateway.auditText.contains(issued.key) && !gateway.log.contains(issued.key))
                }
            }
        }
    }
}
