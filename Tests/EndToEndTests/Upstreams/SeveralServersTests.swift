import Glibc
import Synchronization
import Testing

extension EndToEndTests {
    @Suite("Several servers")
    struct SeveralServersTests {
        /// What a server does, as the test says.
        private final class Mood: Sendable {
            private let state: Mutex<Bool>

            init(isWell: Bool) { state = Mutex(isWell) }

            var isWell: Bool {
                get { state.withLock { $0 } }
                set { state.withLock { $0 = newValue } }
            }
        }

        /// Answers every request with a name, its body behind it.
        private static func answering(_ name: String) -> ScriptedBackend.Script {
            { connection in
                while true {
                    let head = try connection.readHead()
                    let body = try connection.read(Int(head.fieldValue("Content-Length") ?? "0") ?? 0)
                    let length = name.utf8.count + body.count
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
                    if !head.hasPrefix("HEAD") { try connection.send(Array(name.utf8) + body) }
                }
            }
        }

        /// Runs a test with a gateway in front of two servers, of one event loop, so that what it chooses can be told.
        private func withServers(
            _ first: @escaping ScriptedBackend.Script,
            _ second: @escaping ScriptedBackend.Script,
            options: [String] = [],
            weights: (Int, Int) = (1, 1),
            _ body: (GatewayProcess, ScriptedBackend, ScriptedBackend) throws -> Void
        ) async throws {
            try await withBackend(first) { one in
                try await withBackend(second) { two in
                    var settings = GatewaySettings(upstream: "")
                    settings.servers = [
                        "{url: '\(one.url)', weight: \(weights.0)}", "{url: '\(two.url)', weight: \(weights.1)}",
                    ]
                    settings.routes = GatewaySettings.openRoutes
                    settings.upstreamOptions = options
                    settings.threads = 1
                    try await withGateway(settings) { try body($0, one, two) }
                }
            }
        }

        private static func labels(_ backend: ScriptedBackend) -> String {
            "{upstream=\"default\",server=\"\(backend.url)\"}"
        }

        @Test func shareRequestsByWeight() async throws {
            try await withServers(Self.answering("a"), Self.answering("b"), weights: (3, 1)) { gateway, one, two in
                let client = try gateway.client()
                let answers = try (0..<40).map { _ in try client.exchange("GET", "/open/x").text }
                #expect(answers.count { $0 == "a" } == 30 && answers.count { $0 == "b" } == 10)
                #expect(try gateway.metric("upstream_server_requests_total\(Self.labels(one))") == 30)
                #expect(try gateway.metric("upstream_server_requests_total\(Self.labels(two))") == 10)
            }
        }

        /// What waits for its answer counts.
        @Test func theBusyOneGetsNoMore() async throws {
            let hang: ScriptedBackend.Script = { connection in
                _ = try connection.readHead()
                try connection.awaitTurn(0)
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow")
            }
            try await withServers(hang, Self.answering("b")) { gateway, one, two in
                let waiting = try gateway.client()
                try waiting.send(RawClient.request("GET", "/open/x"))
                try waitUntil("the slow one has it") { one.heads.count == 1 }
                let client = try gateway.client()
                for _ in 0..<20 { #expect(try client.exchange("GET", "/open/x").text == "b") }
                #expect(one.heads.count == 1 && two.heads.count == 20)
                for connection in one.connections { connection.allowTurn(0) }
                #expect(try waiting.readResponse().text == "slow")
            }
        }

        /// Nothing was sent, so that nothing can have been done, whatever the method.
        @Test func whatCanNotBeReachedIsLeftForAnother() async throws {
            try await withBackend(Self.answering("b")) { backend in
                var settings = GatewaySettings(upstream: "")
                let dead = "http://127.0.0.1:\(try ScriptedBackend.unusedPort())"
                settings.servers = ["{url: '\(dead)'}", "{url: '\(backend.url)'}"]
                settings.routes = GatewaySettings.openRoutes
                settings.threads = 1
                settings.upstreamOptions = ["ejection: {failures: 3, back_off: 1m, max_back_off: 1m}"]
                try await withGateway(settings) { gateway in
                    let client = try gateway.client()
                    for number in 0..<20 {
                        let method = ["GET", "POST", "PUT", "PATCH"][number % 4]
                        let body = method == "GET" ? [] : Array("body \(number)".utf8)
                        let response = try client.exchange(method, "/open/x", body: body)
                        #expect(response.status == 200 && response.text == "b" + String(decoding: body, as: UTF8.self))
                    }
                    #expect(backend.heads.count == 20)
                    #expect(gateway.log.contains("server ejected"))
                    #expect(try gateway.metric("upstream_retries_total") == 3)
                    let all = try gateway.admin("GET", "/metrics").text.split(separator: "\n")
                        .filter { $0.hasPrefix("scopegate_http_requests_total{") }
                        .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
                    #expect(all == 20, "each request is counted once")
                    let ready = try gateway.admin("GET", "/readyz")
                    #expect(
                        ready.status == 200 && ready.text.contains("upstream: degraded: nothing is sent to http://")
                    )
                }
            }
        }

        /// A server that takes requests and closes: what may be done twice is asked of the other one.
        @Test func whatMayBeDoneTwiceIsRepeated() async throws {
            let closing: ScriptedBackend.Script = { connection in
                let head = try connection.readHead()
                _ = try connection.read(Int(head.fieldValue("Content-Length") ?? "0") ?? 0)
            }
            let options = ["ejection: {failures: 0}"]
            try await withServers(closing, Self.answering("b"), options: options) { gateway, one, two in
                // Turn and turn about, so that each method comes to the bad one at least once.
                for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
                    for _ in 0..<3 {
                        let body = method == "PUT" ? Array("it".utf8) : []
                        let response = try gateway.exchange(method, "/open/x", body: body)
                        #expect(response.status == 200, "\(method)")
                        if method == "PUT" { #expect(response.text == "bit") }
                    }
                }
                #expect(one.heads.count >= 5)
                let posts = try (0..<6).map { _ in try gateway.exchange("POST", "/open/x", body: [1]).status }
                #expect(posts.count { $0 == 502 } == 3 && posts.count { $0 == 200 } == 3, "\(posts)")
                let came = (one.heads + two.heads).count { $0.hasPrefix("POST") }
                #expect(came == 6, "no POST is sent twice")
            }
        }

        @Test func aLateServerIsLeftForAnother() async throws {
            let silent: ScriptedBackend.Script = { connection in _ = try connection.readToEnd() }
            try await withServers(
                silent,
                Self.answering("b"),
                options: ["first_byte_timeout: 300ms", "ejection: {failures: 0}"]
            ) { gateway, _, _ in
                let gets = try (0..<4).map { _ in try gateway.exchange("GET", "/open/x").status }
                #expect(gets == [200, 200, 200, 200])
                let posts = try (0..<4).map { _ in try gateway.exchange("POST", "/open/x").status }
                #expect(posts.sorted() == [200, 200, 504, 504])
            }
        }

        @Test func orNotIfThatIsNotWanted() async throws {
            let silent: ScriptedBackend.Script = { connection in _ = try connection.readToEnd() }
            try await withServers(
                silent,
                Self.answering("b"),
                options: ["first_byte_timeout: 300ms", "ejection: {failures: 0}", "retry: {timeouts: false}"]
            ) { gateway, _, _ in
                let gets = try (0..<4).map { _ in try gateway.exchange("GET", "/open/x").status }
                #expect(gets.sorted() == [200, 200, 504, 504])
            }
        }

        /// A server that says that it can't is left alone after a few times, and tried again later.
        @Test func statusesEject() async throws {
            let mood = Mood(isWell: false)
            let moody: ScriptedBackend.Script = { connection in
                while true {
                    _ = try connection.readHead()
                    let status = mood.isWell ? "200 OK" : "503 Service Unavailable"
                    try connection.send("HTTP/1.1 \(status)\r\nContent-Length: 1\r\n\r\na")
                }
            }
            try await withServers(
                moody,
                Self.answering("b"),
                options: ["ejection: {failures: 2, back_off: 300ms, max_back_off: 300ms}"]
            ) { gateway, one, _ in
                let client = try gateway.client()
                let first = try (0..<12).map { _ in try client.exchange("GET", "/open/x").status }
                #expect(first.count { $0 == 503 } == 2, "\(first)")
                #expect(try gateway.metric("upstream_server_up\(Self.labels(one))") == 0)
                #expect(try gateway.metric("upstream_server_ejections_total\(Self.labels(one))") == 1)
                mood.isWell = true
                try waitUntil("it is back") { try client.exchange("GET", "/open/x").text == "a" }
                #expect(try gateway.metric("upstream_server_up\(Self.labels(one))") == 1)
                #expect(gateway.log.contains("server back"))
            }
        }

        /// When nothing is left, everything is tried: a server that may answer is better than none.
        @Test func whenAllAreEjectedAllAreTried() async throws {
            let mood = Mood(isWell: false)
            let moody: ScriptedBackend.Script = { connection in
                while true {
                    _ = try connection.readHead()
                    guard mood.isWell else { return }
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
                }
            }
            try await withServers(
                moody,
                moody,
                options: ["ejection: {failures: 1, back_off: 1m, max_back_off: 1m}"]
            ) { gateway, one, two in
                let first = try (0..<4).map { _ in try gateway.exchange("GET", "/open/x").status }
                #expect(first == [502, 502, 502, 502])
                for backend in [one, two] {
                    #expect(try gateway.metric("upstream_server_up\(Self.labels(backend))") == 0)
                }
                mood.isWell = true
                let later = try (0..<4).map { _ in try gateway.exchange("GET", "/open/x").status }
                #expect(later == [200, 200, 200, 200])
            }
        }

        @Test func checksTakeServersOutAndIn() async throws {
            let mood = Mood(isWell: true)
            let checked: ScriptedBackend.Script = { connection in
                while true {
                    let target = try connection.readHead().target
                    let status = target != "/health?full=1" || mood.isWell ? "200 OK" : "500 Not So Well"
                    try connection.send("HTTP/1.1 \(status)\r\nContent-Length: 1\r\n\r\na")
                }
            }
            let check = "health_check: {path: '/health?full=1', interval: 100ms, healthy_after: 2, unhealthy_after: 2}"
            try await withServers(checked, Self.answering("b"), options: [check]) { gateway, one, two in
                let client = try gateway.client()
                func answers() throws -> Set<String> {
                    Set(try (0..<6).map { _ in try client.exchange("GET", "/open/x").text })
                }
                #expect(try answers() == ["a", "b"])
                mood.isWell = false
                try waitUntil("it is out") { try gateway.metric("upstream_server_up\(Self.labels(one))") == 0 }
                #expect(try answers() == ["b"])
                #expect(gateway.log.contains("server unhealthy") && gateway.log.contains("status 500"))
                #expect(try gateway.admin("GET", "/readyz").text.contains("upstream: degraded"))
                mood.isWell = true
                try waitUntil("it is in") { try gateway.metric("upstream_server_up\(Self.labels(one))") == 1 }
                #expect(try answers() == ["a", "b"])
                let checks = Self.labels(one).dropLast() + ",result=\"failure\"}"
                #expect(try gateway.metric("upstream_server_checks_total\(checks)") >= 2)
                #expect(two.heads.contains { $0.hasPrefix("GET /health?full=1 HTTP/1.1\r\n") })
            }
        }

        @Test func unhealthyOnesAreUsedRatherThanNone() async throws {
            let check = "health_check: {path: /health, interval: 100ms, unhealthy_after: 1, statuses: [204]}"
            try await withServers(Self.answering("a"), Self.answering("b"), options: [check]) { gateway, _, _ in
                try waitUntil("it is not ready") { try gateway.admin("GET", "/readyz").status == 503 }
                #expect(try gateway.admin("GET", "/readyz").text.contains("upstream: failing"))
                #expect(try gateway.exchange("GET", "/open/x").status == 200)
            }
        }
    }
}
