import RouteMap
import ScopeModel

/// Loads configurations. Every function tells all problems at once, and none of them trusts what it reads: whatever
/// the bytes of the files are, they are loaded or refused with a place.
public enum ConfigLoader {
    /// Loads `scopegate.yaml` and the files that it names.
    ///
    /// - Parameters:
    ///   - path: the path of the file, from the working directory or absolute.
    ///   - environment: the environment variables, for secrets.
    ///   - secrets: whether secrets, certificates and private keys are read.
    ///   - files: where files are read from.
    ///   - inspector: reads the certificates of listeners; by default none can be used.
    ///   - generation: the number that the route map gets.
    ///   - digest: makes the route map's digest of the bytes of the route file.
    /// - Throws: ``ConfigErrors``.
    public static func load(
        path: String,
        environment: [String: String],
        secrets: SecretReading = .required,
        files: some FileReading,
        certificates inspector: any CertificateInspecting = NoCertificates(),
        generation: UInt64 = 1,
        digest: (Span<UInt8>) -> String
    ) throws(ConfigErrors) -> LoadedConfiguration {
        let log = DiagnosticLog(file: path)
        let files = RecordedReading(files)
        var reader = GatewayReader(log: log, environment: environment, files: files, secrets: secrets)
        let bytes = read(path, limit: FileLimit.configuration, files: files, log: log, named: nil)
        let root = bytes.flatMap { YAMLReader(log: log).document($0) }
        if let root { ForeignText.warn(root, log) }
        guard let configuration = root.flatMap({ reader.configuration($0) }) else {
            throw ConfigErrors(diagnostics: log.sorted, files: files.paths)
        }

        let certificateLoader = CertificateLoader(log: log, files: files, inspector: inspector)
        let certificates = configuration.listen.enumerated().map { index, listener in
            listener.tls.flatMap { tls -> ListenerCertificates? in
                guard secrets == .required else { return nil }
                let places = index < reader.tlsPlaces.count ? reader.tlsPlaces[index] : ListenTLSPlaces()
                return certificateLoader.certificates(tls, at: places)
            }
        }

        if secrets == .required {
            for named in reader.namedTrusts { certificateLoader.check(named) }
        }

        let catalogLog = DiagnosticLog(file: name(of: configuration.catalog.source, embedded: "catalog.yaml"))
        let catalogBytes = contents(
            of: configuration.catalog.source,
            embedded: EmbeddedConfiguration.catalog,
            limit: FileLimit.catalog,
            files: files,
            log: log,
            named: reader.catalogPosition
        )
        let catalog = catalogBytes.flatMap { self.catalog($0, catalogLog) }

        let routesLog = DiagnosticLog(file: name(of: configuration.routes, embedded: "routes.yaml"))
        let routesBytes = contents(
            of: configuration.routes,
            embedded: EmbeddedConfiguration.routes,
            limit: FileLimit.routes,
            files: files,
            log: log,
            named: reader.routesPosition
        )
        let map = routesBytes.flatMap { routeMap($0, catalog, generation, digest, routesLog) }
        if let map, let path = configuration.catalog.serveAt, !servesGET(map, path) {
            log.error(
                "catalog.serve_at: \(path) is not among the routes, so requests for it would be refused",
                at: reader.serveAtPosition,
                help: "map GET \(path) in \(routesLog.file)"
            )
        }
        let shadowLog = configuration.routesShadow.map { DiagnosticLog(file: $0) }
        let shadowMap = shadowLog.flatMap { shadowLog -> RouteMap? in
            read(shadowLog.file, limit: FileLimit.routes, files: files, log: log, named: reader.routesShadowPosition)
                .flatMap { routeMap($0, catalog, generation, digest, shadowLog) }
        }
        let diagnostics = log.sorted + catalogLog.sorted + routesLog.sorted + (shadowLog?.sorted ?? [])
        guard let catalog, let map, !diagnostics.contains(where: { $0.severity == .error }) else {
            throw ConfigErrors(diagnostics: diagnostics, files: files.paths, log: configuration.log)
        }
        return LoadedConfiguration(
            configuration: configuration,
            catalog: catalog,
            routeMap: map,
            routesFile: routesLog.file,
            shadowMap: shadowMap,
            certificates: certificates,
            warnings: diagnostics
        )
    }

    /// Loads a `catalog.yaml` alone.
    ///
    /// - Throws: ``ConfigErrors``.
    public static func loadCatalog(path: String, files: some FileReading) throws(ConfigErrors) -> ScopeCatalog {
        let log = DiagnosticLog(file: path)
        let bytes = read(path, limit: FileLimit.catalog, files: files, log: log, named: nil)
        guard let catalog = bytes.flatMap({ self.catalog($0, log) }) else {
            throw ConfigErrors(diagnostics: log.sorted)
        }
        return catalog
    }

    /// Loads a `routes.yaml` alone, with the scopes of a catalog.
    ///
    /// - Throws: ``ConfigErrors``.
    public static func loadRoutes(
        path: String,
        catalog: ScopeCatalog,
        files: some FileReading,
        generation: UInt64 = 1,
        digest: (Span<UInt8>) -> String
    ) throws(ConfigErrors) -> RouteMap {
        let log = DiagnosticLog(file: path)
        let bytes = read(path, limit: FileLimit.routes, files: files, log: log, named: nil)
        guard let map = bytes.flatMap({ routeMap($0, catalog, generation, digest, log) }) else {
            throw ConfigErrors(diagnostics: log.sorted)
        }
        return map
    }

    /// Loads a file of expectations, such as `config/expectations.yaml`.
    ///
    /// - Throws: ``ConfigErrors``.
    public static func loadExpectations(
        path: String,
        catalog: ScopeCatalog,
        files: some FileReading
    ) throws(ConfigErrors) -> [RouteExpectation] {
        let log = DiagnosticLog(file: path)
        let bytes = read(path, limit: FileLimit.routes, files: files, log: log, named: nil)
        let root = bytes.flatMap { YAMLReader(log: log).document($0) }
        let expectations = root.flatMap { ExpectationReader(log: log, catalog: catalog).expectations($0) }
        guard let expectations, !log.hasErrors else { throw ConfigErrors(diagnostics: log.sorted) }
        return expectations
    }

    /// The journal's catalog and routes, which are part of the program.
    ///
    /// - Parameters:
    ///   - generation: the number that the route map gets.
    ///   - digest: makes the route map's digest of its source.
    /// - Throws: ``ConfigErrors``, which would be a fault of the program itself.
    public static func loadEmbedded(
        generation: UInt64 = 1,
        digest: (Span<UInt8>) -> String
    ) throws(ConfigErrors) -> (catalog: ScopeCatalog, routeMap: RouteMap) {
        let catalogLog = DiagnosticLog(file: name(of: .embedded, embedded: "catalog.yaml"))
        let catalog = catalog(Array(EmbeddedConfiguration.catalog.utf8), catalogLog)
        let routesLog = DiagnosticLog(file: name(of: .embedded, embedded: "routes.yaml"))
        let map = routeMap(Array(EmbeddedConfiguration.routes.utf8), catalog, generation, digest, routesLog)
        guard let catalog, let map else { throw ConfigErrors(diagnostics: catalogLog.sorted + routesLog.sorted) }
        return (catalog, map)
    }

    private static func catalog(_ bytes: [UInt8], _ log: DiagnosticLog) -> ScopeCatalog? {
        var reader = CatalogReader(log: log)
        return YAMLReader(log: log).document(bytes).flatMap { reader.catalog($0) }
    }

    private static func routeMap(
        _ bytes: [UInt8],
        _ catalog: ScopeCatalog?,
        _ generation: UInt64,
        _ digest: (Span<UInt8>) -> String,
        _ log: DiagnosticLog
    ) -> RouteMap? {
        let digest = digest(bytes.span)
        return YAMLReader(log: log).document(bytes).flatMap { root in
            ForeignText.warn(root, log)
            return RoutesReader(log: log, catalog: catalog).routeMap(root, generation: generation, digest: digest)
        }
    }

    private static func servesGET(_ map: RouteMap, _ path: String) -> Bool {
        let name = Array("GET".utf8)
        guard case .route = map.match(method: .get, methodName: name.span, path: Array(path.utf8).span) else {
            return false
        }
        return true
    }

    private static func name(of source: DocumentSource, embedded: String) -> String {
        switch source {
        case .embedded: "<built-in \(embedded)>"
        case .file(let path): path
        }
    }

    private static func contents(
        of source: DocumentSource,
        embedded: String,
        limit: Int,
        files: some FileReading,
        log: DiagnosticLog,
        named position: SourcePosition
    ) -> [UInt8]? {
        switch source {
        case .embedded: Array(embedded.utf8)
        case .file(let path): read(path, limit: limit, files: files, log: log, named: position)
        }
    }

    /// Reads a file; `nil` after it was logged that it can't be, at the place where it is named.
    static func read(
        _ path: String,
        limit: Int,
        files: some FileReading,
        log: DiagnosticLog,
        named position: SourcePosition?
    ) -> [UInt8]? {
        do {
            return try files.read(path, limit: limit)
        } catch {
            let subject = position == nil ? "the file" : path
            log.error("\(subject) can't be read: \(error)", at: position ?? SourcePosition(line: 1, column: 1))
            return nil
        }
    }
}
