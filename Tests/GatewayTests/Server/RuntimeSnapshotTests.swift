import GatewayConfig
import HTTP1
import NIOCore
import Testing

@testable import Gateway

@Suite("RuntimeSnapshot")
struct RuntimeSnapshotTests {
    /// One configuration file, in memory.
    private struct OneFile: FileReading {
        let text: String

        func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
            guard path == "scopegate.yaml" else { throw .notFound }
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
        let loaded = try ConfigLoader.load(path: "scopegate.yaml", environment: [:], files: OneFile(text: text)) {
            "\($0.count)"
        }
        return RuntimeSnapshot(loaded, processSecret: [1, 2, 3], metrics: GatewayMetrics())
    }

    private func finds(_ snapshot: RuntimeSnapshot, _ field: String) throws -> Bool {
        let request = try ParsedRequest("GET / HTTP/1.1\r\nHost: h\r\n\(field)\r\n\r\n")
        if case .key = snapshot.keys.extract(request.head.fields, in: request.bytes.span) { return true }
        return false
    }

    @Test func defaults() throws {
        let snapshot = try snapshot("")
        #expect(snapshot.forwardsKey)
        #expect(snapshot.trustedProxies.isEmpty)
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
}
