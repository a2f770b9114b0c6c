import RouteMap
import ScopeModel

extension ConfigLoader {
    /// Loads what has to do with asking about keys, whatever else of a configuration is broken: the sections
    /// `introspection`, `keys` and `catalog`, and the files that they name.
    ///
    /// - Returns: A configuration whose other sections are the defaults, and the catalog.
    /// - Throws: ``ConfigErrors``.
    public static func loadIntrospection(
        path: String,
        environment: [String: String],
        files: some FileReading,
        certificates inspector: any CertificateInspecting = NoCertificates()
    ) throws(ConfigErrors) -> (configuration: GatewayConfiguration, catalog: ScopeCatalog) {
        let log = DiagnosticLog(file: path)
        let start = SourcePosition(line: 1, column: 1)
        var reader = GatewayReader(log: log, environment: environment, files: files)
        let bytes = read(path, limit: FileLimit.configuration, files: files, log: log, named: nil)
        let root = bytes.flatMap { YAMLReader(log: log).document($0) }
        var sections: [String: YAMLNode] = [:]
        if case .mapping(let pairs)? = root?.content {
            for (key, value) in pairs { if let name = key.text { sections[name] = value } }
        }
        if root != nil, sections["introspection"] == nil {
            log.error("introspection is missing", at: root?.position ?? start, help: "add it here")
        }
        let endpoint = sections["introspection"].flatMap { reader.introspection($0) }
        let keys = sections["keys"].map { reader.keys($0) }
        let catalog = sections["catalog"].map { reader.catalog($0) } ?? CatalogConfiguration()
        let certificateLoader = CertificateLoader(log: log, files: files, inspector: inspector)
        for named in reader.namedTrusts { certificateLoader.check(named) }
        guard let endpoint, !log.hasErrors else { throw ConfigErrors(diagnostics: log.sorted) }
        let scopes =
            switch catalog.source {
            case .file(let path): try loadCatalog(path: path, files: files)
            case .embedded: try loadEmbedded { _ in "" }.catalog
            }
        var configuration = GatewayConfiguration(
            upstream: UpstreamConfiguration(servers: [UpstreamServer(.url(endpoint.endpoints[0]))]),
            introspection: endpoint
        )
        if let keys { configuration.keys = keys }
        return (configuration, scopes)
    }
}
