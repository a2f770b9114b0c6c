import Testing

extension EndToEndTests {
    /// At each limit: the status that is its own, the end of the connection, a line in the log, a count, and where it
    /// is a refusal a record.
    @Suite("Limits")
    struct LimitTests {
        struct Limit: Sendable, CustomTestStringConvertible {
            let name: String
            var limits: [String] = []
            var upstream: [String] = []
            let request: String
            let status: Int
            let code: String
            /// It is the backend that is late, so nothing is refused.
            var isUpstreamLate = false

            var testDescription: String { name }
        }

        private static func request(_ target: String, _ fields: String = "", _ body: String = "") -> String {
            "PUT /open/\(target) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\(body)"
        }

        static let table: [Limit] = [
            .init(
                name: "request_line",
                limits: ["request_line: 512"],
                request: request(String(repeating: "a", count: 512)),
                status: 414,
                code: "target_too_long"
            ),
            .init(
                name: "header_fields",
                limits: ["header_fields: 8"],
                request: request("a", (1...8).map { "X-\($0): a\r\n" }.joined()),
                status: 431,
                code: "headers_too_large"
            ),
            .init(
                name: "header_bytes",
                limits: ["header_bytes: 1KiB"],
                request: request("a", "X-A: \(String(repeating: "a", count: 1024))\r\n"),
                status: 431,
                code: "headers_too_large"
            ),
            .init(
                name: "body",
                limits: ["body: 4"],
                request: request("a", "Content-Length: 5\r\n", "12345"),
                status: 413,
                code: "body_too_large"
            ),
            .init(
                name: "body, in chunks",
                limits: ["body: 4"],
                request: request("a", "Transfer-Encoding: chunked\r\n", "3\r\n123\r\n2\r\n45\r\n0\r\n\r\n"),
                status: 413,
                code: "body_too_large"
            ),
            .init(
                name: "head_timeout",
                limits: ["head_timeout: 200ms"],
                request: "PUT /open/a HTTP/1.1\r\nHost:",
                status: 408,
                code: "request_timeout"
            ),
            .init(
                name: "body_idle_timeout",
                limits: ["body_idle_timeout: 200ms"],
                request: request("a", "Content-Length: 5\r\n", "123"),
                status: 408,
                code: "request_timeout"
            ),
            .init(
                name: "first_byte_timeout",
                upstream: ["first_byte_timeout: 200ms"],
                request: request("silent"),
                status: 504,
                code: "upstream_timeout",
                isUpstreamLate: true
            ),
        ]

        private static let script: ScriptedBackend.Script = { connection in
            while true {
                let head = try connection.readHead()
                if head.target == "/open/silent" || head.fieldValue("Content-Length") != nil {
                    _ = try connection.readToEnd()
                }
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }

        @Test(arguments: table)
        func isToldAndSeen(limit: Limit) async throws {
            try await withScriptedUpstream { settings in
                settings.limits = limit.limits
                settings.upstreamOptions = limit.upstream
            } _: { connection in
                try Self.script(connection)
            } _: { gateway, _ in
                #expect(try gateway.exchange("GET", "/open/a").text == "ok")
                let client = try gateway.client()
                try client.send(limit.request)
                let response = try client.readResponse()
                #expect(response.status == limit.status && response.code == limit.code, "\(response.text)")
                #expect(response.field("Connection") == "close")
                #expect(try client.readToEnd().end == .closed)
                #expect(try gateway.metric("refusals_total{code=\"\(limit.code)\"}") == 1)
                #expect(gateway.log.contains("\"code\":\"\(limit.code)\""), "\(gateway.log)")
                let records = try gateway.audit()
                #expect(records.map(\.code) == (limit.isUpstreamLate ? [] : [limit.code]))
            }
        }

        /// Three limits bound responses too; the caller and the log are told which one, the log also what it is set to.
        @Test(arguments: [
            ("/open/line", "limits.request_line", "512"), ("/open/fields", "limits.header_fields", "8"),
            ("/open/bytes", "limits.header_bytes", "1024"),
        ])
        func responses(_ target: String, _ limit: String, _ value: String) async throws {
            try await withScriptedUpstream { settings in
                settings.limits = ["request_line: 512", "header_fields: 8", "header_bytes: 1KiB"]
            } _: { connection in
                let long = String(repeating: "a", count: 1024)
                switch try connection.readHead().target {
                case "/open/line": try connection.send("HTTP/1.1 200 \(long)\r\nContent-Length: 0\r\n\r\n")
                case "/open/fields":
                    let fields = (0..<9).map { "X-\($0): a\r\n" }.joined()
                    try connection.send("HTTP/1.1 200 OK\r\n\(fields)Content-Length: 0\r\n\r\n")
                default: try connection.send("HTTP/1.1 200 OK\r\nX-A: \(long)\r\nContent-Length: 0\r\n\r\n")
                }
                _ = try connection.readToEnd()
            } _: { gateway, _ in
                let response = try gateway.exchange("GET", target)
                #expect(response.status == 502 && response.code == "upstream_invalid_response")
                #expect(response.text.contains(limit), "\(response.text)")
                try waitUntil("the log has it") { gateway.log.contains("\"limit\":\"\(limit)\"") }
                #expect(gateway.log.contains("\"value\":\"\(value)\""), "\(gateway.log)")
            }
        }

        @Test func maxInFlight() async throws {
            try await withScriptedUpstream { settings in
                settings.limits = ["max_in_flight: 1"]
            } _: { connection in
                try Self.script(connection)
            } _: { gateway, backend in
                let first = try gateway.client()
                try first.send(RawClient.request("GET", "/open/silent"))
                try waitUntil("the first is there") { backend.heads.count == 1 }
                let response = try gateway.exchange("GET", "/open/a")
                #expect(response.status == 503 && response.code == "overloaded")
                #expect(response.field("Retry-After") == "1" && response.field("Connection") == "close")
                // What is refused anyway doesn't have to wait for anybody.
                #expect(try gateway.exchange("GET", "/closed/a").code == "missing_key")
                #expect(try gateway.metric("refusals_total{code=\"overloaded\"}") == 1)
                #expect(gateway.log.contains("\"code\":\"overloaded\""))
                #expect(backend.heads.count == 1)
            }
        }

        /// The empty line that old clients send behind a body is no request that is late (RFC 9112 §2.2).
        @Test func anEmptyLineIsNoRequest() async throws {
            try await withScriptedUpstream { settings in
                settings.limits = ["keep_alive_timeout: 300ms", "head_timeout: 200ms"]
            } _: { connection in
                try Self.script(connection)
            } _: { gateway, _ in
                let client = try gateway.client()
                #expect(try client.exchange("GET", "/open/a").text == "ok")
                try client.send("\r\n")
                let (rest, end) = try client.readToEnd()
                #expect(rest.isEmpty && end == .closed)
                #expect(try gateway.metric("idle_connections_closed_total") == 1)
                #expect(try gateway.audit().isEmpty)
                let other = try gateway.client()
                try other.send("\r\nG")
                #expect(try other.readResponse().code == "request_timeout")
            }
        }

        @Test func keepAliveTimeout() async throws {
            try await withScriptedUpstream { settings in
                settings.limits = ["keep_alive_timeout: 200ms"]
                settings.rest = ["log: {level: debug}"]
            } _: { connection in
                try Self.script(connection)
            } _: { gateway, _ in
                let client = try gateway.client()
                #expect(try client.exchange("GET", "/open/a").text == "ok")
                let (rest, end) = try client.readToEnd()
                #expect(rest.isEmpty && end == .closed)
                #expect(try gateway.metric("idle_connections_closed_total") == 1)
                #expect(gateway.log.contains("\"code\":\"idle_connection\""))
            }
        }

        /// What is beyond the limit waits in the system's queue, and is served as soon as there is room.
        @Test func connections() async throws {
            try await withScriptedUpstream { settings in
                settings.limits = ["connections: 2"]
                settings.threads = 1
            } _: { connection in
                try Self.script(connection)
            } _: { gateway, _ in
                var open = try (0..<2).map { _ in try gateway.client() }
                for client in open { #expect(try client.exchange("GET", "/open/a").text == "ok") }
                let waiting = try gateway.client()
                try waiting.send(RawClient.request("GET", "/open/a"))
                try waitUntil("accepting pauses") { try gateway.metric("accepts_held_back_total") >= 1 }
                #expect(gateway.log.contains("\"code\":\"connections\""))
                #expect(try gateway.metric("connections_open") <= 2)
                open.removeLast().socket.close()
                #expect(try waiting.readResponse().text == "ok")
            }
        }

        /// Accepting pauses before the descriptors run out, and everybody gets a turn.
        @Test func descriptors() async throws {
            try await withScriptedUpstream { settings in
                settings.descriptors = 256
            } _: { connection in
                try Self.script(connection)
            } _: { gateway, _ in
                #expect(gateway.log.contains("the process may have only 256 descriptors: 16 connections are accepted"))
                var clients = try (0..<200).map { _ in try gateway.client() }
                for client in clients { try client.send(RawClient.request("GET", "/open/a")) }
                try waitUntil("accepting pauses") { try gateway.metric("accepts_held_back_total") >= 1 }
                // Each makes room for the next when it goes.
                while !clients.isEmpty {
                    let client = clients.removeFirst()
                    #expect(try client.readResponse().text == "ok")
                    client.socket.close()
                }
                let problems = gateway.logLines.filter { ["error", "critical"].contains($0.level) }
                #expect(problems.isEmpty, "\(problems)")
            }
        }
    }
}
