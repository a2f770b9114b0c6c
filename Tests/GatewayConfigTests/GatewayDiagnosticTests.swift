import GatewayConfig
import Testing

@Suite("Diagnostics of scopegate.yaml")
struct GatewayDiagnosticTests {
    /// What is after the two required keys, and the diagnostics for it; line 3 is the first line of the text.
    @Test(arguments: [
        ("lissten: []", ["3:1: error: unknown key \"lissten\"\n  help: did you mean listen?"]),
        (
            "zzzzzzzz: 1",
            [
                "3:1: error: unknown key \"zzzzzzzz\"\n  help: the keys are listen, upstream, upstreams, introspection, keys, "
                    + "routes, catalog, audit, admin, threads, limits, log, shutdown, reload, "
                    + "routes_shadow, trusted_proxies, access_log, tracing, headers, hosts"
            ]
        ),
        (
            "[a]: 1",
            [
                "3:1: error: a key is a list\n  help: the keys are listen, upstream, upstreams, introspection, keys, "
                    + "routes, catalog, audit, admin, threads, limits, log, shutdown, reload, "
                    + "routes_shadow, trusted_proxies, access_log, tracing, headers, hosts"
            ]
        ),
        ("threads:", ["3:1: error: threads has no value\n  help: give it one, or leave the key out"]),
        ("threads: ~", ["3:1: error: threads has no value\n  help: give it one, or leave the key out"]),
        ("threads: 0", ["3:10: error: threads has to be from 1 to 64"]),
        ("threads: 65", ["3:10: error: threads has to be from 1 to 64"]),
        ("threads: many", ["3:10: error: threads has to be auto or a number from 1 to 64, but is \"many\""]),
        ("threads: '4'", ["3:10: error: threads has to be auto or a number from 1 to 64, but is \"4\""]),
        ("threads: 4.5", ["3:10: error: threads has to be a whole number, but is \"4.5\""]),
        ("threads: [1]", ["3:10: error: threads has to be auto or a number from 1 to 64, but is a list"]),
        ("listen: 127.0.0.1:80", ["3:9: error: listen has to be a list, but is \"127.0.0.1:80\""]),
        ("listen: []", ["3:9: error: listen is an empty list"]),
        (
            "listen: [localhost:80]",
            [
                "3:10: error: listen[0] has to be a mapping, but is \"localhost:80\"\n"
                    + "  help: its keys are address, mode, protocols, tls, hosts, reuse_port, proxy_protocol"
            ]
        ),
        ("listen: [{}]", ["3:10: error: listen[0].address is missing"]),
        (
            "listen:\n  - address: :80",
            [
                "4:14: error: listen[0].address: an address needs a host\n"
                    + "  help: write 127.0.0.1:80, or 0.0.0.0:80 for all"
            ]
        ),
        (
            "listen:\n  - address: ::1:80",
            [
                "4:14: error: listen[0].address: an IPv6 address is written in brackets\n"
                    + "  help: write [::1]:80, if the last part is the port"
            ]
        ),
        (
            "listen: [{address: 'a:1'}, {address: 'a:1'}]", ["3:1: error: a:1 is listened on twice"]
        ),
        ("admin: {address: '127.0.0.1:8080'}", ["3:1: error: 127.0.0.1:8080 is listened on twice"]),
        ("limits: {request_line: 64}", ["3:24: error: limits.request_line has to be from 512 to 64KiB"]),
        (
            "limits: {request_line: 8kb}",
            [
                "3:24: error: limits.request_line: \"8kb\" is not a size\n"
                    + "  help: write it like 4096, 64KiB, 1MiB or 1GiB"
            ]
        ),
        ("limits: {connections: 1e3}", ["3:23: error: limits.connections has to be a whole number, but is \"1e3\""]),
        ("limits: {connections: 010}", ["3:23: error: limits.connections has to be a whole number, but is \"010\""]),
        (
            "limits: {head_timeout: 10}",
            [
                "3:24: error: limits.head_timeout: \"10\" is not a duration\n"
                    + "  help: write it like 250ms, 10s, 5m or 1h"
            ]
        ),
        ("limits: {head_timeout: 1h}", ["3:24: error: limits.head_timeout has to be from 10ms to 10m"]),
        (
            "limits: {haed_timeout: 1s}",
            ["3:10: error: unknown key \"haed_timeout\" in limits\n  help: did you mean head_timeout?"]
        ),
        ("log: {level: inof}", ["3:14: error: log.level can't be \"inof\"\n  help: did you mean info?"]),
        (
            "log: {level: loud}",
            [
                "3:14: error: log.level can't be \"loud\"\n"
                    + "  help: it is one of trace, debug, info, notice, warning, error, critical"
            ]
        ),
        ("keys: {forward: yes}", ["3:17: error: keys.forward has to be true or false, but is \"yes\""]),
        ("keys: {sources: []}", ["3:17: error: keys.sources is an empty list"]),
        (
            "keys: {sources: [cookie]}",
            ["3:18: error: keys.sources[0] has to be bearer or {header: NAME}, but is \"cookie\""]
        ),
        ("keys: {sources: [bearer, bearer]}", ["3:26: error: keys.sources[1] has the same source twice"]),
        (
            "keys: {sources: [{header: X-K}, {header: x-k}]}",
            ["3:33: error: keys.sources[1] has the same source twice"]
        ),
        (
            "keys: {sources: [{header: Authorization}]}",
            [
                "3:27: error: keys.sources[0].header: Authorization is what the source bearer reads\n"
                    + "  help: write bearer"
            ]
        ),
        (
            "keys: {sources: [{header: X-Forwarded-Key}]}",
            [
                "3:27: error: keys.sources[0].header: X-Forwarded-Key has a meaning of its own, "
                    + "so a key can't be in it\n"
                    + "  help: X-API-Key, or a field that holds nothing else, such as X-Journal-Key"
            ]
        ),
        (
            "keys: {sources: [bearer, {header: user-agent}]}",
            [
                "3:35: error: keys.sources[1].header: user-agent has a meaning of its own, "
                    + "so a key can't be in it\n"
                    + "  help: X-API-Key, or a field that holds nothing else, such as X-Journal-Key"
            ]
        ),
        (
            "keys: {sources: [{header: X_API_Key}]}",
            [
                "3:27: error: keys.sources[0].header: \"X_API_Key\" can't be the name of a header for keys\n"
                    + "  help: letters, digits and hyphens, at most 64"
            ]
        ),
        ("trusted_proxies: 10.0.0.0/8", ["3:18: error: trusted_proxies has to be a list, but is \"10.0.0.0/8\""]),
        (
            "trusted_proxies: [10.0.0.0/8, 10.0.0.1/8]",
            [
                "3:31: error: trusted_proxies: 10.0.0.1/8 has address bits set after its prefix\n"
                    + "  help: write 10.0.0.0/8, or 10.0.0.1 for that one address"
            ]
        ),
        (
            "headers: {drop: [X_Tenant]}",
            [
                "3:18: error: headers.drop[0]: \"X_Tenant\" is neither the name of a header field nor how names begin\n"
                    + "  help: letters, digits and hyphens, at most 64, and * behind what may go on: X-Tenant-*"
            ]
        ),
        (
            "headers: {keep: [x-SCOPEGATE-Key-Id]}",
            [
                "3:18: error: headers.keep[0]: what becomes of x-SCOPEGATE-Key-Id can't be changed: requests are framed, "
                    + "routed or told apart by it\n  help: leave it out"
            ]
        ),
        (
            "headers: {keep: [X-API-Key]}",
            [
                "3:18: error: headers.keep[0]: X-API-Key may carry a key, of which keys.forward says whether it goes "
                    + "upstream\n  help: write keys: {forward: false}"
            ]
        ),
        (
            "headers: {keep: [\"*\", X-Forwarded-For]}",
            [
                "3:18: error: headers.keep[0]: \"*\" is neither the name of a header field nor how names begin\n"
                    + "  help: letters, digits and hyphens, at most 64, and * behind what may go on: X-Tenant-*",
                "3:23: error: headers.keep[1]: the gateway says X-Forwarded-For itself, and believes what proxies in front "
                    + "of it say\n  help: name them in trusted_proxies",
            ]
        ),
        (
            "hosts: [api.example.com:443]",
            [
                "3:9: error: hosts[0]: \"api.example.com:443\" has a port: a Host is compared without it\n"
                    + "  help: a name such as api.example.com, or *.example.com for all below it"
            ]
        ),
        (
            "hosts: [\"*\"]",
            [
                "3:9: error: hosts[0]: \"*\" has * elsewhere than in place of the first labels\n"
                    + "  help: a name such as api.example.com, or *.example.com for all below it"
            ]
        ),
        ("hosts: []", ["3:8: error: hosts is an empty list\n  help: put something in it"]),
        (
            "audit: {fingerprint_secret: {env: NOWHERE}}",
            ["3:35: error: audit.fingerprint_secret.env: the environment variable NOWHERE is not set"]
        ),
        (
            "audit: {fingerprint_secret: {env: EMPTY}}",
            ["3:35: error: audit.fingerprint_secret.env: the environment variable EMPTY is empty"]
        ),
        (
            "audit: {fingerprint_secret: {env: SCOPEGATE_INTROSPECTION_SECRET}}",
            ["3:29: error: audit.fingerprint_secret has fewer than 16 bytes"]
        ),
        (
            "audit: {fingerprint_secret: {env: SECRET, file: x}}",
            ["3:29: error: audit.fingerprint_secret has to have exactly one of env and file"]
        ),
        ("audit: {path: ''}", ["3:15: error: audit.path is empty, or has a NUL character"]),
        ("routes: none.yaml", ["3:9: error: none.yaml can't be read: there is no such file"]),
        ("catalog: none.yaml", ["3:10: error: none.yaml can't be read: there is no such file"]),
        (
            "catalog: {serve_at: /api/v1/nowhere}",
            [
                "3:21: error: catalog.serve_at: /api/v1/nowhere is not among the routes, so requests for it would be "
                    + "refused\n  help: map GET /api/v1/nowhere in <built-in routes.yaml>"
            ]
        ),
        ("catalog: {serve_at: '/api/{x}'}", ["3:21: error: catalog.serve_at can't have parameters"]),
        (
            "catalog: {serve_at: /a//b}",
            ["3:24: error: catalog.serve_at: unreachable: paths with an empty segment (\"//\") are always refused"]
        ),
        ("shutdown: {grace_period: 2h}", ["3:26: error: shutdown.grace_period has to be from 0s to 1h"]),
    ])
    func areExact(text: String, expected: [String]) {
        let found = Fixture.diagnostics(Fixture.minimal + text + "\n")
        #expect(agree(found.map(\.description), expected.map { "scopegate.yaml:" + $0 }), "\(found)")
    }

    /// Whole files, for the required sections.
    @Test(arguments: [
        ("threads: auto\n", ["1:1: error: upstream is missing", "1:1: error: introspection is missing"]),
        (
            "- a\n",
            [
                "1:1: error: the file has to be a mapping, but is a list\n  help: its keys are listen, upstream, "
                    + "upstreams, introspection, keys, routes, catalog, audit, admin, threads, limits, log, shutdown, reload, "
                    + "routes_shadow, trusted_proxies, access_log, tracing, headers, hosts"
            ]
        ),
        (
            "upstream: {host: keep}\nintrospection: {timeout: 2m}\n",
            [
                "1:11: error: upstream.url is missing",
                "1:18: error: upstream.host can't be \"keep\"\n  help: it is one of preserve, upstream",
                "2:16: error: introspection.url is missing",
                "2:26: error: introspection.timeout has to be from 10ms to 1m",
            ]
        ),
        (
            """
            upstream:
              url: http://10.0.0.1/api
              pool: {max_connections: 10, max_idle: 11}
              tls: {ca_file: ca.pem}
            introspection:
              url: http://keys.example/introspect
              client: {id: me, secret: hunter2}
              cache: {ttl: 25h, stale_if_error: 25h}

            """,
            [
                "2:8: error: upstream.url can't have a path or a query: requests bring their own",
                "3:41: error: upstream.pool.max_idle is above max_connections",
                "4:9: warning: upstream.tls.ca_file has no effect on an http URL",
                "4:18: error: upstream.tls.ca_file: ca.pem can't be read: there is no such file",
                "6:8: warning: keys are sent to keys.example in clear\n"
                    + "  help: use https, unless the network in between is yours alone",
                "7:28: error: introspection.client.secret has to come from the environment or from a file\n"
                    + "  help: write {env: NAME} or {file: path}",
                "8:16: error: introspection.cache.ttl has to be from 0s to 24h",
                "8:37: error: introspection.cache.stale_if_error has to be from 0s to 24h",
            ]
        ),
    ])
    func ofWholeFilesAreExact(text: String, expected: [String]) {
        let found = Fixture.diagnostics(text)
        #expect(agree(found.map(\.description), expected.map { "scopegate.yaml:" + $0 }), "\(found)")
        #expect(!found.contains { $0.description.contains("hunter2") })
    }

    @Test func everyProblemOfEveryFileIsToldAtOnce() throws {
        var files = try Fixture.shippedFiles()
        files["scopegate.yaml"] = Fixture.minimal + "routes: routes.yaml\ncatalog: catalog.yaml\nthreads: 0\n"
        files["routes.yaml"] = "version: 2\nroutes:\n  /a: {GTE: read:nothing}\n  /b/{x}: {get: public}\n"
        files["catalog.yaml"] = "version: 1\nresources: [{name: Trades, read: {description: x}}]\n"
        #expect(
            Fixture.diagnostics(files).map { "\($0.file):\($0.line):\($0.column)" } == [
                "scopegate.yaml:5:10", "catalog.yaml:2:20", "routes.yaml:1:10", "routes.yaml:4:12",
            ]
        )
    }

    @Test func pathsAreRelativeToTheFileThatNamesThem() throws {
        var files = MemoryFiles()
        files["etc/gate/scopegate.yaml"] =
            Fixture.minimal
                + """
                routes: ../routes.yaml
                catalog: {path: /abs/catalog.yaml, serve_at: /api/v1/scopes}
                audit: {path: audit.jsonl, fingerprint_secret: {file: secret}}
                upstream: {}

                """
        // The second upstream is a duplicate, which shows that the file itself was read.
        #expect(
            #expect(throws: ConfigErrors.self) { try Fixture.load(files, path: "etc/gate/scopegate.yaml") }?
                .diagnostics.map(\.description) == [
                    "etc/gate/scopegate.yaml:6:1: error: the key upstream is given twice\n  help: it is first at 1:1"
                ]
        )
        files["etc/gate/scopegate.yaml"].removeLast("upstream: {}\n".count)
        files.contents["etc/gate/../routes.yaml"] = try Fixture.shipped("routes.yaml")
        files.contents["/abs/catalog.yaml"] = try Fixture.shipped("catalog.yaml")
        files["etc/gate/secret"] = "a secret of some length\r\n"
        let configuration = try Fixture.load(files, path: "etc/gate/scopegate.yaml").configuration
        #expect(configuration.routes == .file("etc/gate/../routes.yaml"))
        #expect(configuration.catalog.source == .file("/abs/catalog.yaml"))
        #expect(configuration.catalog.serveAt == "/api/v1/scopes")
        #expect(configuration.audit.path == "etc/gate/audit.jsonl")
        #expect(configuration.audit.fingerprintSecret?.bytes == Array("a secret of some length".utf8))
    }

    @Test(arguments: [
        (FileReadError.notFound, "there is no such file"), (.permissionDenied, "permission denied"),
        (.isDirectory, "it is a directory"), (.tooLarge(1 << 20), "it has more than 1MiB"), (.other("Oops"), "Oops"),
    ])
    func aFileThatCanNotBeReadIsSaid(failure: FileReadError, reason: String) {
        let files = MemoryFiles(failures: ["scopegate.yaml": failure])
        #expect(
            Fixture.diagnostics(files).map(\.description)
                == ["scopegate.yaml:1:1: error: the file can't be read: \(reason)"]
        )
    }

    @Test func valuesAreReadIntoTheirPlaces() throws {
        let text =
            """
            listen: [{address: "0.0.0.0:80"}, {address: "[::]:80"}]
            upstream:
              url: https://backend.example
              host: upstream
              connect_timeout: 1s
              first_byte_timeout: 2s
              idle_timeout: 3s
              pool: {max_connections: 4, max_idle: 3, idle_timeout: 5s, max_age: 6m}
            introspection:
              url: https://keys.example:8443/introspect?x=y
              client: {id: me, secret: {env: SECRET}}
              timeout: 7s
              max_concurrent: 8
              max_waiters: 9
              cache: {capacity: 10, ttl: 11s, negative_ttl: 12s, negative_capacity: 13, stale_if_error: 0s}
            keys: {sources: [{header: X-Key}], forward: false}
            admin: {address: "[::1]:14"}
            threads: 15
            limits: {request_line: 1KiB, header_fields: 16, header_bytes: 2KiB, body: 3MiB, connections: 17,
                     head_timeout: 18s, body_idle_timeout: 19s, keep_alive_timeout: 20s, max_in_flight: 21,
                     drain_body: 0}
            trusted_proxies: [10.0.0.0/8, "::1"]
            log: {level: debug}
            shutdown: {grace_period: 0s, lame_duck: 1s, idle_grace: 2s}

            """
        let loaded = try Fixture.load(text).configuration
        var expected = GatewayConfiguration(
            upstream: UpstreamConfiguration(
                servers: [UpstreamServer(.url(HTTPEndpoint(scheme: .https, host: "backend.example", port: 443)))],
                host: .upstream,
                connectTimeout: .seconds(1),
                firstByteTimeout: .seconds(2),
                idleTimeout: .seconds(3),
                pool: PoolConfiguration(
                    maxConnections: 4,
                    maxIdle: 3,
                    idleTimeout: .seconds(5),
                    maxAge: .seconds(360)
                )
            ),
            introspection: IntrospectionConfiguration(
                endpoints: [HTTPEndpoint(scheme: .https, host: "keys.example", port: 8443, target: "/introspect?x=y")],
                client: .basic(
                    id: "me",
                    secret: Secret(bytes: Array("sixteen bytes or more".utf8), origin: .environment("SECRET"))
                ),
                timeout: .seconds(7),
                maxConcurrent: 8,
                maxWaiters: 9,
                cache: GrantCacheConfiguration(
                    capacity: 10,
                    timeToLive: .seconds(11),
                    negativeCapacity: 13,
                    negativeTimeToLive: .seconds(12)
                )
            )
        )
        expected.listen = [
            ListenConfiguration(address: .socket(SocketAddressText(host: "0.0.0.0", port: 80))),
            ListenConfiguration(address: .socket(SocketAddressText(host: "::", port: 80))),
        ]
        expected.keys = KeysConfiguration(sources: [.header("X-Key")], forward: false)
        expected.admin.address = .socket(SocketAddressText(host: "::1", port: 14))
        expected.threads = .fixed(15)
        expected.limits.requestLine = 1024
        expected.limits.headerFields = 16
        expected.limits.headerBytes = 2048
        expected.limits.body = 3 << 20
        expected.limits.connections = 17
        expected.limits.headTimeout = .seconds(18)
        expected.limits.bodyIdleTimeout = .seconds(19)
        expected.limits.keepAliveTimeout = .seconds(20)
        expected.limits.maxInFlight = 21
        expected.limits.drainBody = 0
        expected.trustedProxies = [try CIDRBlock(parsing: "10.0.0.0/8"), try CIDRBlock(parsing: "::1")]
        expected.log.level = .debug
        expected.shutdown = ShutdownConfiguration(gracePeriod: .zero, lameDuck: .seconds(1), idleGrace: .seconds(2))
        #expect(loaded == expected)
    }

    @Test(arguments: [("unlimited", nil), ("0", nil), ("1", 1), ("2GiB", 2 << 30)] as [(String, Int?)])
    func bodiesCanBeUnlimited(text: String, limit: Int?) throws {
        #expect(try Fixture.load(Fixture.minimal + "limits: {body: \(text)}\n").configuration.limits.body == limit)
    }
}
