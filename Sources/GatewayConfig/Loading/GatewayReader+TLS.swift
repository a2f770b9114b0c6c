import RouteMap

extension GatewayReader {
    mutating func tls(_ node: YAMLNode, _ name: String, isUsed: Bool) -> TLSConfiguration {
        guard let section = Section<ConfigurationKeys.TLS>(node, path: name, values: values) else {
            return TLSConfiguration()
        }
        return tls(section, name, (.caFile, .certificateFile, .keyFile), isUsed: isUsed)
    }

    /// Reads the files that a `tls` section names, whose other keys are its own.
    mutating func tls<Key: SectionKey>(
        _ section: Section<Key>,
        _ name: String,
        _ keys: (caFile: Key, certificateFile: Key, keyFile: Key),
        isUsed: Bool
    ) -> TLSConfiguration {
        var result = TLSConfiguration()
        let authorities = pemFile(keys.caFile, in: section, isUsed: isUsed)
        let certificate = pemFile(keys.certificateFile, in: section, isUsed: isUsed)
        let key = pemFile(keys.keyFile, in: section, isUsed: isUsed)
        (result.caFile, result.contents.authorities) = (authorities?.path, authorities?.bytes)
        (result.certificateFile, result.contents.certificate) = (certificate?.path, certificate?.bytes)
        result.keyFile = key?.path
        result.contents.key = key.map { Secret(bytes: $0.bytes, origin: .file($0.path)) }
        if (section[keys.certificateFile] == nil) != (section[keys.keyFile] == nil) {
            log.error("\(name) has to have certificate_file and key_file, or neither", at: section.position)
        }
        guard isUsed else { return result }
        namedTrusts.append(
            NamedTrust(
                configuration: result,
                authorities: section[keys.caFile]?.position ?? section.position,
                certificate: .init(
                    certificate: section[keys.certificateFile]?.position ?? section.position,
                    key: section[keys.keyFile]?.position ?? section.position
                )
            )
        )
        return result
    }

    /// A file of certificates or keys, read once: what is checked is what is used.
    private func pemFile<Key: SectionKey>(
        _ key: Key,
        in section: Section<Key>,
        isUsed: Bool
    ) -> (path: String, bytes: [UInt8])? {
        guard let node = section[key], let path = path(node, section.name(key)) else { return nil }
        if !isUsed {
            log.warning("\(section.name(key)) has no effect on an http URL", at: section.keyPosition(key))
        }
        guard secrets == .required else { return (path, []) }
        do {
            return (path, try files.read(path, limit: FileLimit.certificates))
        } catch {
            log.error("\(section.name(key)): \(path) can't be read: \(error)", at: node.position)
            return nil
        }
    }
}
