import RouteMap

/// How a backend's servers are watched, and what is done when they fail.
extension GatewayReader {
    func healthCheck(_ node: YAMLNode, _ name: String) -> HealthCheckConfiguration? {
        guard let section = Section<ConfigurationKeys.HealthCheck>(node, path: name, values: values) else { return nil }
        guard let path = section.required(.path).flatMap({ target($0, section.name(.path)) }) else { return nil }
        var result = HealthCheckConfiguration(path: path)
        section.read(.interval, into: &result.interval) {
            $0.duration($1, $2, in: .milliseconds(100) ... .seconds(3600))
        }
        section.read(.timeout, into: &result.timeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(300))
        }
        section.read(.healthyAfter, into: &result.healthyAfter) { $0.integer($1, $2, in: 1...100) }
        section.read(.unhealthyAfter, into: &result.unhealthyAfter) { $0.integer($1, $2, in: 1...100) }
        section.read(.statuses, into: &result.statuses) { statuses($0, $1, $2, in: 200...599, allowsEmpty: false) }
        return result
    }

    func ejection(_ node: YAMLNode, _ name: String) -> EjectionConfiguration {
        var result = EjectionConfiguration()
        guard let section = Section<ConfigurationKeys.Ejection>(node, path: name, values: values) else { return result }
        section.read(.failures, into: &result.failures) { $0.integer($1, $2, in: 0...1000) }
        backOff((.backOff, .maxBackOff), in: section, &result.backOff, &result.maxBackOff)
        section.read(.statuses, into: &result.statuses) { statuses($0, $1, $2, in: 400...599, allowsEmpty: true) }
        return result
    }

    /// A back-off and the longest that it grows to.
    func backOff<Key: SectionKey>(
        _ keys: (first: Key, longest: Key),
        in section: Section<Key>,
        _ first: inout Duration,
        _ longest: inout Duration
    ) {
        section.read(keys.first, into: &first) { $0.duration($1, $2, in: .milliseconds(10) ... .seconds(3600)) }
        section.read(keys.longest, into: &longest) { $0.duration($1, $2, in: .milliseconds(10) ... .seconds(3600)) }
        if longest < first {
            log.error("\(section.name(keys.longest)) is below back_off", at: section.keyPosition(keys.longest))
        }
    }

    func retry(_ node: YAMLNode, _ name: String) -> RetryConfiguration {
        var result = RetryConfiguration()
        guard let section = Section<ConfigurationKeys.Retry>(node, path: name, values: values) else { return result }
        section.read(.attempts, into: &result.attempts) { $0.integer($1, $2, in: 1...10) }
        section.read(.budget, into: &result.budget) { $0.integer($1, $2, in: 0...100) }
        section.read(.timeouts, into: &result.timeouts) { $0.bool($1, $2) }
        return result
    }

    private func target(_ node: YAMLNode, _ name: String) -> String? {
        values.value(node, name) { (text) throws(ValueProblem) in
            guard text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
                !text.contains("#"), !text.contains("\\")
            else { throw ValueProblem("\"\(text)\" is not a path", help: "write it like /healthz") }
            return text
        }
    }

    private func statuses(
        _ values: ValueReader,
        _ node: YAMLNode,
        _ name: String,
        in range: ClosedRange<Int>,
        allowsEmpty: Bool
    ) -> [Int]? {
        guard let items = values.list(node, name, allowsEmpty: allowsEmpty) else { return nil }
        var result: [Int] = []
        for item in items {
            guard let status = values.integer(item, name, in: range) else { continue }
            if result.contains(status) {
                log.error("\(status) is listed twice", at: item.position, help: "once is enough")
            }
            result.append(status)
        }
        return result
    }
}
