import RouteMap

extension GatewayReader {
    func upstream(_ node: YAMLNode) -> UpstreamConfiguration? {
        guard let section = Section<ConfigurationKeys.Upstream>(node, path: "upstream", values: values) else {
            return nil
        }
        let urlNode = section.required(.url)
        let endpoint = urlNode.flatMap { self.endpoint($0, section.name(.url)) } ?? Self.standIn
        if let urlNode, endpoint.target != "/" {
            log.error("upstream.url can't have a path or a query: requests bring their own", at: urlNode.position)
        }
        var result = UpstreamConfiguration(endpoint: endpoint)
        section.read(.host, into: &result.host) { $0.word($1, $2) }
        section.read(.connectTimeout, into: &result.connectTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(300))
        }
        section.read(.firstByteTimeout, into: &result.firstByteTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(3600))
        }
        section.read(.idleTimeout, into: &result.idleTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(86_400))
        }
        if let node = section[.tls] { result.tls = tls(node, section.name(.tls), isUsed: endpoint.scheme == .https) }
        if let node = section[.pool] { result.pool = pool(node, section.name(.pool)) }
        return result
    }

    func endpoint(_ node: YAMLNode, _ name: String) -> HTTPEndpoint? {
        values.value(node, name) { (text) throws(ValueProblem) in try HTTPEndpoint(parsing: text) }
    }

    func tls(_ node: YAMLNode, _ name: String, isUsed: Bool) -> TLSConfiguration {
        var result = TLSConfiguration()
        guard let section = Section<ConfigurationKeys.TLS>(node, path: name, values: values) else { return result }
        result.caFile = pemFile(.caFile, in: section, isUsed: isUsed)
        result.certificateFile = pemFile(.certificateFile, in: section, isUsed: isUsed)
        result.keyFile = pemFile(.keyFile, in: section, isUsed: isUsed)
        if (section[.certificateFile] == nil) != (section[.keyFile] == nil) {
            log.error("\(name) has to have certificate_file and key_file, or neither", at: section.position)
        }
        return result
    }

    /// The path of a file of certificates or keys, which is there.
    private func pemFile(
        _ key: ConfigurationKeys.TLS,
        in section: Section<ConfigurationKeys.TLS>,
        isUsed: Bool
    ) -> String? {
        guard let node = section[key], let path = path(node, section.name(key)) else { return nil }
        if !isUsed {
            log.warning("\(section.name(key)) has no effect on an http URL", at: section.keyPosition(key))
        }
        do {
            _ = try files.read(path, limit: FileLimit.certificates)
            return path
        } catch {
            log.error("\(section.name(key)): \(path) can't be read: \(error)", at: node.position)
            return nil
        }
    }

    private func pool(_ node: YAMLNode, _ name: String) -> PoolConfiguration {
        var result = PoolConfiguration()
        guard let section = Section<ConfigurationKeys.Pool>(node, path: name, values: values) else { return result }
        section.read(.maxConnections, into: &result.maxConnections) { $0.integer($1, $2, in: 1...65_535) }
        section.read(.maxIdle, into: &result.maxIdle) { $0.integer($1, $2, in: 0...65_535) }
        section.read(.idleTimeout, into: &result.idleTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(3600))
        }
        section.read(.maxAge, into: &result.maxAge) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(86_400))
        }
        if result.maxIdle > result.maxConnections {
            if let node = section[.maxIdle] {
                log.error("\(section.name(.maxIdle)) is above max_connections", at: node.position)
            } else {
                result.maxIdle = result.maxConnections
            }
        }
        return result
    }
}
