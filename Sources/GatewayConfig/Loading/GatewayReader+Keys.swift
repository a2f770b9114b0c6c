import Introspection
import RouteMap

extension GatewayReader {
    func keys(_ node: YAMLNode) -> KeysConfiguration {
        var result = KeysConfiguration()
        guard let section = Section<ConfigurationKeys.Keys>(node, path: "keys", values: values) else { return result }
        section.read(.sources, into: &result.sources, sources)
        section.read(.forward, into: &result.forward) { $0.bool($1, $2) }
        if let node = section[.shape] { result.shape = shape(node, section.name(.shape)) }
        return result
    }

    private func shape(_ node: YAMLNode, _ name: String) -> KeyShape {
        var result = KeyShape()
        guard let section = Section<ConfigurationKeys.Shape>(node, path: name, values: values) else { return result }
        section.read(.prefixes, into: &result.prefixes, prefixes)
        var (shortest, longest) = (result.length.lowerBound, result.length.upperBound)
        section.read(.minLength, into: &shortest) { $0.integer($1, $2, in: 1...KeySyntax.maximumLength) }
        section.read(.maxLength, into: &longest) { $0.integer($1, $2, in: 1...KeySyntax.maximumLength) }
        if shortest <= longest {
            result.length = shortest...longest
        } else {
            log.error("\(section.name(.maxLength)) is below min_length", at: section.keyPosition(.maxLength))
        }
        if let node = section[.checksum] { result.checksum = values.word(node, section.name(.checksum)) }
        return result
    }

    private func prefixes(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> [[UInt8]]? {
        values.list(node, name)?.enumerated().compactMap { index, item in
            values.value(item, "\(name)[\(index)]") { (text) throws(ValueProblem) in
                let bytes = Array(text.utf8)
                guard bytes.count <= 64, bytes.allSatisfy({ KeySyntax.isTokenByte($0) }) else {
                    throw ValueProblem(
                        "no key begins with \"\(text.prefix(64))\"",
                        help: "letters, digits and -._~+/, at most 64 (RFC 6750 §2.1)"
                    )
                }
                return bytes
            }
        }
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
