import RouteMap

extension GatewayReader {
    func audit(_ node: YAMLNode?) -> AuditConfiguration {
        var result = AuditConfiguration()
        result.path = FilePath.resolve(result.path, from: log.file)
        guard let node, let section = Section<ConfigurationKeys.Audit>(node, path: "audit", values: values) else {
            return result
        }
        if let node = section[.path], let path = path(node, section.name(.path)) { result.path = path }
        result.fingerprintSecret = auditSecret(section, .fingerprintSecret)
        result.signingKey = auditSecret(section, .signingKey)
        section.read(.instance, into: &result.instance) { $0.string($1, $2) }
        section.read(.durability, into: &result.durability) { $0.word($1, $2) }
        section.read(.overflow, into: &result.overflow) { $0.word($1, $2) }
        section.read(.capacity, into: &result.capacity) { $0.integer($1, $2, in: 1...1_000_000) }
        section.read(.allowed, into: &result.allowed) { $0.word($1, $2) }
        section.read(.sample, into: &result.sample) { $0.integer($1, $2, in: 1...1_000_000) }
        section.read(.query, into: &result.query) { $0.word($1, $2) }
        if let section = section.section(.rotate, ConfigurationKeys.AuditRotate.self) {
            result.rotate = rotation(section)
        }
        if let section = section.section(.keep, ConfigurationKeys.AuditKeep.self) { result.keep = retention(section) }
        if let section = section.section(.syslog, ConfigurationKeys.AuditSyslog.self) {
            result.syslog = syslog(section)
        }
        section.read(.stdout, into: &result.stdout) { $0.bool($1, $2) }
        return result
    }

    private func auditSecret(
        _ section: Section<ConfigurationKeys.Audit>,
        _ key: ConfigurationKeys.Audit
    ) -> Secret? {
        section[key].flatMap { secret($0, section.name(key), minimum: Self.minimumSecret) }
    }

    private func rotation(_ section: Section<ConfigurationKeys.AuditRotate>) -> AuditRotationConfiguration {
        var result = AuditRotationConfiguration()
        section.read(.size, into: &result.size) { values, node, name in
            unlimited(node) { values.size(node, name, in: (64 << 10)...(1 << 40)) }
        }
        section.read(.age, into: &result.age) { values, node, name in
            unlimited(node) { values.duration(node, name, in: .seconds(60) ... .seconds(36_000_000)) }
        }
        section.read(.compress, into: &result.compress) { $0.bool($1, $2) }
        return result
    }

    private func retention(_ section: Section<ConfigurationKeys.AuditKeep>) -> AuditRetentionConfiguration {
        var result = AuditRetentionConfiguration()
        section.read(.count, into: &result.count) { values, node, name in
            unlimited(node) { values.integer(node, name, in: 1...100_000) }
        }
        section.read(.age, into: &result.age) { values, node, name in
            unlimited(node) { values.duration(node, name, in: .seconds(60) ... .seconds(3_600_000_000)) }
        }
        section.read(.size, into: &result.size) { values, node, name in
            unlimited(node) { values.size(node, name, in: (64 << 10)...(1 << 50)) }
        }
        return result
    }

    private func syslog(_ section: Section<ConfigurationKeys.AuditSyslog>) -> AuditSyslogConfiguration {
        var result = AuditSyslogConfiguration()
        if let node = section[.socket], let path = path(node, section.name(.socket)) { result.socket = path }
        section.read(.facility, into: &result.facility) { $0.word($1, $2) }
        return result
    }

    /// `unlimited` is no limit, which a property has as `nil`; hence the optional of an optional.
    func unlimited<Value>(_ node: YAMLNode, _ read: () -> Value?) -> Value?? {
        if node.text == "unlimited" { return .some(nil) }
        return read().map { .some($0) }
    }
}
