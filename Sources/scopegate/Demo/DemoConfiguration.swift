import GatewayConfig

/// The demo's configuration, as the one file of a file system of its own; routes and catalog are the built-in ones.
struct DemoConfiguration: FileReading {
    static let path = "demo.yaml"
    static let secretName = "SCOPEGATE_DEMO_SECRET"

    let port: Int
    let adminPort: Int
    let backendPort: Int
    let keyServicePort: Int
    let auditPath: String

    func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
        guard path == Self.path else { throw .notFound }
        return Array(text.utf8)
    }

    private var text: String {
        """
        listen:
          - address: 127.0.0.1:\(port)
        upstream:
          url: http://127.0.0.1:\(backendPort)
        introspection:
          url: http://127.0.0.1:\(keyServicePort)/introspect
          client: {id: scopegate, secret: {env: \(Self.secretName)}}
        audit:
          path: '\(auditPath.replacing("'", with: "''"))'
        admin:
          address: 127.0.0.1:\(adminPort)
        """
    }
}
