import Testing

extension EndToEndTests {
    @Suite("An introspection endpoint that fails")
    struct IntrospectionFailureTests {
        private static let good = #"{"active":true,"scope":"read:trades","key_id":"k1"}"#

        private static func json(_ body: String, status: String = "200 OK", type: String = "application/json") -> String
        {
            "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }

        /// What the endpoint answers, by the key that it is asked for.
        private static let answers = [
            "good": json(good),
            "status-500": json(good, status: "500 Internal Server Error"),
            "status-201": json(good, status: "201 Created"),
            "redirect": "HTTP/1.1 302 Found\r\nLocation: /introspect\r\nContent-Length: 0\r\n\r\n",
            "garbage": "this is no HTTP\r\n\r\n",
            "not-json": json("active=true"),
            "wrong-type": json(good, type: "text/html"),
            "no-type": "HTTP/1.1 200 OK\r\nContent-Length: \(good.utf8.count)\r\n\r\n\(good)",
            "empty": json(""),
            "array": json("[\(good)]"),
            "no-active": json(#"{"scope":"read:trades"}"#),
            "active-text": json(#"{"active":"true","scope":"read:trades"}"#),
            "twice": json(#"{"active":false,"active":true,"scope":"read:trades"}"#),
            "scope-number": json(#"{"active":true,"scope":7}"#),
            "too-long": json(#"{"active":true,"pad":""# + String(repeating: "a", count: 70_000) + #""}"#),
            "cut": "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"active\":tr",
        ]

        private static let endpoint: ScriptedBackend.Script = { connection in
            let head = try connection.readHead()
            let length = head.fieldValue("Content-Length").flatMap { Int($0) } ?? 0
            let form = String(decoding: try connection.read(length), as: UTF8.self)
            let key = form.split(separator: "&").first { $0.hasPrefix("token=") }?.dropFirst(6) ?? ""
            guard let answer = answers[String(key)] else {
                _ = try connection.readToEnd()
                return
            }
            try connection.send(answer)
        }

        private func expectUnavailable(_ response: RawResponse, _ name: String) {
            #expect(response.status == 503, "\(name)")
            #expect(response.code == "introspection_unavailable", "\(name)")
            #expect(response.field("Retry-After") == "1", "\(name)")
            #expect(response.field("Cache-Control") == "no-store", "\(name)")
        }

        @Test func isNeitherAYesNorANo() async throws {
            try await withBackend(Self.endpoint) { endpoint in
                try await withScriptedUpstream { settings in
                    settings.introspection = "\(endpoint.url)/introspect"
                    settings.introspectionOptions = ["timeout: 1s"]
                } _: { connection in
                    _ = try connection.readHead()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                } _: { gateway, backend in
                    for key in Self.answers.keys.sorted() where key != "good" {
                        expectUnavailable(try gateway.exchange("GET", "/closed/a", key: key), key)
                    }
                    let start = monotonicSeconds()
                    expectUnavailable(try gateway.exchange("GET", "/closed/a", key: "hang"), "hang")
                    let time = monotonicSeconds() - start
                    #expect(time > 0.9 && time < 3, "\(time) s")
                    #expect(backend.connectionCount == 0)
                    // Failures are not kept: the same endpoint is believed as soon as it answers.
                    #expect(try gateway.exchange("GET", "/closed/a", key: "good").text == "ok")
                    #expect(try gateway.audit().allSatisfy { $0.code == "introspection_unavailable" })
                }
            }
        }

        @Test func isDown() async throws {
            let port = try ScriptedBackend.unusedPort()
            try await withScriptedUpstream { settings in
                settings.introspection = "http://127.0.0.1:\(port)/introspect"
            } _: { connection in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            } _: { gateway, backend in
                let client = try gateway.client()
                for _ in 0..<3 { expectUnavailable(try client.exchange("GET", "/closed/a", key: "k"), "down") }
                #expect(backend.connectionCount == 0)
                // What needs no key is served all the same.
                #expect(try client.exchange("GET", "/open/a").text == "ok")
            }
        }

        /// Requests that come at once with a key that nobody knows yet make one call.
        @Test func oneCallForManyRequests() async throws {
            try await withJournal { servers in
                try await withGateway(servers.settings) { gateway in
                    let key = servers.key(["read:trades"])
                    let clients = try (0..<50).map { _ in try gateway.client() }
                    for client in clients { try client.send(RawClient.request("GET", "/api/v1/trades", key: key)) }
                    for client in clients { #expect(try client.readResponse().status == 200) }
                    #expect(servers.keys.introspectionCount == 1)
                    // Junk is remembered too.
                    for _ in 0..<20 {
                        #expect(try gateway.exchange("GET", "/api/v1/trades", key: "junk").status == 401)
                    }
                    #expect(servers.keys.introspectionCount == 2)
                }
            }
        }
    }
}
