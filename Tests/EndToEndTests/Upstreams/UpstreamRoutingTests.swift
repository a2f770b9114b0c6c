import Foundation
import Glibc
import Testing

extension EndToEndTests {
    @Suite("Where requests go")
    struct UpstreamRoutingTests {
        private static let echo: ScriptedBackend.Script = { connection in
            while true {
                let target = try connection.readHead().target
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(target.utf8.count)\r\n\r\n\(target)")
            }
        }

        /// The longest prefix counts, by segments, and nothing is taken from the path.
        @Test func pathsLeadToTheirBackends() async throws {
            try await withBackend(Self.echo) { rest in
                try await withBackend(Self.echo) { a in
                    try await withBackend(Self.echo) { ab in
                        var settings = GatewaySettings(upstream: rest.url)
                        settings.routes = GatewaySettings.openRoutes
                        settings.rest = [
                            "upstreams: [{prefix: /open/a, url: '\(a.url)'}, {prefix: /open/a/b, url: '\(ab.url)'}]"
                        ]
                        try await withGateway(settings) { gateway in
                            let client = try gateway.client()
                            for target in [
                                "/open/x", "/open/a", "/open/a/x?y=/open/a/b", "/open/a/b", "/open/a/b/c%20d?e",
                                "/open/a/bc", "/open/ab",
                            ] {
                                let response = try client.exchange("GET", target)
                                #expect(response.status == 200 && response.text == target)
                            }
                        }
                        #expect(rest.heads.map(\.target) == ["/open/x", "/open/ab"])
                        #expect(Set(a.heads.map(\.target)) == ["/open/a", "/open/a/x?y=/open/a/b", "/open/a/bc"])
                        #expect(Set(ab.heads.map(\.target)) == ["/open/a/b", "/open/a/b/c%20d?e"])
                    }
                }
            }
        }

        @Test func aUnixSocketIsABackend() async throws {
            let nginx = try NginxBackend()
            defer { nginx.stop() }
            var settings = GatewaySettings(upstream: nginx.unixURL)
            settings.routes = GatewaySettings.openRoutes
            try await withGateway(settings) { gateway in
                let bytes = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8)) })
                try bytes.write(to: URL(fileURLWithPath: nginx.file("bytes")))
                let client = try gateway.client()
                for _ in 0..<3 {
                    let response = try client.exchange("GET", "/open/files/bytes")
                    #expect(response.status == 200 && response.body == Array(bytes))
                }
                #expect(try client.exchange("PUT", "/open/files/copy", body: Array(bytes)).status == 201)
            }
        }

        /// Requests that are under way end where they began; those that begin later go where the new files say.
        @Test func serversCanBeExchanged() async throws {
            let held: ScriptedBackend.Script = { connection in
                while true {
                    let target = try connection.readHead().target
                    if target == "/open/held" { try connection.awaitTurn(0) }
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")
                }
            }
            try await withBackend(held) { old in
                try await withBackend(Self.echo) { new in
                    var settings = GatewaySettings(upstream: old.url)
                    settings.routes = GatewaySettings.openRoutes
                    settings.threads = 1
                    let folder = try TemporaryFolder()
                    try await withGateway(settings, in: folder) { gateway in
                        let (waiting, client) = (try gateway.client(), try gateway.client())
                        try waiting.send(RawClient.request("GET", "/open/held"))
                        #expect(try client.exchange("GET", "/open/x").text == "old")
                        try waitUntil("it is under way") { old.heads.contains { $0.target == "/open/held" } }
                        settings.upstream = new.url
                        _ = try settings.write(to: folder)
                        let answer = try gateway.admin("POST", "/reload")
                        #expect(answer.status == 200 && answer.text.contains("\"needs_restart\":[]"), "\(answer.text)")
                        for _ in 0..<5 { #expect(try client.exchange("GET", "/open/y").text == "/open/y") }
                        for connection in old.connections { connection.allowTurn(0) }
                        #expect(try waiting.readResponse().text == "old")
                        try waitUntil("nothing goes there any more") { old.connections.allSatisfy(\.hasEnded) }
                        #expect(try waiting.exchange("GET", "/open/z").text == "/open/z")
                        let labels = "{upstream=\"default\",server=\"\(old.url)\"}"
                        #expect(try gateway.metricIfPresent("upstream_server_up\(labels)") == nil)
                    }
                }
            }
        }
    }
}
