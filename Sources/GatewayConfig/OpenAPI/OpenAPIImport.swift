import RouteMap
import ScopeModel

/// A route map made from an OpenAPI document (3.0 or 3.1).
///
/// What the document leaves open is left denied, and said: the map has it as `denied`, so that no other route lets it
/// through. An operation is let through only if every key that gets through by the map would get through by the
/// document's `security` and `x-required-scopes`.
public struct OpenAPIImport: Sendable {
    /// What can be said about how to import.
    public struct Options: Sendable {
        /// What goes before all paths, instead of what `servers` says; `/` for nothing.
        public var basePath: String?
        /// Which scopes stand for the document's.
        public var naming = ScopeNaming()
        /// Whether operations that the document opens to everybody (`security: []`, or `{}` in it) become public.
        public var mapsPublic = false
        /// Whether one key may stand for several security schemes that are needed at once.
        public var combinesSchemes = false
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
    public struct Place: Hashable, Sendable, Comparable {
        /// The name of a file that the document refers to; `nil` for the document itself.
        public let file: String?
        /// Where it is in the file.
        public let position: SourcePosition
        /// The way to it (RFC 6901).
        public let pointer: String

        init(_ value: DocumentValue, at position: SourcePosition? = nil, _ documents: DocumentSet) {
            file = value.document == 0 ? nil : documents.documents[value.document].name
            self.position = position ?? value.node.position
            pointer = value.path.map { "/" + Self.escaped($0) }.joined()
        }

        private static func escaped(_ token: String) -> String {
            guard token.holds(anyOf: "~/") else { return token }
            var text = ""
            for character in token.unicodeScalars {
                switch character {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(character)
                }
            }
            return text
        }

        /// Orders places as they come in the files, the document first.
        public static func < (left: Place, right: Place) -> Bool {
            (left.file ?? "", left.position, left.pointer) < (right.file ?? "", right.position, right.pointer)
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

    /// An operation that is refused whatever the key.
    public struct Denied: Hashable, Sendable {
        /// The method; `*` for all of them.
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

    /// A name for which no scope stands.
    public struct UnnamedScope: Hashable, Sendable {
        /// The name.
        public let name: String
        /// How many operations ask for it.
        public let operations: Int
        /// The verb that its scope would have, by its name and by what it is asked for.
        public let verb: ScopeVerb
        /// How many operations are denied for it.
        public let denied: Int
    }

    /// The document's title and version.
    public let title: String
    /// What is let through, in the order of the document.
    public let routes: [Route]
    /// What isn't.
    public let denied: [Denied]
    /// What is otherwise.
    public let notes: [Note]
    /// Names for which no scope stands.
    public let unnamedScopes: [UnnamedScope]
    /// The form that would name most of them, and how many that is.
    public let suggestedForm: (form: String, count: Int)?
    /// A `routes.yaml`; `nil` when no route could be made.
    public let routesFile: String?
    /// A `catalog.yaml` with the scopes of the map, when there was no catalog.
    public let catalogFile: String?

    /// Imports a document.
    ///
    /// - Parameters:
    ///   - bytes: the document, JSON or YAML.
    ///   - file: its name, for messages; how it ends says what it is.
    ///   - folder: the files that it may refer to.
    ///   - name: its name in the folder.
    ///   - progress: told of each step as it begins: large documents take seconds.
    /// - Throws: ``ConfigErrors`` when it isn't such a document.
    public init(
        parsing bytes: [UInt8],
        file: String,
        folder: some DocumentFolder = NoDocumentFolder(),
        name: String? = nil,
        options: Options = Options(),
        progress: (Step) -> Void = { _ in }
    ) throws(ConfigErrors) {
        let log = DiagnosticLog(file: file)
        progress(.reading(bytes: bytes.count))
        guard let document = Self.document(bytes, name ?? file, folder, options, log) else {
            throw ConfigErrors(diagnostics: log.sorted)
        }
        progress(.converting(operations: document.operations.count))
        var converter = OpenAPIConverter(document, options: options)
        do {
            try converter.run()
        } catch {
            log.error(
                "its paths overlap in too many ways to write all of them down",
                at: SourcePosition(line: 1, column: 1),
                help: "import the document in parts"
            )
        }
        if let (first, second, scope) = converter.names.collision {
            log.error(
                "\"\(first.name)\" and \"\(second.name)\" would both be \(scope)",
                at: second.place.flatMap { $0.file == nil ? $0.position : nil } ?? SourcePosition(line: 1, column: 1),
                help:
                    "say with --scope '\(second.name)=…' which scope stands for one of them; for both, if they are the same"
            )
        }
        if log.hasErrors { throw ConfigErrors(diagnostics: log.sorted) }
        title = document.title
        routes = converter.routes
        denied = converter.denied
        notes = converter.notes
        unnamedScopes = converter.unnamedScopes
        suggestedForm = converter.names.bestForm
        let writer = ImportWriter(file: file, title: title, templates: converter.templates)
        routesFile = routes.isEmpty ? nil : writer.routesFile
        catalogFile = options.catalog == nil && !routes.isEmpty ? writer.catalogFile(document.scopeDescriptions) : nil
        progress(.checking(routes: routes.count))
        try check(options.catalog, file)
    }

    private static func document(
        _ bytes: [UInt8],
        _ name: String,
        _ folder: some DocumentFolder,
        _ options: Options,
        _ log: DiagnosticLog
    ) -> OpenAPIDocument? {
        do {
            return OpenAPIDocument(try DocumentSet(bytes, name: name, folder: folder), options: options, log: log)
        } catch {
            log.error(error.message, at: error.position, help: error.help)
            return nil
        }
    }

    /// What was made has to load, or it isn't handed out.
    private func check(_ catalog: ScopeCatalog?, _ file: String) throws(ConfigErrors) {
        guard let routesFile else { return }
        let log = DiagnosticLog(file: "<the map made of \(file)>")
        for (text, limit) in [(routesFile, FileLimit.routes), (catalogFile ?? "", FileLimit.catalog)]
        where text.utf8.count > limit {
            log.error(
                "it has more than the \(ByteSize.text(limit)) that a gateway reads",
                at: SourcePosition(line: 1, column: 1),
                help: "import the document in parts"
            )
        }
        if log.hasErrors { throw ConfigErrors(diagnostics: log.sorted) }
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
