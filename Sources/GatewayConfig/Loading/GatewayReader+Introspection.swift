import RouteMap

extension GatewayReader {
    func introspection(_ node: YAMLNode) -> IntrospectionConfiguration? {
        guard let section = Section<ConfigurationKeys.Introspection>(node, path: "introspection", values: values) else {
            return nil
        }
        let urlNode = section.required(.url)
        let endpoint = urlNode.flatMap { self.endpoint($0, section.name(.url)) } ?? Self.standIn
        if let urlNode, endpoint.scheme == .http, !endpoint.isLoopback {
            log.warning(
                "keys are sent to \(endpoint.host) in clear",
                at: urlNode.position,
                help: "use https, unless the network in between is yours alone"
            )
        }
        var result = IntrospectionConfiguration(endpoint: endpoint)
        section.read(.timeout, into: &result.timeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(60))
        }
        section.read(.maxConcurrent, into: &result.maxConcurrent) { $0.integer($1, $2, in: 1...10_000) }
        section.read(.maxWaiters, into: &result.maxWaiters) { $0.integer($1, $2, in: 0...1_000_000) }
        if let node = section[.client] { result.client = client(node, section.name(.client)) }
        if let node = section[.cache] { result.cache = cache(node, section.name(.cache)) }
        if let node = section[.tls] { result.tls = tls(node, section.name(.tls), endpoint) }
        return result
    }

    private func client(_ node: YAMLNode, _ name: String) -> IntrospectionConfiguration.Client? {
        guard let section = Section<ConfigurationKeys.Client>(node, path: name, values: values) else { return nil }
        let id = section.required(.id).flatMap { values.string($0, section.name(.id)) }
        let secret = section.required(.secret).flatMap { self.secret($0, section.name(.secret)) }
        guard let id, let secret else { return nil }
        return IntrospectionConfiguration.Client(id: id, secret: secret)
    }

    private func cache(_ node: YAMLNode, _ name: String) -> GrantCacheConfiguration {
        var result = GrantCacheConfiguration()
        guard let section = Section<ConfigurationKeys.Cache>(node, path: name, values: values) else { return result }
        section.read(.capacity, into: &result.capacity) { $0.integer($1, $2, in: 1...10_000_000) }
        section.read(.negativeCapacity, into: &result.negativeCapacity) { $0.integer($1, $2, in: 1...10_000_000) }
        section.read(.timeToLive, into: &result.timeToLive) { $0.duration($1, $2, in: .zero ... .seconds(86_400)) }
        section.read(.negativeTimeToLive, into: &result.negativeTimeToLive) {
            $0.duration($1, $2, in: .zero ... .seconds(3600))
        }
        if let node = section[.staleIfError] { checkStaleIfError(node, section.name(.staleIfError)) }
        return result
    }

    /// Answers that are out of date are never used, so the only value there is says so.
    private func checkStaleIfError(_ node: YAMLNode, _ name: String) {
        guard let duration = values.duration(node, name, in: .zero ... .seconds(86_400)), duration != .zero else {
            return
        }
        log.error("\(name) can only be 0s in this version", at: node.position, help: "leave it out, or write 0s")
    }
}
