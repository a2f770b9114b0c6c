extension GatewayReader {
    func admin(_ node: YAMLNode) -> AdminConfiguration {
        var result = AdminConfiguration()
        guard let section = Section<ConfigurationKeys.Admin>(node, path: "admin", values: values) else { return result }
        section.read(.address, into: &result.address) { values, node, name in
            values.value(node, name) { (text) throws(ValueProblem) in
                try AdminAddress(parsing: text).resolved(from: log.file)
            }
        }
        section.read(.connections, into: &result.connections) { $0.integer($1, $2, in: 4...4096) }
        if let node = section[.token] {
            result.token = headerSecret(node, section.name(.token), minimum: Self.minimumSecret)
        } else if !result.address.isLocal {
            log.error(
                "admin.token is missing: others than this machine reach \(result.address)",
                at: section[.address]?.position ?? section.position,
                help: "give it {env: NAME} or {file: path}, or listen on 127.0.0.1 or a Unix socket"
            )
        }
        return result
    }

    func limits(_ node: YAMLNode) -> LimitsConfiguration {
        var result = LimitsConfiguration()
        guard let section = Section<ConfigurationKeys.Limits>(node, path: "limits", values: values) else {
            return result
        }
        section.read(.requestLine, into: &result.requestLine) { $0.size($1, $2, in: 512...(64 << 10)) }
        section.read(.headerFields, into: &result.headerFields) { $0.integer($1, $2, in: 8...1000) }
        section.read(.headerBytes, into: &result.headerBytes) { $0.size($1, $2, in: (1 << 10)...(256 << 10)) }
        section.read(.body, into: &result.body, bodyLimit)
        section.read(.connections, into: &result.connections) { $0.integer($1, $2, in: 1...1_000_000) }
        section.read(.connectionsPerClient, into: &result.connectionsPerClient) { values, node, name in
            unlimited(node) { values.integer(node, name, in: 1...1_000_000) }
        }
        section.read(.connectionAge, into: &result.connectionAge) { values, node, name in
            unlimited(node) { values.duration(node, name, in: .seconds(1) ... .seconds(7 * 86_400)) }
        }
        section.read(.headTimeout, into: &result.headTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(600))
        }
        section.read(.bodyIdleTimeout, into: &result.bodyIdleTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(3600))
        }
        section.read(.keepAliveTimeout, into: &result.keepAliveTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(3600))
        }
        section.read(.maxInFlight, into: &result.maxInFlight) { $0.integer($1, $2, in: 1...1_000_000) }
        section.read(.drainBody, into: &result.drainBody) { $0.size($1, $2, in: 0...(16 << 20)) }
        section.read(.drainTime, into: &result.drainTime) { $0.duration($1, $2, in: .zero ... .seconds(600)) }
        section.read(.drainRate, into: &result.drainRate) { $0.size($1, $2, in: (64 << 10)...(16 << 30)) }
        section.read(.halfClosed, into: &result.halfClosed) { $0.word($1, $2) }
        section.read(.memory, into: &result.memory) { $0.size($1, $2, in: (1 << 20)...(1 << 40)) }
        if let section = section.section(.http2, ConfigurationKeys.HTTP2.self) { read(section, into: &result.http2) }
        return result
    }

    private func read(_ section: Section<ConfigurationKeys.HTTP2>, into result: inout HTTP2LimitsConfiguration) {
        section.read(.streams, into: &result.streams) { $0.integer($1, $2, in: 1...10_000) }
        section.read(.window, into: &result.window) { $0.duration($1, $2, in: .seconds(1) ... .seconds(3600)) }
        section.read(.resets, into: &result.resets) { $0.integer($1, $2, in: 1...100_000) }
        section.read(.streamErrors, into: &result.streamErrors) { $0.integer($1, $2, in: 1...100_000) }
        section.read(.controlFrames, into: &result.controlFrames) { $0.integer($1, $2, in: 10...100_000) }
        section.read(.emptyDataFrames, into: &result.emptyDataFrames) { $0.integer($1, $2, in: 0...10_000) }
        section.read(.continuationFrames, into: &result.continuationFrames) { $0.integer($1, $2, in: 1...100) }
    }

    /// `unlimited` and 0 are both no limit; hence the optional of an optional.
    private func bodyLimit(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> Int?? {
        if node.text == "unlimited" { return .some(nil) }
        return values.size(node, name, in: 0...Int.max).map { $0 == 0 ? nil : $0 }
    }
}
