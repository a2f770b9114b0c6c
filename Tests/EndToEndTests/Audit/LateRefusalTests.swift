import Testing

extension EndToEndTests {
    /// Requests that had passed when it turned out that they can't be served: each is on record once, as refused,
    /// before its answer is there.
    @Suite("Late refusals")
    struct LateRefusalTests {
        private struct Refusal: Sendable, CustomTestStringConvertible {
            let code: String
            let status: Int
            let target: String
            /// The head's lines behind Host, and what is sent with it.
            let fields: String
            let first: String
            /// What is sent when the head has reached the backend; nil for a refusal that needs nothing more.
            var second: String?

            var testDescription: String { "\(status) \(target)" }
        }

        private static let chunked = "Transfer-Encoding: chunked\r\n"
        private static let length = "Content-Length: 100\r\n"
        private static let refusals: [Refusal] = [
            .init(
                code: "body_too_large",
                status: 413,
                target: "/small/1",
                fields: chunked,
                first: "20\r\n",
                second: String(repeating: "a", count: 32)
            ),
            .init(
                code: "body_too_large",
                status: 413,
                target: "/small/2",
                fields: chunked,
                first: "20\r\n\(String(repeating: "a", count: 32))\r\n0\r\n\r\n"
            ),
            .init(code: "body_too_large", status: 413, target: "/small/3", fields: length, first: ""),
            .init(
                code: "invalid_request_framing",
                status: 400,
                target: "/closed/1",
                fields: chunked,
                first: "1\r\na\r\n",
                second: "zz\r\n"
            ),
            .init(
                code: "invalid_request_framing",
                status: 400,
                target: "/closed/2",
                fields: chunked,
                first: "1\r\nabc\r\n"
            ),
            .init(code: "request_timeout", status: 408, target: "/closed/3", fields: chunked, first: "1\r\na\r\n"),
            .init(code: "request_timeout", status: 408, target: "/closed/4", fields: length, first: "abc"),
        ]

        private static let routes = """
            version: 1
            routes:
              /small/{name}: {PUT: {scope: "write:trades", body: 16}}
              /closed/{name}: {PUT: "write:trades"}
            """

        @Test(arguments: ["none", "all"])
        func areOnRecord(allowed: String) async throws {
            try await withJournal { servers in
                let issued = servers.keys.issue(name: "test", scopes: ["write:trades"], subject: "user_7")
                try await withScriptedUpstream { settings in
                    settings.introspection = servers.settings.introspection
                    settings.introspectionSecret = servers.settings.introspectionSecret
                    settings.routes = Self.routes
                    settings.limits = ["body_idle_timeout: 300ms"]
                    settings.audit = ["allowed: \(allowed)"]
                } _: { connection in
                    _ = try connection.readToEnd()
                } _: { gateway, backend in
                    for (index, refusal) in Self.refusals.enumerated() {
                        let client = try gateway.client()
                        let count = backend.connectionCount
                        try client.send(
                            "PUT \(refusal.target)?key=\(issued.key) HTTP/1.1\r\nHost: h\r\nUser-Agent: late\r\n"
                                + "X-Request-Id: late-\(index)\r\nAuthorization: Bearer \(issued.key)\r\n"
                                + "\(refusal.fields)\r\n\(refusal.first)"
                        )
                        if let second = refusal.second {
                            try waitUntil("the backend has it") { backend.connectionCount == count + 1 }
                            try client.send(second)
                        }
                        let response = try client.readResponse()
                        let records = try gateway.audit().filter { $0.client_request_id == "late-\(index)" }
                        #expect(response.status == refusal.status, "\(refusal)")
                        #expect(response.code == refusal.code, "\(refusal)")
                        #expect(response.field("Connection") == "close", "\(refusal)")
                        #expect(try client.readToEnd().end == .closed, "\(refusal)")
                        #expect(records.count == 1, "\(refusal)")
                        let record = try #require(records.first)
                        #expect(record.event == "denied" && record.code == refusal.code, "\(refusal)")
                        #expect(record.status == refusal.status && record.method == "PUT", "\(refusal)")
                        #expect(record.path == refusal.target && record.template?.hasSuffix("/{name}") == true)
                        #expect(record.key_id == issued.id && record.subject == "user_7", "\(refusal)")
                        #expect(record.granted_scopes == ["write:trades"], "\(refusal)")
                        #expect(record.key_fingerprint?.wholeMatch(of: /[0-9a-f]{16}/) != nil, "\(refusal)")
                    }
                    #expect(try gateway.audit().count == Self.refusals.count)
                    #expect(!gateway.auditText.contains(issued.key) && !gateway.log.contains(issued.key))
                }
            }
        }

        /// Every connection is in use for as long as one waits.
        @Test(arguments: ["none", "all"])
        func whoGetsNoConnection(allowed: String) async throws {
            try await withScriptedUpstream { settings in
                settings.upstreamOptions = ["connect_timeout: 200ms", "pool: {max_connections: 1}"]
                settings.audit = ["allowed: \(allowed)"]
                settings.threads = 1
            } _: { connection in
                _ = try connection.readHead()
                try connection.awaitTurn(0)
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                _ = try connection.readToEnd()
            } _: { gateway, backend in
                let first = try gateway.client()
                try first.send(RawClient.request("GET", "/open/first"))
                try waitUntil("the first has the connection") { backend.heads.count == 1 }
                let response = try gateway.exchange("GET", "/open/second", fields: ["X-Request-Id: second"])
                #expect(response.status == 503 && response.code == "overloaded", "\(response.text)")
                #expect(response.field("Retry-After") == "1" && response.field("Connection") == "close")
                let records = try gateway.audit().filter { $0.client_request_id == "second" }
                #expect(records.map(\.event) == ["denied"] && records.first?.code == "overloaded")
                #expect(records.first?.path == "/open/second" && records.first?.status == 503)
                backend.connections[0].allowTurn(0)
                #expect(try first.readResponse().status == 200)
                #expect(backend.heads.map(\.target) == ["/open/first"])
            }
        }

        /// One that is refused for the number of requests in flight is not also on record as one that passed.
        @Test func tooManyInFlight() async throws {
            try await withScriptedUpstream { settings in
                settings.limits = ["max_in_flight: 1"]
                settings.audit = ["allowed: all"]
            } _: { connection in
                _ = try connection.readHead()
                try connection.awaitTurn(0)
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            } _: { gateway, backend in
                let first = try gateway.client()
                try first.send(RawClient.request("GET", "/open/first"))
                try waitUntil("the first is there") { backend.heads.count == 1 }
                let response = try gateway.exchange("GET", "/open/second")
                #expect(response.status == 503 && response.code == "overloaded")
                backend.connections[0].allowTurn(0)
                #expect(try first.readResponse().status == 200)
                try waitUntil("both are on record") { try gateway.audit().count >= 2 }
                #expect(try gateway.audit().map(\.event).sorted() == ["allowed", "denied"])
            }
        }
    }
}
