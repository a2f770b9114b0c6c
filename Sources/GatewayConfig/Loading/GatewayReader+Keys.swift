import RouteMap

extension GatewayReader {
    func keys(_ node: YAMLNode) -> KeysConfiguration {
        var result = KeysConfiguration()
        guard let section = Section<ConfigurationKeys.Keys>(node, path: "keys", values: values) else { return result }
        section.read(.sources, into: &result.sources, sources)
        section.read(.forward, into: &result.forward) { $0.bool($1, $2) }
        return result
    }

    private func sources(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> [KeysConfiguration.Source]? {
        guard let items = values.list(node, name) else { return nil }
        var seen: Set<String> = []
        return items.enumerated().compactMap { index, item in
            guard let source = source(item, "\(name)[\(index)]") else { return nil }
            let place =
                switch source {
                case .bearer: "bearer"
                case .header(let header): "header \(header.lowercased())"
                }
            if !seen.insert(place).inserted {
                log.error("\(name)[\(index)] has the same source twice", at: item.position)
            }
            return source
        }
    }

    private func source(_ node: YAMLNode, _ name: String) -> KeysConfiguration.Source? {
        if node.text == "bearer" { return .bearer }
        guard case .mapping = node.content,
            let section = Section<ConfigurationKeys.Source>(node, path: name, values: values)
        else { return values.wrongType(node, name, expected: "bearer or {header: NAME}") }
        guard let node = section.required(.header) else { return nil }
        return values.value(node, section.name(.header)) { (text) throws(ValueProblem) in
            .header(try KeyHeaderName.check(text))
        }
    }
}
