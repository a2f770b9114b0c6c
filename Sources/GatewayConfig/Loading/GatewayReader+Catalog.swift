import RouteMap

extension GatewayReader {
    mutating func catalog(_ node: YAMLNode) -> CatalogConfiguration {
        var result = CatalogConfiguration()
        guard case .mapping = node.content else {
            if let path = path(node, "catalog") { result.source = .file(path) }
            return result
        }
        guard let section = Section<ConfigurationKeys.Catalog>(node, path: "catalog", values: values) else {
            return result
        }
        if let node = section[.path], let path = path(node, section.name(.path)) { result.source = .file(path) }
        if let node = section[.serveAt] {
            serveAtPosition = node.position
            result.serveAt = literalPath(node, section.name(.serveAt))
        }
        return result
    }

    private func literalPath(_ node: YAMLNode, _ name: String) -> String? {
        guard let text = values.string(node, name) else { return nil }
        do {
            let template = try RouteTemplate(parsing: text)
            if template.isLiteral { return text }
            log.error("\(name) can't have parameters", at: node.position)
        } catch {
            log.error("\(name): \(error)", at: node.position(ofByte: error.offset))
        }
        return nil
    }
}
