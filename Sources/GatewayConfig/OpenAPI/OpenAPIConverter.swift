import RouteMap

/// Turns the operations of a document into routes, one by one, and sorts out those that are for the same requests.
struct OpenAPIConverter {
    private struct Key: Hashable {
        let method: String
        let shape: String
    }

    private let document: OpenAPIDocument
    private let options: OpenAPIImport.Options
    private var security: SecurityConverter
    private var counts: [(name: String, count: Int)] = []
    /// The template as it was first written, by shape.
    private var templates: [String: String] = [:]
    private var ownNotes: [OpenAPIImport.Note] = []
    private var indices: [Key: Int] = [:]
    private var contradicted: Set<Int> = []
    private var made: [OpenAPIImport.Route] = []
    private(set) var denied: [OpenAPIImport.Denied] = []

    init(_ document: OpenAPIDocument, options: OpenAPIImport.Options) {
        self.document = document
        self.options = options
        security = SecurityConverter(schemes: document.schemes, options: options)
    }

    var routes: [OpenAPIImport.Route] { made.indices.filter { !contradicted.contains($0) }.map { made[$0] } }
    var notes: [OpenAPIImport.Note] { (security.notes + ownNotes).sorted { $0.place.position < $1.place.position } }
    var unnamedScopes: [(name: String, count: Int)] { counts }

    mutating func run() {
        for path in document.unreadable {
            denied.append(.init(method: "*", path: path.path, reason: path.reason, help: nil, place: path.place))
        }
        for operation in document.operations { convert(operation) }
        denied.sort { $0.place.position < $1.place.position }
    }

    private mutating func convert(_ operation: OpenAPIDocument.Operation) {
        do {
            let base = try base(of: operation)
            let template = try ImportedPath.template(operation.path, below: base)
            let value = operation.value
            guard value.members != nil else {
                return deny(operation, .init(message: "the operation is no mapping", help: nil))
            }
            let outcome = security.convert(
                security: value["security"] ?? document.security,
                required: value["x-required-scopes"] ?? operation.item["x-required-scopes"]
            )
            for name in security.unnamed { count(name) }
            switch outcome {
            case .denied(let reason, let help): deny(operation, .init(message: reason, help: help))
            case .requirement(let requirement): add(operation, template, requirement)
            }
        } catch {
            deny(operation, error)
        }
    }

    private mutating func add(
        _ operation: OpenAPIDocument.Operation,
        _ template: RouteTemplate,
        _ requirement: OpenAPIImport.Requirement
    ) {
        let shape = template.shape
        let text = templates[shape] ?? template.text
        if text != template.text {
            let message = "\(template.text) matches the same paths as \(text); mapped as that"
            ownNotes.append(.init(message: message, place: operation.value.place))
        }
        templates[shape] = text
        let route = OpenAPIImport.Route(
            method: operation.method,
            template: text,
            requirement: requirement,
            operationID: operation.value["operationId"]?.text,
            place: operation.value.place
        )
        let key = Key(method: operation.method, shape: shape)
        guard let index = indices[key] else {
            indices[key] = made.count
            made.append(route)
            return
        }
        if made[index].requirement == requirement { return }
        let first = made[index]
        let reason = "\(operation.method) \(text) is there twice, with different security"
        if contradicted.insert(index).inserted {
            denied.append(.init(method: first.method, path: text, reason: reason, help: nil, place: first.place))
        }
        deny(operation, .init(message: "\(reason); the other is at \(first.place.position)", help: nil))
    }

    /// The base path of an operation: its own servers', its path's, or the document's.
    private func base(of operation: OpenAPIDocument.Operation) throws(ImportedPath.Problem) -> String {
        guard options.basePath == nil, let servers = operation.value["servers"] ?? operation.item["servers"] else {
            return document.base
        }
        let paths = ServerPaths(servers)
        guard paths.origins.isSubset(of: document.servers.origins) else {
            throw .init(
                message: "it has servers of its own: \(paths.origins.sorted().joined(separator: ", "))",
                help: "--base-path maps it all the same"
            )
        }
        guard paths.bases.count == 1, let base = paths.bases.first else {
            throw .init(message: "its servers have several base paths", help: "--base-path says which one it is")
        }
        return base
    }

    private mutating func deny(_ operation: OpenAPIDocument.Operation, _ problem: ImportedPath.Problem) {
        denied.append(
            .init(
                method: operation.method,
                path: operation.path,
                reason: problem.message,
                help: problem.help,
                place: operation.value.place
            )
        )
    }

    private mutating func count(_ name: String) {
        if let index = counts.firstIndex(where: { $0.name == name }) {
            counts[index].count += 1
        } else {
            counts.append((name, 1))
        }
    }
}
