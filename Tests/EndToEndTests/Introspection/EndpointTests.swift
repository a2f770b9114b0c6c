import HTTP1
import SimpleHTTP
import Synchronization
import Testing

extension EndToEndTests {
    @Suite("Introspection endpoints of many kinds")
    struct EndpointTests {
        private static let upstream: ScriptedBackend.Script = { connection in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }

        private static func json(_ status: Int, _ body: String) -> SimpleResponse {
            SimpleResponse(status: status, fields: [("Content-Type", "application/json")], body: Array(body.utf8))
        }

        /// Runs a test with an endpoint that a closure answers for.
        private func withEndpoint(
            options: [String],
            rest: [String] = [],
            _ answer: @escaping @Sendable (SimpleRequest) -> SimpleResponse,
            _ body: (GatewayProcess) async throws -> Void
        ) async throws {
            try await withJournal(responder: ClosureResponder(answer: answer)) { servers in
                try await withScriptedUpstream { settings in
                    settings.introspection = "http://127.0.0.1:\(servers.backendPort)/keys/check"
                    settings.introspectionOptions = options
                    settings.rest = rest
                } _: {
                    try Self.upstream($0)
                } _: { (gateway: GatewayProcess, _: ScriptedBackend) async throws -> Void in
                    try await body(gateway)
                }
            }
        }

        @Test func aJSONAPI() async throws {
            let options = [
                "request: {key: {json: api_key}}",
                "answer: {active: /data/valid, scopes: /data/scopes, expires_at: /data/until, key_id: /data/id}",
            ]
            try await withEndpoint(options: options) { request in
                switch String(decoding: request.body, as: UTF8.self) {
                case #"{"api_key":"good"}"#:
                    Self.json(200, #"{"data":{"valid":true,"scopes":["read:trades"],"until":null,"id":7}}"#)
                case #"{"api_key":"old"}"#:
                    Self.json(200, #"{"data":{"valid":true,"until":"2001-01-01T00:00:00Z"}}"#)
                default: Self.json(200, #"{"data":{"valid":false}}"#)
                }
            } _: { (gateway: GatewayProcess) async throws -> Void in
                #expect(try gateway.exchange("GET", "/closed/a", key: "good").status == 200)
                let refused = try gateway.exchange("POST", "/closed/a", key: "good")
                #expect(refused.code == "forbidden_scope")
                #expect(try gateway.audit().last?.key_id == "7")
                #expect(try gateway.exchange("GET", "/closed/a", key: "old").code == "expired_key")
                #expect(try gateway.exchange("GET", "/closed/a", key: "bad").code == "invalid_key")
            }
        }

        @Test func aWhoAmI() async throws {
            let options = ["request: {key: bearer}", "answer: {active: status, scopes: /scopes, subject: /user}"]
            try await withEndpoint(options: options) { request in
                guard request.method == .get, request.body.isEmpty else { return Self.json(500, "{}") }
                return request.field("Authorization") == "Bearer good"
                    ? Self.json(200, #"{"user":"u1","scopes":"read:trades"}"#) : Self.json(401, #"{"error":"no"}"#)
            } _: { (gateway: GatewayProcess) async throws -> Void in
                #expect(try gateway.exchange("GET", "/closed/a", key: "good").status == 200)
                #expect(try gateway.exchange("GET", "/closed/a", key: "bad").code == "invalid_key")
            }
        }

        @Test(arguments: [
            ("{bearer: {file: secret}}", "Authorization", "Bearer s3cret-of-ours"),
            ("{header: X-Gate, value: {file: secret}}", "X-Gate", "s3cret-of-ours"),
        ])
        func whoAsks(client: String, field: String, value: String) async throws {
            let folder = try TemporaryFolder()
            let file = try folder.write("secret", "s3cret-of-ours\n")
            let options = ["client: \(client.replacing("file: secret", with: "file: \(file)"))"]
            try await withEndpoint(options: options) { request in
                request.field(field) == value
                    ? Self.json(200, #"{"active":true,"scope":"read:trades"}"#) : Self.json(401, "{}")
            } _: { (gateway: GatewayProcess) async throws -> Void in
                #expect(try gateway.exchange("GET", "/closed/a", key: "good").status == 200)
            }
        }

        @Test func keysOfAnotherShapeAreRefusedWithoutACall() async throws {
            let shape = ["keys: {shape: {prefixes: [ghp_], max_length: 40, checksum: crc32-base62}}"]
            try await withEndpoint(options: [], rest: shape) { _ in
                Self.json(200, #"{"active":true,"scope":"read:trades"}"#)
            } _: { (gateway: GatewayProcess) async throws -> Void in
                for key in [
                    "ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18", "ghx_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17", "ghp_",
                ] {
                    #expect(try gateway.exchange("GET", "/closed/a", key: key).code == "invalid_key")
                }
                #expect(try gateway.metric("introspection_calls_total") == 0)
                let good = "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"
                #expect(try gateway.exchange("GET", "/closed/a", key: good).status == 200)
                #expect(try gateway.metric("introspection_calls_total") == 1)
            }
        }

        /// Of three endpoints the first is down and the second says 500: the third is asked, and from then on first.
        @Test func laterEndpointsAreForWhenEarlierOnesFail() async throws {
            let asked = Mutex<[String]>([])
            try await withJournal(
                responder: ClosureResponder { request in
                    asked.withLock { $0.append(request.path) }
                    return request.path == "/second"
                        ? Self.json(500, "{}") : Self.json(200, #"{"active":true,"scope":"read:trades"}"#)
                }
            ) { servers in
                let down = try ScriptedBackend.unusedPort()
                let base = "http://127.0.0.1:\(servers.backendPort)"
                try await withScriptedUpstream { settings in
                    settings.introspections = ["http://127.0.0.1:\(down)/first", "\(base)/second", "\(base)/third"]
                } _: {
                    try Self.upstream($0)
                } _: { (gateway: GatewayProcess, _: ScriptedBackend) async throws -> Void in
                    #expect(try gateway.exchange("GET", "/closed/a", key: "one").status == 200)
                    #expect(asked.withLock { $0 } == ["/second", "/third"])
                    #expect(try gateway.exchange("GET", "/closed/a", key: "two").status == 200)
                    #expect(asked.withLock { $0 } == ["/second", "/third", "/third"])
                }
            }
        }

        /// A connection that breaks before an answer is tried once more, on a new one; one that breaks in it is not.
        @Test func aConnectionThatBreaksBeforeAnAnswerIsTriedOnceMore() async throws {
            let requests = Mutex(0)
            try await withBackend { connection in
                let head = try connection.readHead()
                let length = head.fieldValue("Content-Length").flatMap { Int($0) } ?? 0
                let form = String(decoding: try connection.read(length), as: UTF8.self)
                let count = requests.withLock { requests in
                    requests += 1
                    return requests
                }
                if form.contains("token=cut") { return try connection.send("HTTP/1.1 200 OK\r\nContent-") }
                guard !form.contains("token=never"), count > 1 else { return }
                let body = #"{"active":true,"scope":"read:trades"}"#
                try connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
            } _: { endpoint in
                try await withScriptedUpstream { settings in
                    settings.introspection = "\(endpoint.url)/introspect"
                } _: {
                    try Self.upstream($0)
                } _: { (gateway: GatewayProcess, _: ScriptedBackend) async throws -> Void in
                    #expect(try gateway.exchange("GET", "/closed/a", key: "good").status == 200)
                    #expect(requests.withLock { $0 } == 2)
                    #expect(try gateway.exchange("GET", "/closed/a", key: "never").status == 503)
                    #expect(requests.withLock { $0 } == 4)
                }
            }
        }
    }
}
