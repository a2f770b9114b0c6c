import RouteMap

extension GatewayReader {
    /// The least that a secret of the gateway's own has to be, so that it can't be found by trying.
    static var minimumSecret: Int { 16 }

    /// A secret that has so many bytes at least.
    func secret(_ node: YAMLNode, _ name: String, minimum: Int) -> Secret? {
        let result = secret(node, name)
        if let result, result.bytes.count < minimum {
            log.error("\(name) has fewer than \(minimum) bytes", at: node.position)
        }
        return result
    }

    /// A secret that can be a part of a header field.
    func headerSecret(_ node: YAMLNode, _ name: String, minimum: Int = 1) -> Secret? {
        guard let secret = secret(node, name, minimum: minimum) else { return nil }
        guard secret.bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            log.error("\(name) has characters that a header can't carry", at: node.position)
            return nil
        }
        return secret
    }

    /// A secret: `{env: NAME}` or `{file: path}`. A line end at the end of a file is not part of it.
    func secret(_ node: YAMLNode, _ name: String) -> Secret? {
        guard case .mapping = node.content else {
            // The text is not repeated: it may be the secret itself.
            log.error(
                "\(name) has to come from the environment or from a file",
                at: node.position,
                help: "write {env: NAME} or {file: path}"
            )
            return nil
        }
        guard let section = Section<ConfigurationKeys.Secret>(node, path: name, values: values) else { return nil }
        switch (section[.env], section[.file]) {
        case (let node?, nil): return environmentSecret(node, section.name(.env))
        case (nil, let node?): return fileSecret(node, section.name(.file))
        default:
            log.error("\(name) has to have exactly one of env and file", at: node.position)
            return nil
        }
    }

    private func environmentSecret(_ node: YAMLNode, _ name: String) -> Secret? {
        guard let variable = values.string(node, name) else { return nil }
        if secrets == .leftOut { return Secret(bytes: SecretReading.standIn, origin: .environment(variable)) }
        guard let value = environment[variable], !value.isEmpty else {
            let problem = environment[variable] == nil ? "not set" : "empty"
            log.error("\(name): the environment variable \(variable) is \(problem)", at: node.position)
            return nil
        }
        return Secret(bytes: Array(value.utf8), origin: .environment(variable))
    }

    private func fileSecret(_ node: YAMLNode, _ name: String) -> Secret? {
        guard let path = path(node, name) else { return nil }
        if secrets == .leftOut { return Secret(bytes: SecretReading.standIn, origin: .file(path)) }
        do {
            var bytes = try files.read(path, limit: FileLimit.secret)
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            if !bytes.isEmpty { return Secret(bytes: bytes, origin: .file(path)) }
            log.error("\(name): \(path) is empty", at: node.position)
        } catch {
            log.error("\(name): \(path) can't be read: \(error)", at: node.position)
        }
        return nil
    }
}
