import Testing

extension EndToEndTests {
    @Suite("Denied routes")
    struct DeniedRouteTests {
        private static let routes = """
            version: 1
            routes:
              /open/{rest...}: {GET: public, POST: public, DELETE: public}
              /open/export: {GET: denied, POST: public}
              /open/internal: denied
              /open/internal/{rest...}: denied
            """

        /// Nothing reaches the backend, no key is asked about, and the refusal is on record with its template.
        @Test func areRefusedWhateverElseMatches() async throws {
            let script: ScriptedBackend.Script = { connection in
                while true {
                    _ = try connection.readHead()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
            }
            func configure(_ settings: inout GatewaySettings) { settings.routes = Self.routes }
            try await withScriptedUpstream(configure: configure, script) { gateway, backend in
                let client = try gateway.client()
                let refused = [
                    ("GET", "/open/export"), ("GET", "/open/export?x=y"), ("HEAD", "/open/export"),
                    ("GET", "/open/internal"), ("DELETE", "/open/internal"), ("PURGE", "/open/internal"),
                    ("GET", "/open/internal/a/b"),
                ]
                for (method, target) in refused {
                    let response = try client.exchange(method, target, key: "some-key")
                    #expect(response.status == 403, "\(method) \(target)")
                    #expect(response.field("WWW-Authenticate") == nil)
                    if method != "HEAD" { #expect(response.text.contains(#""code":"unmapped_route""#)) }
                }
                let missing = try client.exchange("DELETE", "/open/export")
                #expect(missing.status == 405 && missing.field("Allow") == "POST")
                #expect(try client.exchange("POST", "/open/export", body: []).status == 200)
                #expect(try client.exchange("GET", "/open/exports").status == 200)
                #expect(backend.heads.map(\.target) == ["/open/export", "/open/exports"])
                let records = try gateway.audit()
                #expect(records.prefix(refused.count).allSatisfy { $0.code == "unmapped_route" && $0.template != nil })
                let routes = try gateway.admin("GET", "/routes").text
                #expect(routes.contains(#""template":"/open/internal","requirement":"denied""#), "\(routes)")
                #expect(try gateway.admin("GET", "/metrics").text.contains("scopegate_introspection_calls_total 0\n"))
            }
        }
    }
}
