extension GatewayReader {
    func listen(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> [ListenConfiguration]? {
        guard let items = values.list(node, name) else { return nil }
        return items.enumerated().compactMap { index, item in
            let path = "\(name)[\(index)]"
            guard let section = Section<ConfigurationKeys.Listen>(item, path: path, values: values),
                let node = section.required(.address)
            else { return nil }
            return address(values, node, section.name(.address)).map { ListenConfiguration(address: $0) }
        }
    }

    func admin(_ node: YAMLNode) -> AdminConfiguration {
        var result = AdminConfiguration()
        guard let section = Section<ConfigurationKeys.Admin>(node, path: "admin", values: values) else { return result }
        section.read(.address, into: &result.address) { values, node, name in
            values.value(node, name) { (text) throws(ValueProblem) in
                try AdminAddress(parsing: text).resolved(from: log.file)
            }
        }
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
        return result
    }

    /// `unlimited` and 0 are both no limit; hence the optional of an optional.
    private func bodyLimit(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> Int?? {
        if node.text == "unlimited" { return .some(nil) }
        return values.size(node, name, in: 0...Int.max).map { $0 == 0 ? nil : $0 }
    }

    private func address(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> SocketAddressText? {
        values.value(node, name) { (text) throws(ValueProblem) in try SocketAddressText(parsing: text) }
    }
}
