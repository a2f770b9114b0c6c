import GatewayConfig
import HTTP1
import Logging
import NIOCore
import Testing

@testable import Gateway

@Suite("RuntimeSnapshot")
struct RuntimeSnapshotTests {
    /// Configuration files, in memory.
    private struct Files: FileReading {
        let texts: [String: String]

        func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
            guard let text = texts[path] else { throw .notFound }
            return Array(text.utf8)
        }
    }

    private func snapshot(_ more: String, upstream: String = #"url: "http://127.0.0.1:9001""#) throws -> RuntimeSnapshot
    {
        let text = """
            upstream: {\(upstream)}
            introspection: {url: "http://127.0.0.1:9002/introspect"}
            \(more)

            """
        return snapshot(try load(["scopegate.yaml": text]))
    }

    private func snapshot(
        _ loaded: LoadedConfiguration,
        succeeding previous: RuntimeSnapshot? = nil,
        metrics: GatewayMetrics = GatewayMetrics()
    ) -> RuntimeSnapshot {
        RuntimeSnapshot(
            loaded,
            succeeding: previous,
            processSecret: [1, 2, 3],
            metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func load(_ texts: [String: String]) throws -> LoadedConfiguration {
        try ConfigLoader.load(path: "scopegate.yaml", environment: [:], files: Files(texts: texts)) { "\($0.count)" }
    }

    private func finds(_ snapshot: RuntimeSnapshot, _ field: String) throws -> Bool {
        let request = try ParsedRequest("GET / HTTP/1.1\r\nHost: h\r\n\(field)\r\n\r\n")
        if case .key = snapshot.keys.extract(request.head.fields, in: request.bytes.span) { return true }
        return false
    }

    @Test func defaults() throws {
        let snapshot = try snapshot("")
        #expect(snapshot.headerRules.forwardsKey)
        #expect(snapshot.trustedProxies == [])
        #expect(snapshot.upstreams.upstreams.map(\.host) == [nil])
        #expect(snapshot.servedCatalog == nil)
        #expect(try finds(snapshot, "Authorization: Bearer abc"))
    }

    @Test func configured() throws {
        let snapshot = try snapshot(
            """
            keys: {sources: [{header: X-Journal-KEY}], forward: false}
            trusted_proxies: [10.0.0.0/8]
            """,
            upstream: #"url: "http://backend.internal:80", host: upstream"#
        )
        #expect(!snapshot.headerRules.forwardsKey)
        #expect(try snapshot.trustedProxies == [CIDRBlock(parsing: "10.0.0.0/8")])
        #expect(snapshot.upstreams.upstreams.map(\.host) == [Array("backend.internal".utf8)])
        #expect(try finds(snapshot, "x-journal-key: abc"))
        #expect(try !finds(snapshot, "Authorization: Bearer abc"))
    }

    @Test func servedCatalog() throws {
        let snapshot = try snapshot("catalog: {serve_at: /api/v1/scopes}")
        #expect(snapshot.servedCatalog?.path == Array("/api/v1/scopes".utf8))
    }

    /// Listeners are those that were opened at the start, wherever a later configuration names them, if it does.
    @Test func listenersAreFoundAgain() throws {
        func loaded(_ listeners: String) throws -> LoadedConfiguration {
            let text = """
                listen: [\(listeners)]
                upstream: {url: "http://127.0.0.1:9001"}
                introspection: {url: "http://127.0.0.1:9002/introspect"}

                """
            return try load(["scopegate.yaml": text])
        }
        let open = "{address: '127.0.0.1:1'}"
        let limited = "{address: '127.0.0.1:2', hosts: [a.example], proxy_protocol: {trusted: [10.0.0.1]}}"
        let start = try loaded("\(open), \(limited)").configuration.listen
        func snapshot(_ listeners: String) throws -> RuntimeSnapshot {
            RuntimeSnapshot(
                try loaded(listeners),
                listeners: start,
                processSecret: [1],
                metrics: GatewayMetrics(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }
        let other = Array("b.example".utf8)
        func serves(_ snapshot: RuntimeSnapshot, _ listener: Int) -> Bool {
            snapshot.serves(host: other.span, listener: listener)
        }
        for listeners in ["\(open), \(limited)", "\(limited), \(open)", open, limited] {
            let snapshot = try snapshot(listeners)
            #expect(serves(snapshot, 0) && !serves(snapshot, 1), "\(listeners)")
            #expect(snapshot.proxyProtocol[0] == nil, "\(listeners)")
            #expect(try snapshot.proxyProtocol[1] == [CIDRBlock(parsing: "10.0.0.1")], "\(listeners)")
        }
        let changed = try snapshot("{address: '127.0.0.1:2', proxy_protocol: {trusted: [10.0.0.2]}}")
        #expect(serves(changed, 1))
        #expect(try changed.proxyProtocol == [nil, [CIDRBlock(parsing: "10.0.0.2")]])
    }

    private static let files = [
        "scopegate.yaml": """
        upstream: {url: "http://127.0.0.1:9001"}
        introspection: {url: "http://127.0.0.1:9002/introspect", cache: {ttl: 60s}}
        routes: r.yaml
        catalog: c.yaml
        limits: {head_timeout: 1s}

        """,
        "r.yaml": "version: 1\nroutes: {/a: {GET: \"read:a\"}}\n",
        "c.yaml": "version: 1\nresources: [{name: a, read: {description: d}}, {name: b, read: {description: d}}]\n",
    ]

    /// What is known of keys is kept as long as it means the same: grants hold scopes as their catalog numbers them.
    @Test(
        arguments: [
            ("r.yaml", "/a", "/b", true), ("scopegate.yaml", "head_timeout: 1s", "head_timeout: 2s", true),
            ("c.yaml", "version: 1", "version: 1 # the same", true),
            ("c.yaml", "{name: b,", "{name: z,", false), ("c.yaml", "{description: d}}]", "{description: e}}]", false),
            ("scopegate.yaml", "ttl: 60s", "ttl: 61s", false), ("scopegate.yaml", "9002", "9003", false),
        ] as [(String, String, String, Bool)]
    )
    func grantsAreKeptWhileTheyHold(file: String, old: String, new: String, isKept: Bool) throws {
        let metrics = GatewayMetrics()
        let first = snapshot(try load(Self.files), metrics: metrics)
        var changed = Self.files
        changed[file] = changed[file]?.replacing(old, with: new)
        #expect(changed != Self.files)
        let second = snapshot(try load(changed), succeeding: first, metrics: metrics)
        #expect((second.grants === first.grants) == isKept)
    }

    private static let servers = [
        "scopegate.yaml": """
        upstream: {servers: [{url: "http://127.0.0.1:1"}, {url: "http://127.0.0.1:2"}]}
        upstreams: [{prefix: /a/b, url: "http://127.0.0.1:3"}, {prefix: /a, url: "http://127.0.0.1:4"}]
        introspection: {url: "http://127.0.0.1:9002/introspect"}
        routes: r.yaml

        """,
        "r.yaml": """
        version: 1
        routes:
          /a/b/{x}: {GET: public}
          /a/{x}/{y}: {GET: {scope: public, first_byte_timeout: 7s}}
          /c: {GET: {scope: public, idle_timeout: 8s}}

        """,
    ]

    @Test func routesLeadToTheirBackends() throws {
        let snapshot = snapshot(try load(Self.servers))
        #expect(snapshot.upstreams.upstreams.map(\.name) == ["default", "/a/b", "/a"])
        for (path, place, firstByte, idle) in [
            ("/a/b/c", 1, 30, 30), ("/a/x/y", 2, 7, 30), ("/a/bb/c", 2, 7, 30), ("/c", 0, 30, 8),
        ] as [(String, Int, Int64, Int64)] {
            let bytes = Array(path.utf8)
            let match = snapshot.routeMap.match(method: .get, methodName: bytes.span, path: bytes.span)
            guard case .route(let route) = match else {
                Issue.record("no route: \(path)")
                continue
            }
            let found = snapshot.upstreams.forwarding(ofRoute: route, path: bytes.span, in: snapshot.routeMap)
            #expect(found.upstream == place, "\(path)")
            #expect(found.timeouts.firstByte == .seconds(firstByte), "\(path)")
            #expect(found.timeouts.idle == .seconds(idle), "\(path)")
        }
    }

    /// What is known of servers is kept as long as they are judged alike.
    @Test(
        arguments: [
            ("routes: r.yaml", "routes: r.yaml # the same", [true, true, true, true]),
            (":2\"", ":5\"", [true, false, true, true]),
            ("upstream: {", "upstream: {ejection: {failures: 1}, ", [false, false, true, true]),
            ("upstream: {", "upstream: {health_check: {path: /}, ", [false, false, true, true]),
            ("prefix: /a,", "prefix: /c,", [true, true, true, false]),
        ] as [(String, String, [Bool])]
    )
    func serversAreRemembered(old: String, new: String, isKept: [Bool]) throws {
        let first = snapshot(try load(Self.servers))
        var changed = Self.servers
        changed["scopegate.yaml"] = changed["scopegate.yaml"]?.replacing(old, with: new, maxReplacements: 1)
        #expect(changed != Self.servers)
        let second = snapshot(try load(changed), succeeding: first)
        let states = [first, second].map { $0.upstreams.upstreams.flatMap(\.servers).map(\.state) }
        #expect(zip(states[0], states[1]).map { $0 === $1 } == isKept)
    }
}
