import GatewayConfig
import HTTP1
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
        return RuntimeSnapshot(try load(["scopegate.yaml": text]), processSecret: [1, 2, 3], metrics: GatewayMetrics())
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
        #expect(snapshot.forwardsKey)
        #expect(snapshot.trustedProxies == [])
        #expect(snapshot.upstreamHost == nil)
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
        #expect(!snapshot.forwardsKey)
        #expect(try snapshot.trustedProxies == [CIDRBlock(parsing: "10.0.0.0/8")])
        #expect(snapshot.upstreamHost == Array("backend.internal".utf8))
        #expect(try finds(snapshot, "x-journal-key: abc"))
        #expect(try !finds(snapshot, "Authorization: Bearer abc"))
    }

    @Test func servedCatalog() throws {
        let snapshot = try snapshot("catalog: {serve_at: /api/v1/scopes}")
        #expect(snapshot.servedCatalog?.path == Array("/api/v1/scopes".utf8))
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
        let first = RuntimeSnapshot(try load(Self.files), processSecret: [1], metrics: metrics)
        var changed = Self.files
        changed[file] = changed[file]?.replacing(old, with: new)
        #expect(changed != Self.files)
        let second = RuntimeSnapshot(try load(changed), succeeding: first, processSecret: [1], metrics: metrics)
        #expect((second.grants === first.grants) == isKept)
    }
}
