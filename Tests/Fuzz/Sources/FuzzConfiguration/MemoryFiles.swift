import GatewayConfig

/// A configuration that loads, in memory, so that one of its files can be put in another's place.
struct MemoryFiles: FileReading {
    var contents: [String: [UInt8]] = [
        "scopegate.yaml": Array(
            """
            upstream: {url: "http://127.0.0.1:9001"}
            introspection: {url: "http://127.0.0.1:9002/introspect"}
            routes: routes.yaml
            catalog: catalog.yaml

            """.utf8
        ),
        "catalog.yaml": Array(
            """
            version: 1
            resources:
              - name: trades
                read: {description: "Reads trades."}
                write: {description: "Writes trades."}
              - name: settings
                reserved: true
                read: {description: "Reads settings."}

            """.utf8
        ),
        "routes.yaml": Array("version: 1\nroutes:\n  /api/v1/scopes:\n    GET: public\n".utf8),
    ]

    func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
        guard let bytes = contents[path] else { throw .notFound }
        guard bytes.count <= limit else { throw .tooLarge(limit) }
        return bytes
    }
}
