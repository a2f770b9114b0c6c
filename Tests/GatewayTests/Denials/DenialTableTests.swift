import Foundation
import HTTP1
import NIOCore
import ScopeModel
import Testing

@testable import Gateway

/// Every refusal to the byte.
@Suite("Denials")
struct DenialTableTests {
    static let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    /// What a refusal with nothing more to say is answered with: the status line, the fields behind X-Request-Id, and
    /// the message.
    struct Row: Sendable {
        let reason: DenialReason
        let code: String
        let status: String
        var fields = ""
        let message: String
    }

    static let rows: [Row] = [
        Row(
            reason: .missingKey,
            code: "missing_key",
            status: "401 Unauthorized",
            fields: "WWW-Authenticate: Bearer\r\n",
            message: "This request needs an API key."
        ),
        Row(
            reason: .invalidKey,
            code: "invalid_key",
            status: "401 Unauthorized",
            fields: "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n",
            message: "This API key is not valid."
        ),
        Row(
            reason: .expiredKey,
            code: "expired_key",
            status: "401 Unauthorized",
            fields: "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n",
            message: "This API key has expired."
        ),
        Row(
            reason: .ambiguousKey,
            code: "ambiguous_key",
            status: "400 Bad Request",
            message: "This request carries more than one API key."
        ),
        Row(
            reason: .unmappedRoute,
            code: "unmapped_route",
            status: "403 Forbidden",
            message: "No route is mapped for this path."
        ),
        Row(
            reason: .methodNotAllowed,
            code: "method_not_allowed",
            status: "405 Method Not Allowed",
            fields: "Allow: GET, HEAD, POST\r\n",
            message: "This method is not mapped for this path."
        ),
        Row(
            reason: .invalidRequest,
            code: "invalid_request",
            status: "400 Bad Request",
            message: "This request is malformed."
        ),
        Row(
            reason: .invalidRequestTarget,
            code: "invalid_request_target",
            status: "400 Bad Request",
            message: "This request is malformed."
        ),
        Row(
            reason: .invalidRequestFraming,
            code: "invalid_request_framing",
            status: "400 Bad Request",
            message: "This request is malformed."
        ),
        Row(
            reason: .invalidRequestHeader,
            code: "invalid_request_header",
            status: "400 Bad Request",
            message: "This request is malformed."
        ),
        Row(
            reason: .invalidRequestHost,
            code: "invalid_request_host",
            status: "400 Bad Request",
            message: "This request is malformed."
        ),
        Row(
            reason: .misdirectedRequest,
            code: "misdirected_request",
            status: "421 Misdirected Request",
            message: "The host that this request names is not served here."
        ),
        Row(
            reason: .httpVersionNotSupported,
            code: "http_version_not_supported",
            status: "505 HTTP Version Not Supported",
            message: "Only HTTP/1.0 and HTTP/1.1 are supported on this connection."
        ),
        Row(
            reason: .expectationFailed,
            code: "expectation_failed",
            status: "417 Expectation Failed",
            message: "The only expectation supported is 100-continue."
        ),
        Row(
            reason: .unexpectedBody,
            code: "unexpected_body",
            status: "400 Bad Request",
            message: "This request has a body, which is not allowed with its method on this route."
        ),
        Row(
            reason: .bodyTooLarge,
            code: "body_too_large",
            status: "413 Content Too Large",
            message: "The body of this request is too large."
        ),
        Row(
            reason: .targetTooLong,
            code: "target_too_long",
            status: "414 URI Too Long",
            message: "The request line is too long."
        ),
        Row(
            reason: .headersTooLarge,
            code: "headers_too_large",
            status: "431 Request Header Fields Too Large",
            message: "The header fields of this request are too large."
        ),
        Row(
            reason: .requestTimeout,
            code: "request_timeout",
            status: "408 Request Timeout",
            message: "The request did not arrive in time."
        ),
        Row(
            reason: .introspectionUnavailable,
            code: "introspection_unavailable",
            status: "503 Service Unavailable",
            fields: "Retry-After: 1\r\n",
            message: "API keys can't be checked at the moment."
        ),
        Row(
            reason: .auditUnavailable,
            code: "audit_unavailable",
            status: "503 Service Unavailable",
            fields: "Retry-After: 1\r\n",
            message: "Requests can't be recorded at the moment."
        ),
        Row(
            reason: .overloaded,
            code: "overloaded",
            status: "503 Service Unavailable",
            fields: "Retry-After: 1\r\n",
            message: "There are too many requests at the moment."
        ),
        Row(
            reason: .upstreamUnreachable,
            code: "upstream_unreachable",
            status: "502 Bad Gateway",
            message: "The service behind this gateway can't be reached."
        ),
        Row(
            reason: .upstreamInvalidResponse,
            code: "upstream_invalid_response",
            status: "502 Bad Gateway",
            message: "The service behind this gateway gave an invalid response."
        ),
        Row(
            reason: .upstreamTimeout,
            code: "upstream_timeout",
            status: "504 Gateway Timeout",
            message: "The service behind this gateway did not answer in time."
        ),
    ]

    /// A response as it has to be, from its varying parts.
    static func response(
        _ status: String,
        fields: String,
        body: String,
        closes: Bool = false,
        omitsBody: Bool = false
    ) -> String {
        """
        HTTP/1.1 \(status)\r
        Date: \(date)\r
        Content-Type: application/json\r
        Cache-Control: no-store\r
        Content-Length: \(body.utf8.count)\r
        X-Request-Id: id-1\r
        \(fields)\(closes ? "Connection: close\r\n" : "")\r
        \(omitsBody ? "" : body)
        """
    }

    private func answer(
        _ denial: Denial,
        _ map: SmallMap,
        closes: Bool = false,
        omitsBody: Bool = false
    ) throws -> String {
        var buffer = ByteBuffer()
        let prepared = PreparedEnvelopes(routeMap: map.routeMap, catalog: map.catalog, namesGeneration: false)
        prepared.envelope(for: denial).write(
            Envelope.Delivery(
                requestID: try .fixed(),
                date: Array(Self.date.utf8),
                closes: closes,
                omitsBody: omitsBody
            ),
            to: &buffer
        )
        return buffer.text
    }

    @Test func everyReasonHasARow() {
        #expect(Set(Self.rows.map(\.reason)) == Set(DenialReason.allCases).subtracting([.forbiddenScope]))
        #expect(Self.rows.count == DenialReason.allCases.count - 1)
    }

    @Test(arguments: rows, [(false, false), (true, false), (false, true), (true, true)])
    func answers(_ row: Row, _ delivery: (closes: Bool, omitsBody: Bool)) throws {
        let map = try SmallMap()
        var denial = Denial(row.reason)
        // Said of every request whose path matched; only 405 makes Allow of it.
        denial.template = map.template("/trades")
        let body = #"{"error":{"code":"\#(row.code)","message":"\#(row.message)","request_id":"id-1"}}"#
        let text = try answer(denial, map, closes: delivery.closes, omitsBody: delivery.omitsBody)
        let expected = Self.response(
            row.status,
            fields: row.fields,
            body: body,
            closes: delivery.closes,
            omitsBody: delivery.omitsBody
        )
        #expect(text == expected)
        _ = try JSONSerialization.jsonObject(with: Data(body.utf8))
    }

    @Test(arguments: [("/trades", "GET, HEAD, POST"), ("/cache", "PURGE"), ("/one", "PUT")])
    func allow(_ template: String, _ methods: String) throws {
        let map = try SmallMap()
        var denial = Denial(.methodNotAllowed)
        denial.template = map.template(template)
        #expect(try answer(denial, map).contains("\r\nAllow: \(methods)\r\n"))
    }

    @Test func oneMissingScope() throws {
        let map = try SmallMap()
        let text = try answer(.forbidden(map.writeTrades, .all([map.writeTrades])), map)
        let body =
            #"{"error":{"code":"forbidden_scope","message":"This request needs the scope write:trades, which this "#
            + #"API key does not have.","details":{"required_scope":"write:trades"},"request_id":"id-1"}}"#
        let challenge = #"WWW-Authenticate: Bearer error="insufficient_scope", scope="write:trades""#
        #expect(text == Self.response("403 Forbidden", fields: "\(challenge)\r\n", body: body))
    }

    @Test func firstMissingOfSeveral() throws {
        let map = try SmallMap()
        let denial = Denial.forbidden(map.writeTrades, .all([map.readTrades, map.writeTrades]))
        let body =
            #"{"error":{"code":"forbidden_scope","message":"This request needs the scope write:trades, which this "#
            + #"API key does not have.","details":{"required_scope":"write:trades","#
            + #""required_scopes":["read:trades","write:trades"]},"request_id":"id-1"}}"#
        let challenge = #"WWW-Authenticate: Bearer error="insufficient_scope", scope="read:trades write:trades""#
        #expect(try answer(denial, map) == Self.response("403 Forbidden", fields: "\(challenge)\r\n", body: body))
    }

    @Test func anyOfSeveral() throws {
        let map = try SmallMap()
        let denial = Denial.forbidden(map.readTrades, .any([map.readTrades, map.readBalance]))
        let body =
            #"{"error":{"code":"forbidden_scope","message":"This request needs one of several scopes, such as "#
            + #"read:trades, and this API key has none of them.","details":{"required_scope":"read:trades","#
            + #""required_scopes":["read:trades","read:balance"]},"request_id":"id-1"}}"#
        let challenge = #"WWW-Authenticate: Bearer error="insufficient_scope", scope="read:trades read:balance""#
        #expect(try answer(denial, map) == Self.response("403 Forbidden", fields: "\(challenge)\r\n", body: body))
    }

    /// One scope under `any` is no choice: it is told as a single scope is.
    @Test func anyOfOne() throws {
        let map = try SmallMap()
        let single = try answer(.forbidden(map.readTrades, .all([map.readTrades])), map)
        #expect(try answer(.forbidden(map.readTrades, .any([map.readTrades])), map) == single)
    }

    @Test(arguments: RequestError.allCases)
    func requestErrors(_ error: RequestError) throws {
        let map = try SmallMap()
        let denial = Denial(error)
        #expect(denial.reason.code.text == error.code.text)
        #expect(denial.reason.status == error.status)
        let body = #"{"error":{"code":"\#(error.code)","message":"\#(error.message)","request_id":"id-1"}}"#
        let status = "\(error.status) \(StatusText.reason(error.status))"
        #expect(
            try answer(denial, map, closes: true)
                == Self.response(status, fields: "", body: body, closes: true)
        )
    }

    @Test func messageOfTheCaller() throws {
        let denial = Denial(.invalidRequestFraming, message: "A chunk size is malformed.")
        #expect(try answer(denial, SmallMap()).contains(#""message":"A chunk size is malformed.""#))
    }

    /// What Foundation reads of it is what was meant, also at the bounds of what is variable.
    @Test func readableByFoundation() throws {
        let names = (0..<200).map { "read:\(String(repeating: "r", count: 60))\($0)" }
        let catalog = try ScopeCatalog(
            definitions: names.map { ScopeDefinition(scope: try Scope(parsing: $0), description: "") },
            presets: []
        )
        let ids = try names.map { try catalog.id(named: $0) }
        let requestID = String(repeating: "~", count: RequestID.maximumLength)
        var buffer = ByteBuffer()
        let denial = Denial.forbidden(ids[3], .all(ids))
        RenderedEnvelope(denial.envelope(routeMap: try SmallMap().routeMap, catalog: catalog)).write(
            Envelope.Delivery(requestID: try .fixed(requestID), date: [], closes: true, omitsBody: false),
            to: &buffer
        )
        let text = buffer.text
        let end = try #require(text.firstRange(of: "\r\n\r\n")).upperBound
        let body = Data(text[end...].utf8)
        #expect(text.contains("\r\nContent-Length: \(body.count)\r\n"))
        let root = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
        let error = try #require(root["error"] as? [String: Any])
        let details = try #require(error["details"] as? [String: Any])
        #expect(Set(root.keys) == ["error"])
        #expect(Set(error.keys) == ["code", "message", "details", "request_id"])
        #expect(Set(details.keys) == ["required_scope", "required_scopes"])
        #expect(error["request_id"] as? String == requestID)
        #expect(details["required_scope"] as? String == names[3])
        #expect(details["required_scopes"] as? [String] == names)
    }

    /// The statuses that the gateway answers with all have a phrase of their own.
    @Test func statusTexts() {
        let statuses = Set(DenialReason.allCases.map(\.status) + RequestError.allCases.map(\.status) + [200])
        for status in statuses { #expect(StatusText.reason(status).text != "Error", "\(status)") }
        #expect(StatusText.reason(418).text == "Error")
    }
}
