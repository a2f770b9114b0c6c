import RouteMap

/// Reads `scopegate.yaml`, as far as it goes without the files that it names. Sections are in the extensions.
struct GatewayReader<Files: FileReading> {
    /// What stands for an endpoint that is missing or wrong while the rest is read.
    static var standIn: HTTPEndpoint { HTTPEndpoint(scheme: .https, host: "localhost", port: 443) }

    let log: DiagnosticLog
    let values: ValueReader
    let environment: [String: String]
    let files: Files
    let secrets: SecretReading
    /// Where the routes and the catalog are named, for what is wrong with those files as a whole.
    private(set) var routesPosition = SourcePosition(line: 1, column: 1)
    private(set) var routesShadowPosition = SourcePosition(line: 1, column: 1)
    private(set) var catalogPosition = SourcePosition(line: 1, column: 1)
    var serveAtPosition = SourcePosition(line: 1, column: 1)
    /// Where the certificate files of the listeners are named, by listener.
    var tlsPlaces: [ListenTLSPlaces] = []
    /// Whom servers are believed by and what they are shown, and where that is named.
    var namedTrusts: [NamedTrust] = []

    init(log: DiagnosticLog, environment: [String: String], files: Files, secrets: SecretReading = .required) {
        self.log = log
        values = ValueReader(log: log)
        self.environment = environment
        self.files = files
        self.secrets = secrets
    }

    /// The configuration; what could not be read has its default, and the error is in the log. What has no default
    /// stands in for the moment, as a configuration with errors is never handed on.
    mutating func configuration(_ root: YAMLNode) -> GatewayConfiguration? {
        guard let section = Section<ConfigurationKeys.Root>(root, path: "", values: values) else { return nil }
        var result = GatewayConfiguration(
            upstream: section.required(.upstream).flatMap { upstream($0) }
                ?? UpstreamConfiguration(servers: [UpstreamServer(.url(Self.standIn))]),
            introspection: section.required(.introspection).flatMap { introspection($0) }
                ?? IntrospectionConfiguration(endpoints: [Self.standIn])
        )
        if let node = section[.upstreams] { result.upstreams = upstreams(node) }
        if let node = section[.listen], let listeners = listen(node) { result.listen = listeners }
        if let node = section[.admin] { result.admin = admin(node) }
        if let node = section[.keys] { result.keys = keys(node) }
        if let node = section[.routes] {
            routesPosition = node.position
            if let path = path(node, "routes") { result.routes = .file(path) }
        }
        if let node = section[.routesShadow] {
            routesShadowPosition = node.position
            result.routesShadow = path(node, "routes_shadow")
        }
        if let node = section[.catalog] {
            catalogPosition = node.position
            result.catalog = catalog(node)
        }
        result.audit = audit(section[.audit])
        section.read(.threads, into: &result.threads, threads)
        if let node = section[.limits] { result.limits = limits(node) }
        section.read(.trustedProxies, into: &result.trustedProxies, trustedPeers)
        if let section = section.section(.headers, ConfigurationKeys.Headers.self) { result.headers = headers(section) }
        section.read(.hosts, into: &result.hosts, hosts)
        if let section = section.section(.log, ConfigurationKeys.Log.self) {
            section.read(.level, into: &result.log.level) { $0.word($1, $2) }
            section.read(.format, into: &result.log.format) { $0.word($1, $2) }
        }
        if let section = section.section(.shutdown, ConfigurationKeys.Shutdown.self) {
            for (key, member) in [
                (.gracePeriod, \.gracePeriod), (.lameDuck, \.lameDuck), (.idleGrace, \.idleGrace),
            ] as [(ConfigurationKeys.Shutdown, WritableKeyPath<ShutdownConfiguration, Duration>)] {
                section.read(key, into: &result.shutdown[keyPath: member]) {
                    $0.duration($1, $2, in: .zero ... .seconds(3600))
                }
            }
        }
        if let section = section.section(.reload, ConfigurationKeys.Reload.self) {
            section.read(.watch, into: &result.reload.watch) { $0.bool($1, $2) }
            section.read(.timeout, into: &result.reload.timeout) {
                $0.duration($1, $2, in: .seconds(1) ... .seconds(600))
            }
            section.read(.generationHeader, into: &result.reload.generationHeader) { $0.bool($1, $2) }
        }
        if let node = section[.accessLog] { result.accessLog = accessLog(node) }
        if let node = section[.tracing] { result.tracing = tracing(node) }
        checkAddresses(result, section)
        return result
    }

    /// A path, from the directory of the file that names it.
    func path(_ node: YAMLNode, _ name: String) -> String? {
        values.string(node, name).map { FilePath.resolve($0, from: log.file) }
    }

    private func threads(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> ThreadCount? {
        if node.text == "auto" { return .automatic }
        guard node.plainText?.first?.isNumber == true else {
            return values.wrongType(node, name, expected: "auto or a number from 1 to 64")
        }
        return values.integer(node, name, in: 1...64).map { .fixed($0) }
    }

    private func checkAddresses(_ configuration: GatewayConfiguration, _ section: Section<ConfigurationKeys.Root>) {
        var addresses = configuration.listen.map(\.address)
        switch configuration.admin.address {
        case .socket(let admin): addresses.append(.socket(admin))
        case .unix(let path): addresses.append(.unix(path))
        }
        var seen: Set<ListenAddress> = []
        for address in addresses where !seen.insert(address).inserted {
            if case .socket(let socket) = address, socket.port == 0 { continue }
            let key: ConfigurationKeys.Root = section[.listen] == nil ? .admin : .listen
            log.error("\(address) is listened on twice", at: section.keyPosition(key))
        }
    }
}
