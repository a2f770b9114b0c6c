import GatewayConfig

/// An input as a document with its options and a file beside it: a byte for the options, the document, and after a line
/// `#file` the file `b.yaml`.
struct ImportInput {
    let name: String
    let document: [UInt8]
    let folder: ImportFolder
    let options: OpenAPIImport.Options

    /// `nil` for an input that is too short to be one.
    init?(_ bytes: [UInt8]) {
        guard let flags = bytes.first else { return nil }
        let rest = bytes.dropFirst()
        let mark = Array("\n#file\n".utf8)
        let cut = rest.indices.first { rest[$0...].starts(with: mark) }
        document = Array(rest[..<(cut ?? rest.endIndex)])
        name = flags & 1 == 0 ? "api.yaml" : "api.json"
        folder = ImportFolder(
            files: [name: document, "b.yaml": cut.map { Array(rest[($0 + mark.count)...]) } ?? []]
        )
        var options = OpenAPIImport.Options()
        options.mapsPublic = flags & 2 != 0
        options.combinesSchemes = flags & 4 != 0
        options.basePath = flags & 8 == 0 ? "/" : "/base"
        if flags & 16 == 0, let form = try? ScopeForm(parsing: "{resource}.{verb}") { options.naming.forms = [form] }
        self.options = options
    }
}

/// The files of an input.
struct ImportFolder: DocumentFolder {
    let files: [String: [UInt8]]

    func name(of reference: String, from file: String) throws(ReferenceProblem) -> String { reference }

    func read(_ name: String, limit: Int) throws(ReferenceProblem) -> [UInt8] {
        guard let bytes = files[name], bytes.count <= limit else { throw ReferenceProblem("leads nowhere") }
        return bytes
    }
}

/// A configuration with what was made of a document.
struct MapFiles: FileReading {
    let routes: [UInt8]
    let catalog: [UInt8]

    func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
        switch path {
        case "scopegate.yaml": Self.configuration
        case "routes.yaml": routes
        case "catalog.yaml": catalog
        default: throw .notFound
        }
    }

    private static let configuration = Array(
        """
        upstream: {url: "http://127.0.0.1:9001"}
        introspection: {url: "http://127.0.0.1:9002/introspect"}
        routes: routes.yaml
        catalog: catalog.yaml

        """.utf8
    )
}
