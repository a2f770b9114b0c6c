import RouteMap

extension GatewayReader {
    func accessLog(_ node: YAMLNode) -> AccessLogConfiguration? {
        guard let section = Section<ConfigurationKeys.AccessLog>(node, path: "access_log", values: values) else {
            return nil
        }
        var result = AccessLogConfiguration()
        if let node = section[.path] {
            if node.text == "stdout" {
                result.destination = .standardOutput
            } else if let path = path(node, section.name(.path)) {
                result.destination = .file(path)
            }
        }
        section.read(.format, into: &result.format) { $0.word($1, $2) }
        section.read(.sample, into: &result.sample) { $0.integer($1, $2, in: 1...1_000_000) }
        section.read(.capacity, into: &result.capacity) { $0.integer($1, $2, in: 16...1_000_000) }
        return result
    }

    mutating func tracing(_ node: YAMLNode) -> TracingConfiguration? {
        guard let section = Section<ConfigurationKeys.Tracing>(node, path: "tracing", values: values) else {
            return nil
        }
        let endpoint = section.required(.url).flatMap { self.endpoint($0, section.name(.url)) } ?? Self.standIn
        var result = TracingConfiguration(endpoint: endpoint)
        if let node = section[.token] { result.token = headerSecret(node, section.name(.token)) }
        section.read(.serviceName, into: &result.serviceName) { $0.string($1, $2) }
        section.read(.sample, into: &result.sample) { $0.integer($1, $2, in: 1...1_000_000) }
        section.read(.capacity, into: &result.capacity) { $0.integer($1, $2, in: 16...1_000_000) }
        section.read(.batch, into: &result.batch) { $0.integer($1, $2, in: 1...10_000) }
        section.read(.interval, into: &result.interval) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(60))
        }
        section.read(.timeout, into: &result.timeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(60))
        }
        if let node = section[.tls] { result.tls = tls(node, section.name(.tls), isUsed: endpoint.scheme == .https) }
        return result
    }
}
