import Foundation
import Testing

extension EndToEndTests {
    /// What a trusted proxy says of where a request came from is kept, whether it comes by IPv4 or by IPv6.
    @Suite("Trusted proxies")
    struct TrustedProxyTests {
        private static let claims = [
            "X-Forwarded-For: 2001:db8::7", "X-Forwarded-Proto: https", "X-Forwarded-Host: journal.test",
            "X-Forwarded-Port: 443", "Forwarded: for=\"[2001:db8::7]\";proto=https", "X-Real-IP: 2001:db8::7",
        ]

        private func head(listen: String, trusted: String) async throws -> (head: String, port: Int) {
            var result = ("", 0)
            try await withScriptedUpstream { settings in
                settings.listen = listen
                settings.rest = ["trusted_proxies: [\(trusted)]"]
            } _: { connection in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            } _: { gateway, backend in
                let isIPv6 = listen.hasPrefix("[")
                let client = try RawClient(port: gateway.port, isIPv6: isIPv6)
                #expect(try client.exchange("GET", "/open/a", fields: Self.claims).status == 200)
                let refusal = try RawClient(port: gateway.port, isIPv6: isIPv6)
                #expect(try refusal.exchange("GET", "/closed/a").status == 401)
                let records = try gateway.audit()
                #expect(records.map(\.client) == [isIPv6 ? "::1" : "127.0.0.1"])
                result = (try #require(backend.heads.first), gateway.port)
            }
            return result
        }

        /// Whom a reload takes out isn't believed any more, on connections that there are already neither.
        @Test func trustEndsWithTheGeneration() async throws {
            let trusted = "trusted_proxies: [127.0.0.1]"
            try await withScriptedUpstream { settings in
                settings.rest = [trusted, "reload: {watch: false}"]
            } _: { connection in
                while true {
                    _ = try connection.readHead()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
            } _: { gateway, backend in
                let client = try gateway.client()
                func believed() throws -> Bool {
                    #expect(try client.exchange("GET", "/open/a", fields: Self.claims).status == 200)
                    return backend.heads.last?.fieldValue("X-Forwarded-For") == "2001:db8::7, 127.0.0.1"
                }
                func trust(_ line: String) throws {
                    let text = try String(contentsOfFile: gateway.configurationPath, encoding: .utf8)
                    let lines = text.split(separator: "\n").map { $0.hasPrefix("trusted_proxies") ? line : String($0) }
                    try (lines.joined(separator: "\n") + "\n")
                        .write(toFile: gateway.configurationPath, atomically: true, encoding: .utf8)
                    #expect(try gateway.admin("POST", "/reload").status == 200)
                }
                #expect(try believed())
                try trust("trusted_proxies: []")
                #expect(try !believed())
                #expect(backend.heads.last?.fieldValue("X-Forwarded-Proto") == "http")
                #expect(backend.heads.last?.fieldValue("X-Real-IP") == nil)
                try trust(trusted)
                #expect(try believed())
            }
        }

        private static let listeners = ["127.0.0.1:0"] + (TCPSocket.hasIPv6 ? ["[::1]:0"] : [])

        @Test(arguments: listeners)
        func areBelieved(listen: String) async throws {
            let isIPv6 = listen.contains("::")
            let address = isIPv6 ? "::1" : "127.0.0.1"
            let parameter = isIPv6 ? "\"[::1]\"" : address
            let (head, _) = try await head(listen: listen, trusted: isIPv6 ? "'::1'" : "127.0.0.0/8")
            #expect(head.fieldValue("X-Forwarded-For") == "2001:db8::7, \(address)")
            #expect(
                head.fieldValue("Forwarded")
                    == "for=\"[2001:db8::7]\";proto=https, for=\(parameter);host=\"gateway.test\";proto=http"
            )
            #expect(head.fieldValue("X-Forwarded-Proto") == "https")
            #expect(head.fieldValue("X-Forwarded-Host") == "journal.test")
            #expect(head.fieldValue("X-Forwarded-Port") == "443")
            #expect(head.fieldValue("X-Real-IP") == "2001:db8::7")
        }

        @Test(arguments: listeners)
        func othersAreNot(listen: String) async throws {
            let isIPv6 = listen.contains("::")
            let address = isIPv6 ? "::1" : "127.0.0.1"
            let trusted = isIPv6 ? "127.0.0.1, 'fd00::/8'" : "'::1', 10.0.0.0/8"
            let (head, port) = try await head(listen: listen, trusted: trusted)
            #expect(head.fieldValue("X-Forwarded-For") == address)
            #expect(head.fieldValue("Forwarded")?.contains("2001:db8") == false)
            #expect(head.fieldValue("X-Forwarded-Proto") == "http")
            #expect(head.fieldValue("X-Forwarded-Host") == "gateway.test")
            #expect(head.fieldValue("X-Forwarded-Port") == "\(port)")
            #expect(head.fieldValue("X-Real-IP") == nil)
        }
    }
}
