import Foundation
import SimpleHTTP
import Testing

extension EndToEndTests {
    /// `SCOPEGATE_TEST_REQUESTS` sets the number of requests.
    @Suite("Many clients at once")
    struct LoadTests {
        private static let clients = 512
        private static let requests =
            ProcessInfo.processInfo.environment["SCOPEGATE_TEST_REQUESTS"].flatMap { Int($0) } ?? 100_000

        /// Gives a request's nonce back, in a header field and in a body of a length of its own.
        private static let echo = ClosureResponder { request in
            let nonce = request.field("X-Nonce") ?? ""
            return SimpleResponse(status: 200, fields: [("X-Echo-Nonce", nonce)], body: Array(body(nonce).utf8))
        }

        private static func body(_ nonce: String) -> String {
            nonce + ":"
                + String(repeating: "x", count: Int(nonce.split(separator: "-").last ?? "").map { $0 % 700 } ?? 0)
        }

        /// No request is lost and none gets another's answer; every sixteenth is refused in between.
        @Test func everyRequestGetsItsOwnAnswer() async throws {
            try await withJournal(responder: Self.echo) { servers in
                var settings = servers.settings
                // However slow the machine is.
                settings.introspectionOptions = ["cache: {ttl: 10m}"]
                settings.upstreamOptions = ["pool: {idle_timeout: 60s}"]
                // So that ids of requests are theirs.
                settings.rest = ["trusted_proxies: [127.0.0.0/8]"]
                try await withGateway(settings) { gateway in
                    let reader = servers.key(["read:trades"])
                    let other = servers.key(["read:tags"])
                    let load = LoadClient(
                        port: gateway.port,
                        clients: Self.clients,
                        requestsPerClient: (Self.requests + Self.clients - 1) / Self.clients
                    ) { client, number in
                        let nonce = "\(client)-\(number)"
                        let isRefused = (client + number) % 16 == 0
                        return LoadClient.Call(
                            request: "GET /api/v1/trades/\(nonce) HTTP/1.1\r\nHost: h\r\nX-Nonce: \(nonce)\r\n"
                                + "X-Request-Id: \(nonce)\r\nAuthorization: Bearer \(isRefused ? other : reader)\r\n\r\n",
                            status: isRefused ? 403 : 200,
                            field: isRefused ? ("X-Request-Id", nonce) : ("X-Echo-Nonce", nonce),
                            body: isRefused ? nil : Self.body(nonce)
                        )
                    }
                    let start = monotonicSeconds()
                    let outcome = try await load.run()
                    let seconds = monotonicSeconds() - start
                    let total = load.clients * load.requestsPerClient
                    let refused = gateway.auditText.split(separator: "\n").count { $0.contains(#""event":"denied""#) }
                    #expect(outcome.lost == 0)
                    #expect(outcome.wrong.isEmpty, "\(outcome.wrong.count), such as \(outcome.wrong.prefix(3))")
                    #expect(outcome.right == total)
                    #expect(servers.backend.requestCount + refused == total)
                    // No more than one at a time for each client, and used again and again.
                    #expect(servers.backend.acceptedConnectionCount <= Self.clients)
                    #expect(servers.keys.introspectionCount == 2)
                    print(
                        "\(total) requests of \(Self.clients) clients in \(String(format: "%.1f", seconds)) s,",
                        "\(servers.backend.acceptedConnectionCount) upstream connections, \(refused) refused"
                    )
                }
            }
        }
    }
}
