import Testing

extension EndToEndTests {
    /// The backend says how long it keeps an idle connection, and is believed.
    @Suite("Keep-Alive of backends")
    struct KeepAliveTests {
        /// Answers each request with the field line that its path names: `/open/Keep-Alive:timeout=5`, `~` for `;`.
        private static let script: ScriptedBackend.Script = { connection in
            while true {
                let target = try connection.readHead().target
                let line = target.dropFirst("/open/".count).replacing("~", with: ";")
                try connection.send("HTTP/1.1 200 OK\r\n\(line)\r\nContent-Length: 2\r\n\r\nok")
            }
        }

        @Test(arguments: [
            ("X-A:b", true), ("Keep-Alive:timeout=5", true), ("Keep-Alive:timeout=2,max=9", true),
            ("Connection:keep-alive,X~timeout=5", true),
            // In the last second the backend may be closing it already.
            ("Keep-Alive:timeout=1", false), ("Keep-Alive:timeout=0", false), ("Keep-Alive:timeout=9,max=0", false),
        ])
        func reuse(_ line: String, _ isReused: Bool) async throws {
            try await withScriptedUpstream { settings in
                settings.upstreamOptions = ["pool: {idle_timeout: 60s}"]
                settings.threads = 1
            } _: { connection in
                try Self.script(connection)
            } _: { gateway, backend in
                let client = try gateway.client()
                for _ in 0..<3 { #expect(try client.exchange("GET", "/open/\(line)").text == "ok") }
                #expect(backend.connectionCount == (isReused ? 1 : 3))
            }
        }

        /// The hint shortens what the setting says, whose own default fits servers that say nothing.
        @Test func idleConnectionsEndInTime() async throws {
            try await withScriptedUpstream { settings in
                settings.upstreamOptions = ["pool: {idle_timeout: 60s}"]
                settings.threads = 1
            } _: { connection in
                try Self.script(connection)
            } _: { gateway, backend in
                let client = try gateway.client()
                #expect(try client.exchange("GET", "/open/Keep-Alive:timeout=2").text == "ok")
                let idle = "upstream_connections{state=\"idle\"}"
                try waitUntil("the connection is idle") { try gateway.metric(idle) == 1 }
                try waitUntil("the idle connection is closed") { try gateway.metric(idle) == 0 }
                #expect(try client.exchange("GET", "/open/X-A:b").text == "ok")
                #expect(backend.connectionCount == 2)
            }
        }

        /// A status that no RFC knows is a 5xx to metrics and to the server's health (RFC 9110 §15).
        @Test func oddStatusesCountAsFailures() async throws {
            let configure = { (settings: inout GatewaySettings) in
                settings.upstreamOptions = ["ejection: {failures: 2}"]
                settings.threads = 1
            }
            let script: ScriptedBackend.Script = { connection in
                while true {
                    _ = try connection.readHead()
                    try connection.send("HTTP/1.1 799\r\nContent-Length: 2\r\n\r\nno")
                }
            }
            try await withScriptedUpstream(configure: configure, script) { gateway, _ in
                for _ in 0..<2 {
                    let response = try gateway.exchange("GET", "/open/a")
                    #expect(response.status == 799)
                }
                try waitUntil("the server is ejected") { gateway.log.contains("status 799") }
            }
        }
    }
}
