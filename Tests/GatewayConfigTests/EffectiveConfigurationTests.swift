import GatewayConfig
import Testing

@Suite("The effective configuration")
struct EffectiveConfigurationTests {
    private static let everything = """
        listen:
          - {address: "127.0.0.1:8081", reuse_port: true, proxy_protocol: {trusted: [10.0.0.0/8, "fd00::/8"]}}
          - address: "[::1]:8082"
            protocols: [http/1.1]
            tls:
              certificates: [{certificate_file: "it's a file.pem", key_file: "it's a file.pem"}]
              min_version: "1.3"
              client_certificates: optional
              client_ca_file: "it's a file.pem"
              forward_client_certificate: true
              handshake_timeout: 3s
          - {address: "unix:it's.sock", mode: "0600", protocols: [h2, http/1.1], proxy_protocol: {trusted: [unix]}}
          - {address: "systemd:a.socket"}
        upstream:
          url: https://backend.example:8443
          host: upstream
          connect_timeout: 250ms
          first_byte_timeout: 5s
          idle_timeout: 1m
          dns_refresh: 1m
          bodies: untrusted
          tls: {ca_file: "it's a file.pem", certificate_file: "it's a file.pem", key_file: "it's a file.pem",
            server_name: journal.internal}
          pool: {max_connections: 7, max_idle: 3, idle_timeout: 5s, max_age: 1h}
          health_check: {path: "/it's?a=b", interval: 2s, timeout: 3s, healthy_after: 4, unhealthy_after: 5,
            statuses: [200, 404]}
          ejection: {failures: 6, back_off: 7s, max_back_off: 8s, statuses: [500]}
          retry: {attempts: 9, budget: 10, timeouts: false}
        upstreams:
          - prefix: /api/v1/reports
            servers:
              - {url: "http://[::1]:9003", weight: 11}
              - {url: "https://b.example", server_name: c.example}
              - {url: "unix:it's.sock"}
            tls: {ca_file: "it's a file.pem"}
            ejection: {statuses: []}
          - {prefix: /b, url: "unix:/run/b.sock"}
          - {prefix: /c, servers: [{url: "http://c.example", weight: 2}]}
        introspection:
          url: https://keys.example/introspect?realm=a
          client: {id: "o'gate", secret: {env: SECRET}}
          timeout: 750ms
          connect_timeout: 70ms
          request: {method: POST, key: {json: "it's"}}
          answer: {active: /data/ok, scopes: /data/scopes, expires_at: /a~1b, not_before: /n/0, key_id: /id, subject: /0,
            inactive_statuses: [404, 410]}
          max_concurrent: 3
          max_waiters: 4
          breaker: {failures: 0, back_off: 2s, max_back_off: 3m}
          tls: {ca_file: "it's a file.pem", certificate_file: "it's a file.pem", key_file: "it's a file.pem"}
          cache: {capacity: 5, ttl: 6s, negative_ttl: 7s, negative_capacity: 8, ttl_jitter: 9, refresh_ahead: false,
            stale_if_error: 10m}
        keys:
          sources: [{header: X-Journal-Key}]
          forward: false
          shape: {prefixes: [a_, b/], min_length: 20, max_length: 30, checksum: crc32-hex}
        catalog: {serve_at: /api/v1/scopes}
        audit:
          {path: a.jsonl, fingerprint_secret: {env: SECRET}, signing_key: {env: SECRET}, instance: "it's 1",
          durability: synced, overflow: drop, capacity: 7, allowed: writes, sample: 3, query: redact,
          rotate: {size: 1MiB, age: 24h, compress: false}, keep: {count: 3, age: 720h, size: 1GiB},
          syslog: {socket: s.sock, facility: local3}, stdout: true}
        admin: {address: "127.0.0.1:9902", connections: 5}
        threads: 2
        limits: {request_line: 4KiB, header_fields: 50, header_bytes: 16KiB, body: 3MiB, connections: 10,
          connections_per_client: 9, connection_age: 3h,
          head_timeout: 1s, body_idle_timeout: 2s, keep_alive_timeout: 3s, max_in_flight: 4, drain_body: 0,
          drain_time: 4s, drain_rate: 1MiB, half_closed: close, memory: 5MiB,
          http2: {streams: 1, window: 2s, resets: 3, stream_errors: 4, control_frames: 15, empty_data_frames: 6,
            continuation_frames: 7}}
        trusted_proxies: [10.0.0.0/8, "fd00::/8", unix]
        headers: {drop: [X-Tenant, "X-Internal-*"], keep: ["X-Client-*"]}
        hosts: [api.example.com, "*.Example.org", "[::1]", 127.0.0.1]
        log: {level: warning}
        shutdown: {grace_period: 4s, lame_duck: 5s, idle_grace: 6s}
        """

    private static let clients = [
        "{bearer: {env: SECRET}}", "{header: X-Gate, value: {env: SECRET}}", "{id: a, secret: {env: SECRET}}",
    ].map { Fixture.minimal.replacing("introspect\"}", with: "introspect\", client: \($0)}") }

    private static let shapes = [
        """
        upstream: {url: "http://127.0.0.1:9001"}
        introspection:
          urls: ["http://127.0.0.1:9002/whoami", "https://localhost/whoami"]
          request: {key: bearer}
          answer: {active: status, scopes: /scopes}
        """,
        """
        upstream: {url: "http://127.0.0.1:9001"}
        introspection:
          url: http://127.0.0.1:9002/
          request: {method: POST, key: {header: X-Key}}
        """,
    ]

    private static func load(_ text: String) throws(ConfigErrors) -> GatewayConfiguration {
        var files = MemoryFiles()
        files["scopegate.yaml"] = text
        files["it's a file.pem"] = "authorities"
        return try Fixture.load(files).configuration
    }

    @Test(arguments: [Fixture.minimal, everything] + clients + shapes)
    func loadsAgainAsWhatItIs(text: String) throws {
        let first = try Self.load(text)
        let shown = EffectiveConfiguration(first).description
        #expect(try Self.load(shown) == first)
    }

    @Test func showsNoSecret() throws {
        let shown = EffectiveConfiguration(try Self.load(Self.everything)).description
        #expect(!shown.contains("sixteen"))
        #expect(shown.contains("secret: {env: 'SECRET'}"))
    }

    @Test func showsEveryLimit() throws {
        let shown = EffectiveConfiguration(try Fixture.load(Fixture.minimal).configuration).description
        for line in [
            "request_line: 8KiB", "header_fields: 100", "header_bytes: 32KiB", "body: unlimited", "connections: 10000",
            "connections_per_client: unlimited", "connection_age: unlimited",
            "head_timeout: 10s", "body_idle_timeout: 30s", "keep_alive_timeout: 75s", "max_in_flight: 10000",
            "  streams: 100", "  resets: 200", "  stream_errors: 200", "  control_frames: 1000",
            "  empty_data_frames: 10", "  continuation_frames: 8", "  window: 30s",
            "connect_timeout: 2s", "first_byte_timeout: 30s",
        ] {
            #expect(shown.contains("  \(line)\n"), "\(line)")
        }
    }
}
