import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Nobody takes everybody's room: connections without a request give way, operators and clients have descriptors of
    /// their own, and a client may be kept to a share.
    @Suite("Room for connections")
    struct ConnectionRoomTests {
        private static func answer(_ connection: BackendConnection) throws {
            while true {
                if try connection.readHead().target == "/open/silent" { try connection.awaitTurn(0) }
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }

        private func withGateway(
            _ prepare: (inout GatewaySettings) -> Void,
            _ body: (GatewayProcess, ScriptedBackend) async throws -> Void
        ) async throws {
            try await withScriptedUpstream(configure: prepare, { try Self.answer($0) }, body)
        }

        /// Does to a connection what a client may do without ever coming to a request.
        private func use(_ client: RawClient, _ kind: String) throws {
            switch kind {
            case "half a head": try client.send(Array("GET /open/a HTTP/1.1\r\nHost: h\r\nX-A: ".utf8))
            case "between requests": #expect(try client.exchange("GET", "/open/a").text == "ok")
            default: break
            }
        }

        /// Idle connections, the first of which is the oldest by the clock that the gateway reads.
        private func idleConnections(_ count: Int, _ gateway: GatewayProcess, _ kind: String = "") throws -> [RawClient]
        {
            var clients: [RawClient] = []
            for _ in 0..<count {
                let client = try gateway.client()
                try use(client, kind)
                clients.append(client)
                guard clients.count == 1 else { continue }
                try waitUntil("it is there") { try gateway.metric("connections_open") == 1 }
                let start = monotonicSeconds()
                try waitUntil("the clock has ticked") { monotonicSeconds() - start > 0.02 }
            }
            return clients
        }

        /// 50 idle clients would hold all of 50 connections until their time is over.
        @Test(arguments: ["nothing", "half a head", "between requests"])
        func idleConnectionsGiveWay(to kind: String) async throws {
            try await withGateway {
                $0.limits = ["connections: 50"]
            } _: { gateway, _ in
                let idle = try idleConnections(50, gateway, kind)
                try waitUntil("all are there") { try gateway.metric("connections_open") == 50 }
                let clients = try (0..<10).map { _ in
                    let client = try gateway.client()
                    #expect(try client.exchange("GET", "/open/a", within: 5).text == "ok")
                    return client
                }
                #expect(try gateway.metric("connections_displaced_total") >= 10)
                #expect(try gateway.metric("connections_open") <= 50)
                // The oldest went.
                #expect(try idle[0].readToEnd().end == .closed)
                for client in clients { #expect(try client.exchange("GET", "/open/a").text == "ok") }
            }
        }

        @Test func handshakesGiveWay() async throws {
            let authority = try CertificateAuthority()
            try await withGateway {
                $0.limits = ["connections: 8"]
                $0.listenOptions = ["tls: {certificates: [\(authority.files("server"))], handshake_timeout: 60s}"]
            } _: { gateway, _ in
                let idle = try idleConnections(8, gateway)
                try waitUntil("all are there") { try gateway.metric("connections_open") == 8 }
                for version in ["--http1.1", "--http2"] {
                    let arguments = ["-sS", "-m", "10", "--cacert", authority.certificate, version]
                    let url = "https://127.0.0.1:\(gateway.port)/open/a"
                    for _ in 0..<4 {
                        let result = try ChildProcess.run("curl", arguments + [url])
                        #expect(result.output == "ok", "\(result.errors)")
                    }
                }
                #expect(try idle[0].readToEnd().end == .closed)
                #expect(try gateway.metric("connections_displaced_total") >= 1)
            }
        }

        @Test func proxiesThatSayNothingGiveWay() async throws {
            try await withGateway {
                $0.limits = ["connections: 8", "head_timeout: 60s"]
                $0.listenOptions = ["proxy_protocol: {trusted: [127.0.0.1]}"]
            } _: { gateway, _ in
                let idle = try idleConnections(8, gateway)
                try waitUntil("all are there") { try gateway.metric("connections_open") == 8 }
                let client = try gateway.client()
                try client.send(Array("PROXY UNKNOWN\r\n".utf8))
                #expect(try client.exchange("GET", "/open/a", within: 5).text == "ok")
                #expect(try idle[0].readToEnd().end == .closed)
            }
        }

        @Test func idleConnectionsOfHTTP2GiveWay() async throws {
            try await withGateway {
                $0.limits = ["connections: 8"]
                $0.listenOptions = ["protocols: [h2, http/1.1]"]
            } _: { gateway, _ in
                let idle = try (0..<8).map { _ in try gateway.client() }
                let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
                for client in idle { try client.send(preface) }
                try waitUntil("all are there") { try gateway.metric("http2_connections_total") == 8 }
                let client = try gateway.client()
                #expect(try client.exchange("GET", "/open/a", within: 5).text == "ok")
                #expect(try gateway.metric("connections_displaced_total") == 1)
            }
        }

        /// Who has a request keeps the connection, however long it takes.
        @Test func requestsKeepTheirConnections() async throws {
            try await withGateway {
                $0.limits = ["connections: 2"]
            } _: { gateway, backend in
                let busy = try (0..<2).map { _ in try gateway.client() }
                for client in busy { try client.send(RawClient.request("GET", "/open/silent")) }
                try waitUntil("both are there") { backend.heads.count == 2 }
                let waiting = try gateway.client()
                try waiting.send(RawClient.request("GET", "/open/a"))
                try waitUntil("accepting pauses") { try gateway.metric("accepts_held_back_total") >= 1 }
                for connection in backend.connections { connection.allowTurn(0) }
                for client in busy { #expect(try client.readResponse().text == "ok") }
                // Now one of them is idle, and gives way.
                #expect(try waiting.readResponse().text == "ok")
            }
        }

        // MARK: Operators

        /// 1,000 idle connections to the admin listener would use up the descriptors of clients and operators alike.
        @Test func operatorsHaveTheirOwn() async throws {
            try await withGateway {
                $0.descriptors = 600
            } _: { gateway, _ in
                var idle: [RawClient] = []
                for _ in 0..<1000 { idle.append(try RawClient(port: gateway.adminPort)) }
                for _ in 0..<20 {
                    #expect(try gateway.exchange("GET", "/open/a").text == "ok")
                    #expect(try gateway.admin("GET", "/readyz").status == 200)
                }
                #expect(try gateway.metric("connections_open") <= 20)
                let descriptors = try FileManager.default.contentsOfDirectory(
                    atPath: "/proc/\(gateway.child.identifier)/fd"
                )
                #expect(descriptors.count < 300, "\(descriptors.count)")
                withExtendedLifetime(idle) {}
            }
        }

        /// Nor do clients take those of operators.
        @Test func operatorsAreNotShutOut() async throws {
            try await withGateway {
                $0.descriptors = 400
            } _: { gateway, _ in
                var clients: [RawClient] = []
                for _ in 0..<600 {
                    let client = try gateway.client()
                    try client.send(Array("GET /open/a HTTP/1.1\r\n".utf8))
                    clients.append(client)
                }
                for _ in 0..<20 { #expect(try gateway.admin("GET", "/metrics").status == 200) }
                withExtendedLifetime(clients) {}
            }
        }

        @Test func aRequestToOperatorsHasToBeWhole() async throws {
            try await withGateway { _ in
            } _: { gateway, _ in
                let client = try RawClient(port: gateway.adminPort)
                try client.send(Array("POST /revoke HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n".utf8))
                #expect(try client.readToEnd(within: 20).end == .closed)
            }
        }

        // MARK: Shares

        @Test func aClientHasItsShare() async throws {
            try await withGateway {
                $0.limits = ["connections_per_client: 3"]
            } _: { gateway, _ in
                var clients = try (0..<3).map { _ in try gateway.client() }
                for client in clients { #expect(try client.exchange("GET", "/open/a").text == "ok") }
                let surplus = try gateway.client()
                #expect(try surplus.readToEnd().bytes.isEmpty)
                #expect(try gateway.metric("connections_over_share_total") == 1)
                #expect(gateway.log.contains("\"code\":\"connections_per_client\""))
                clients.removeLast().socket.close()
                _ = try waitFor("there is room again") {
                    try? gateway.client().exchange("GET", "/open/a").text == "ok" ? true : nil
                }
            }
        }

        /// Behind a load balancer it is the client's address that counts, as that says it.
        @Test func sharesAreThoseOfClients() async throws {
            try await withGateway {
                $0.limits = ["connections_per_client: 1"]
                $0.listenOptions = ["proxy_protocol: {trusted: [127.0.0.1]}"]
            } _: { gateway, _ in
                func connect(_ address: String) throws -> RawClient {
                    let client = try gateway.client()
                    try client.send(Array("PROXY TCP4 \(address) 198.51.100.1 4711 80\r\n".utf8))
                    return client
                }
                let clients = try ["203.0.113.1", "203.0.113.2"].map(connect)
                for client in clients { #expect(try client.exchange("GET", "/open/a").text == "ok") }
                let surplus = try connect("203.0.113.1")
                #expect(try surplus.readToEnd().bytes.isEmpty)
                #expect(try clients[0].exchange("GET", "/open/a").text == "ok")
            }
        }

        // MARK: Ages

        @Test func connectionsEndWithTheirAge() async throws {
            try await withGateway {
                $0.limits = ["connection_age: 1s"]
                $0.listenOptions = ["protocols: [h2, http/1.1]"]
            } _: { gateway, _ in
                let client = try gateway.client()
                #expect(try client.exchange("GET", "/open/a").field("Connection") == nil)
                let second = try gateway.client()
                try second.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
                try waitUntil("the connection ends") {
                    let response = try client.exchange("GET", "/open/a")
                    #expect(response.text == "ok")
                    return response.field("Connection") == "close"
                }
                #expect(try client.readToEnd().end == .closed)
                // Frames of HTTP/2 up to GOAWAY (RFC 9113 §6.8).
                var frames: [UInt8] = []
                while true {
                    let head = try second.take(9)
                    frames.append(head[3])
                    if head[3] == 7 { break }
                    _ = try second.take(Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2]))
                }
                #expect(frames.first == 4)
            }
        }

        // MARK: Descriptors

        private func processorTime(_ gateway: GatewayProcess) throws -> Double {
            let stat = try String(contentsOfFile: "/proc/\(gateway.child.identifier)/stat", encoding: .utf8)
            let fields = try #require(stat.split(separator: ")").last).split(separator: " ")
            return (try #require(Double(fields[11])) + #require(Double(fields[12])))
                / Double(sysconf(Int32(_SC_CLK_TCK)))
        }

        /// Accepting that fails is tried again in a while, not at once and without end.
        @Test func withoutDescriptorsItWaits() async throws {
            try await withGateway { _ in
            } _: { gateway, _ in
                let before = try gateway.client()
                #expect(try before.exchange("GET", "/open/a").text == "ok")
                let folder = "/proc/\(gateway.child.identifier)/fd"
                let used = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { Int($0) }.max() ?? 0
                // Whatever it opens from now on fails.
                let lower = try ChildProcess.run(
                    "prlimit",
                    ["--pid", "\(gateway.child.identifier)", "--nofile=\(used + 1):"]
                )
                try #require(lower.end == .exited(0), "\(lower.errors)")
                let clients = try (0..<64).map { _ in try gateway.client() }
                let operators = try (0..<64).map { _ in try RawClient(port: gateway.adminPort) }
                let (start, used0) = (monotonicSeconds(), try processorTime(gateway))
                try waitUntil("a while has passed") { monotonicSeconds() - start > 1.5 }
                #expect(try processorTime(gateway) - used0 < 0.3)
                let raise = try ChildProcess.run(
                    "prlimit",
                    ["--pid", "\(gateway.child.identifier)", "--nofile=\(used + 1000):"]
                )
                try #require(raise.end == .exited(0), "\(raise.errors)")
                for client in clients.suffix(3) { #expect(try client.exchange("GET", "/open/a").text == "ok") }
                #expect(try gateway.admin("GET", "/readyz").status == 200)
                withExtendedLifetime(operators) {}
            }
        }
    }
}
