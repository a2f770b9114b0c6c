import RouteMap

/// What of an OpenAPI document matters to routes.
struct OpenAPIDocument {
    /// An operation.
    struct Operation {
        let method: String
        let path: String
        let value: DocumentValue
        /// The path item.
        let item: DocumentValue
    }

    /// A path item that can't be read.
    struct Unreadable {
        let path: String
        let place: OpenAPIImport.Place
        let reason: String
    }

    private static let methods: [(field: String, method: String)] = [
        ("get", "GET"), ("head", "HEAD"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"), ("delete", "DELETE"),
        ("options", "OPTIONS"), ("trace", "TRACE"),
    ]

    let title: String
    let base: String
    let servers: ServerPaths
    /// What holds for operations that don't say otherwise.
    let security: DocumentValue?
    let schemes: [String: SecurityScheme]
    let scopeDescriptions: [String: String]
    private(set) var operations: [Operation] = []
    private(set) var unreadable: [Unreadable] = []

    /// `nil` after it was logged that this is no such document.
    init?(_ root: DocumentValue, options: OpenAPIImport.Options, log: DiagnosticLog) {
        guard Self.isSupported(root, log) else { return nil }
        let info = root["info"]
        title = [info?["title"]?.text, info?["version"]?.text].compactMap(\.self).joined(separator: " ")
        servers = ServerPaths(root["servers"])
        guard let base = Self.base(root, servers, options, log) else { return nil }
        self.base = base
        security = root["security"]
        let resolver = ReferenceResolver(root: root)
        let declared = (root["components"]?["securitySchemes"]?.members ?? []).map { name, _, value in
            (name, SecurityScheme(value, resolver))
        }
        schemes = Dictionary(declared) { first, _ in first }
        scopeDescriptions = Dictionary(declared.flatMap { $0.1.scopes }) { first, _ in first }
        guard let paths = root["paths"], let members = paths.members else {
            log.error(
                "the document has no paths",
                at: root["paths"]?.node.position ?? root.node.position,
                help: "webhooks and callbacks are requests that the API makes itself: they need no routes"
            )
            return nil
        }
        for (path, position, value) in members where !path.hasPrefix("x-") { read(path, position, value, resolver) }
    }

    private mutating func read(
        _ path: String,
        _ position: SourcePosition,
        _ value: DocumentValue,
        _ resolver: ReferenceResolver
    ) {
        let place = OpenAPIImport.Place(position: position, path: value.path)
        guard let item = resolver.resolve(value), item.members != nil else {
            let reason =
                value["$ref"] == nil ? "the path item is no mapping" : "$ref leads out of the document, or nowhere"
            unreadable.append(Unreadable(path: path, place: place, reason: reason))
            return
        }
        for (field, method) in Self.methods {
            // Fields beside a $ref count too (OpenAPI 3.1.1 §4.8.9).
            for holder in value["$ref"] == nil ? [item] : [value, item] {
                guard let operation = holder[field] else { continue }
                operations.append(Operation(method: method, path: path, value: operation, item: item))
                break
            }
        }
    }

    private static func isSupported(_ root: DocumentValue, _ log: DiagnosticLog) -> Bool {
        guard let version = root["openapi"] else {
            let isSwagger = root["swagger"] != nil
            log.error(
                isSwagger ? "this is a Swagger 2.0 document" : "this is no OpenAPI document: it has no openapi",
                at: (root["swagger"] ?? root).node.position,
                help: isSwagger
                    ? "convert it to OpenAPI 3, as editor.swagger.io and swagger2openapi do"
                    : "OpenAPI 3.0 and 3.1 are read"
            )
            return false
        }
        let text = version.text ?? ""
        guard ["3.0", "3.1"].contains(where: { text == $0 || text.hasPrefix($0 + ".") }) else {
            log.error(
                "openapi is \(version.node.kind)",
                at: version.node.position,
                help: "OpenAPI 3.0 and 3.1 are read"
            )
            return false
        }
        return true
    }

    private static func base(
        _ root: DocumentValue,
        _ servers: ServerPaths,
        _ options: OpenAPIImport.Options,
        _ log: DiagnosticLog
    ) -> String? {
        if let given = options.basePath { return ServerPaths.trimmed(given) }
        guard servers.bases.count == 1, let base = servers.bases.first, !base.contains("{") else {
            let bases = servers.bases.map { $0.isEmpty ? "/" : $0 }.joined(separator: ", ")
            log.error(
                "servers have the paths \(bases)",
                at: (root["servers"] ?? root).node.position,
                help: "say with --base-path which one the backend has"
            )
            return nil
        }
        return base
    }
}
