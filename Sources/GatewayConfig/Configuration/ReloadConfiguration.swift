/// `reload`: how changes come into force while the gateway runs.
public struct ReloadConfiguration: Equatable, Sendable {
    /// Whether the files are watched and changes of them are loaded. Default: true.
    public var watch = true
    /// How long a reload waits for its files: a file system may not answer. 1 second to 10 minutes. Default: 30
    /// seconds.
    public var timeout = Duration.seconds(30)
    /// Whether denials name the generation of the route map that decided, in `X-Scopegate-Generation`. Default: false.
    public var generationHeader = false

    /// The defaults.
    public init() {}
}

extension GatewayConfiguration {
    /// The files that the configuration names and that are read again by a reload, without its own.
    public var namedFiles: [String] {
        var files: [String] = []
        if case .file(let path) = routes { files.append(path) }
        if let routesShadow { files.append(routesShadow) }
        if case .file(let path) = catalog.source { files.append(path) }
        for secret in [introspection.client.secret, audit.fingerprintSecret] {
            if case .file(let path) = secret?.origin { files.append(path) }
        }
        for tls in allUpstreams.map(\.tls) + [introspection.tls] + [tracing?.tls].compactMap(\.self) {
            files += [tls.caFile, tls.certificateFile, tls.keyFile].compactMap(\.self)
        }
        return files + listen.flatMap { $0.tls?.files ?? [] }
    }
}
