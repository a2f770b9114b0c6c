import RouteMap

/// What of an OpenAPI document matters to routes.
struct OpenAPIDocument {
    /// An operation; or a path whose operations aren't known, whose method is ``RouteDefinition/everyMethod``.
    struct Operation {
        let method: String
        let path: String
        /// Where it is.
        let place: OpenAPIImport.Place
        /// Its members, with those of what it refers to; empty when it can't be read.
        var layers: [DocumentValue] = []
        /// The same of its path item.
        var item: [DocumentValue] = []
        /// Why it is denied whatever it says.
        var problem: ImportedPath.Problem?
    }

    let documents: DocumentSet
    let title: String
    let base: String
    let servers: ServerPaths
    /// What holds for operations that don't say otherwise, of each file.
    private let security: [DocumentValue?]
    let schemes: [String: SecurityScheme]
    let scopeDescriptions: [String: String]
    private(set) var operations: [Operation] = []
    /// What stands in it that counts for nothing, and may have been meant to.
    private(set) var notes: [OpenAPIImport.Note] = []

    /// `nil` after it was logged that this is no such document.
    init?(_ documents: DocumentSet, options: OpenAPIImport.Options, log: DiagnosticLog) {
        let root = documents.root()
        guard Self.isSupported(root, log), let paths = Self.paths(root, documents, log),
            let (base, servers) = Self.base(root, documents, options, log)
        else { return nil }
        self.documents = documents
        let info = root["info"]
        title = [info?["title"]?.text, info?["version"]?.text].compactMap(\.self).joined(separator: " ")
        (self.base, self.servers) = (base, servers)
        security = documents.documents.indices.map { documents.root($0)["security"] }
        let declared = Self.schemes(documents)
        schemes = Dictionary(declared, uniquingKeysWith: Self.stricter)
        scopeDescriptions = Dictionary(declared.flatMap { $0.1.scopes }) { first, _ in first }
        for layer in [root] + paths { noteWhatIsNotRead(layer) }
        for layer in paths {
            for (path, position, value) in layer.members ?? [] where !path.begins(with: "x-") && path != "$ref" {
                read(path, OpenAPIImport.Place(value, at: position, documents), value)
            }
        }
    }

    /// Notes members of the document itself, or of its paths, that only their names keep from counting.
    private mutating func noteWhatIsNotRead(_ layer: DocumentValue) {
        if layer.hasUnreadableMembers {
            notes.append(.init(message: "has a key that is no text; left out", place: place(of: layer)))
        }
        for (name, position, value) in layer.members ?? []
        where name == OutlineFilter.requiredScopes || OutlineFilter.isNearlyRequiredScopes(name) {
            let message =
                "counts for nothing here: \(OutlineFilter.requiredScopes) is read of operations and path items"
            notes.append(.init(message: message, place: OpenAPIImport.Place(value, at: position, documents)))
        }
    }

    func place(of value: DocumentValue) -> OpenAPIImport.Place { OpenAPIImport.Place(value, documents) }

    /// What is in force for an operation: its own security, or what its files say for all; and what its path says,
    /// which only extensions and members beside a `$ref` do. All of them have to be met.
    func security(of operation: Operation) -> [DocumentValue] {
        let own = operation.layers.compactMap { $0["security"] }
        let files = [0] + operation.layers.map(\.document).filter { $0 > 0 }
        let inherited = Set(files).sorted().compactMap { security[$0] }
        return (own.isEmpty ? inherited : own) + operation.item.compactMap { $0["security"] }
    }

    private mutating func read(_ path: String, _ place: OpenAPIImport.Place, _ value: DocumentValue) {
        let item: [DocumentValue]
        do {
            item = try documents.layers(of: value)
        } catch {
            return close(path, place, "\(error)")
        }
        guard item.allSatisfy(\.isMapping) else { return close(path, place, "the path item is no mapping") }
        guard !item.contains(where: \.hasUnreadableMembers) else {
            return close(path, place, "one of its keys is no text", help: "write its keys as texts", item)
        }
        let known = operations.count
        for (field, method) in OutlineFilter.operations {
            let values = item.compactMap { $0[field] }
            if let first = values.first { read(method, path, item, first, isTwice: values.count > 1) }
        }
        for (name, position, value) in item.flatMap({ $0.members ?? [] }) {
            guard OutlineFilter.methods[name] == nil, let method = OutlineFilter.methods[name.lowercased()] else {
                continue
            }
            let place = OpenAPIImport.Place(value, at: position, documents)
            var operation = Operation(method: method, path: path, place: place)
            operation.problem = .init(message: "\(name) is no operation", help: "operations are in small letters")
            operations.append(operation)
        }
        if operations.count == known {
            close(path, place, "the path has no operations", help: "what it is used for is not known", item)
        }
    }

    private mutating func close(
        _ path: String,
        _ place: OpenAPIImport.Place,
        _ reason: String,
        help: String? = nil,
        _ item: [DocumentValue] = []
    ) {
        var operation = Operation(method: RouteDefinition.everyMethod, path: path, place: place, item: item)
        operation.problem = .init(message: reason, help: help)
        operations.append(operation)
    }

    private mutating func read(
        _ method: String,
        _ path: String,
        _ item: [DocumentValue],
        _ value: DocumentValue,
        isTwice: Bool
    ) {
        var operation = Operation(method: method, path: path, place: place(of: value), item: item)
        defer { operations.append(operation) }
        do {
            operation.layers = try documents.layers(of: value)
            for layer in item + operation.layers { try checkParameters(of: layer) }
        } catch {
            operation.problem = .init(message: "\(error)", help: nil)
            return
        }
        let layers = item + operation.layers
        if !operation.layers.allSatisfy(\.isMapping) {
            operation.problem = .init(message: "the operation is no mapping", help: nil)
        } else if layers.contains(where: \.hasUnreadableMembers) {
            operation.problem = .init(message: "one of its keys is no text", help: "write its keys as texts")
        } else if let name = Self.nearlyRequiredScopes(layers) {
            operation.problem = .init(
                message: "\(name) is not \(OutlineFilter.requiredScopes)",
                help: "write \(OutlineFilter.requiredScopes), or take it away"
            )
        } else if isTwice {
            operation.problem = .init(
                message: "it is there both beside the path's $ref and behind it",
                help: "keep one of the two"
            )
        }
    }

    private static func nearlyRequiredScopes(_ layers: [DocumentValue]) -> String? {
        layers.lazy.flatMap { $0.members ?? [] }.map(\.name).first(where: OutlineFilter.isNearlyRequiredScopes)
    }

    /// Parameters that can't be resolved may be of the path.
    private func checkParameters(of layer: DocumentValue) throws(ReferenceProblem) {
        guard let parameters = layer["parameters"] else { return }
        guard let items = try documents.layers(of: parameters).last?.items else {
            throw ReferenceProblem("its parameters are no list")
        }
        for item in items {
            do {
                guard try documents.layers(of: item).allSatisfy(\.isMapping) else {
                    throw ReferenceProblem("is no mapping")
                }
            } catch {
                throw ReferenceProblem("one of its parameters can't be resolved: \(error)")
            }
        }
    }

    /// The security schemes of all files; names are of the document, and where a file that it refers to has another
    /// scheme of the same name, that counts too.
    private static func schemes(_ documents: DocumentSet) -> [(String, SecurityScheme)] {
        documents.documents.indices.flatMap { number -> [(String, SecurityScheme)] in
            guard let components = documents.root(number)["components"],
                let layers = try? documents.layers(of: components)
            else { return [] }
            return layers.compactMap { $0["securitySchemes"] }.flatMap { (try? documents.layers(of: $0)) ?? [] }
                .flatMap { $0.members ?? [] }.filter { $0.name != "$ref" }
                .map { ($0.name, SecurityScheme($0.value, documents)) }
        }
    }

    /// Of two schemes of one name that which lets nobody in.
    private static func stricter(_ first: SecurityScheme, _ second: SecurityScheme) -> SecurityScheme {
        first.kind == .key ? second : first
    }

    private static func paths(
        _ root: DocumentValue,
        _ documents: DocumentSet,
        _ log: DiagnosticLog
    ) -> [DocumentValue]? {
        let paths = root["paths"]
        do {
            if let layers = try paths.map({ (paths) throws(ReferenceProblem) in try documents.layers(of: paths) }),
                layers.allSatisfy(\.isMapping)
            {
                return layers
            }
        } catch {
            log.error(
                "paths can't be resolved: \(error)",
                at: paths?.node.position ?? root.node.position,
                help: "only files beside the document and below its folder are read"
            )
            return nil
        }
        log.error(
            "the document has no paths",
            at: paths?.node.position ?? root.node.position,
            help: "webhooks and callbacks are requests that the API makes itself: they need no routes"
        )
        return nil
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
        guard ["3.0", "3.1"].contains(where: { text == $0 || text.begins(with: $0 + ".") }) else {
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
        _ documents: DocumentSet,
        _ options: OpenAPIImport.Options,
        _ log: DiagnosticLog
    ) -> (String, ServerPaths)? {
        var servers = ServerPaths()
        do {
            if let list = root["servers"] { servers = try ServerPaths(list, documents) }
        } catch {
            guard options.basePath == nil else { return (options.basePath.map(ServerPaths.trimmed) ?? "", servers) }
            log.error(
                "servers can't be read: it \(error)",
                at: (root["servers"] ?? root).node.position,
                help: "say with --base-path where the backend has the paths"
            )
            return nil
        }
        if let given = options.basePath { return (ServerPaths.trimmed(given), servers) }
        guard servers.bases.count == 1, let base = servers.bases.first, !ServerPaths.isVague(base) else {
            let bases = servers.bases.map { $0.isEmpty ? "/" : $0 }.joined(separator: ", ")
            log.error(
                "servers have the paths \(bases)",
                at: (root["servers"] ?? root).node.position,
                help: "say with --base-path which one the backend has"
            )
            return nil
        }
        return (base, servers)
    }
}
