import RouteMap
import ScopeModel
import StrictJSON

/// A route map made from an OpenAPI document (3.0 or 3.1).
///
/// What the document leaves open is left denied, and said. An operation is in the map only if every key that gets
/// through by the map would get through by the document's `security` and `x-required-scopes`.
public struct OpenAPIImport: Sendable {
    /// What can be said about how to import.
    public struct Options: Sendable {
        /// What goes before all paths, instead of what `servers` says; `/` for nothing.
        public var basePath: String?
        /// Which scopes stand for the document's.
        public var naming = ScopeNaming()
        /// Whether operations that the document opens to everybody (`security: []`, or `{}` in it) become public.
        public var mapsPublic = false
        /// The catalog that the scopes have to be of; `nil` to make one of them.
        public var catalog: ScopeCatalog?

        /// Nothing said.
        public init() {}
    }

    /// What is being done.
    public enum Step: Equatable, Sendable {
        /// The document is read.
        case reading(bytes: Int)
        /// Operations are turned into routes.
        case converting(operations: Int)
        /// What was made is loaded, as a gateway would.
        case checking(routes: Int)
    }

    /// A place in the document.
    public struct Place: Hashable, Sendable {
        /// Where it is in the file.
        public let position: SourcePosition
        /// The way to it (RFC 6901).
        public let pointer: String

        init(position: SourcePosition, path: [String]) {
            self.position = position
            pointer = path.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
        }
    }

    /// What a route needs.
    public enum Requirement: Hashable, Sendable {
        /// Nothing.
        case `public`
        /// Any valid key.
        case authenticated
        /// All of these, at least one.
        case all([Scope])
        /// One of these, at least two.
        case any([Scope])

        /// The scopes.
        public var scopes: [Scope] {
            switch self {
            case .public, .authenticated: []
            case .all(let scopes), .any(let scopes): scopes
            }
        }
    }

    /// An operation that is in the map.
    public struct Route: Hashable, Sendable {
        /// The method.
        public let method: String
        /// The template, base path included.
        public let template: String
        /// What it needs.
        public let requirement: Requirement
        /// Its `operationId`.
        public let operationID: String?
        /// Where it is.
        public let place: Place
    }

    /// An operation that isn't in the map, so that it is refused.
    public struct Denied: Hashable, Sendable {
        /// The method.
        public let method: String
        /// The path as the document writes it.
        public let path: String
        /// Why.
        public let reason: String
        /// What to do if it was meant to pass.
        public let help: String?
        /// Where it is.
        public let place: Place
    }

    /// Something that the map has otherwise than the document, and no wider.
    public struct Note: Hashable, Sendable {
        /// What.
        public let message: String
        /// Where.
        public let place: Place
    }

    /// The document's title and version.
    public let title: String
    /// What is in the map, in the order of the document.
    public let routes: [Route]
    /// What isn't.
    public let denied: [Denied]
    /// What is otherwise.
    public let notes: [Note]
    /// Names of scopes for which no scope stands, each with how many operations are denied for it.
    public let unnamedScopes: [(name: String, count: Int)]
    /// A `routes.yaml`; `nil` when no route could be made.
    public let routesFile: String?
    /// A `catalog.yaml` with the scopes of the map, when there was no catalog.
    public let catalogFile: String?

    /// Imports a document.
    ///
    /// - Parameters:
    ///   - bytes: the document, JSON or YAML.
    ///   - file: its name, for messages.
    ///   - progress: told of each step as it begins: large documents take seconds.
    /// - Throws: ``ConfigErrors`` when it isn't such a document.
    public init(
        parsing bytes: [UInt8],
        file: String,
        options: Options = Options(),
        progress: (Step) -> Void = { _ in }
    ) throws(ConfigErrors) {
        let log = DiagnosticLog(file: file)
        progress(.reading(bytes: bytes.count))
        guard let root = Self.document(bytes, file: file, log: log),
            let document = OpenAPIDocument(DocumentValue(node: root, path: []), options: options, log: log)
        else { throw ConfigErrors(diagnostics: log.sorted) }
        progress(.converting(operations: document.operations.count))
        var converter = OpenAPIConverter(document, options: options)
        converter.run()
        title = document.title
        routes = converter.routes
        denied = converter.denied
        notes = converter.notes
        unnamedScopes = converter.unnamedScopes
        let writer = ImportWriter(file: file, title: title, routes: routes, denied: denied)
        routesFile = routes.isEmpty ? nil : writer.routesFile
        catalogFile = options.catalog == nil && !routes.isEmpty ? writer.catalogFile(document.scopeDescriptions) : nil
        progress(.checking(routes: routes.count))
        try check(options.catalog, file)
    }

    private static func document(_ bytes: [UInt8], file: String, log: DiagnosticLog) -> YAMLNode? {
        let isJSON =
            file.hasSuffix(".json")
            || !file.hasSuffix(".yaml") && !file.hasSuffix(".yml")
                && bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } == UInt8(ascii: "{")
        return isJSON
            ? JSONNodeReader(log: log).document(bytes) : YAMLReader(log: log, maximumDepth: 64).document(bytes)
    }

    /// What was made has to load, or it isn't handed out.
    private func check(_ catalog: ScopeCatalog?, _ file: String) throws(ConfigErrors) {
        guard let routesFile else { return }
        let log = DiagnosticLog(file: "<the map made of \(file)>")
        var catalog = catalog
        if let catalogFile {
            var reader = CatalogReader(log: log)
            catalog = YAMLReader(log: log).document(Array(catalogFile.utf8)).flatMap { reader.catalog($0) }
        }
        let root = YAMLReader(log: log).document(Array(routesFile.utf8))
        let map = root.flatMap { RoutesReader(log: log, catalog: catalog).routeMap($0, generation: 1, digest: "") }
        if map == nil { throw ConfigErrors(diagnostics: log.sorted) }
    }
}
