import RouteMap

extension GatewayReader {
    func tls(_ node: YAMLNode, _ name: String, isUsed: Bool) -> TLSConfiguration {
        guard let section = Section<ConfigurationKeys.TLS>(node, path: name, values: values) else {
            return TLSConfiguration()
        }
        return tls(section, name, (.caFile, .certificateFile, .keyFile), isUsed: isUsed)
    }

    /// Reads the files that a `tls` section names, whose other keys are its own.
    func tls<Key: SectionKey>(
        _ section: Section<Key>,
        _ name: String,
        _ keys: (caFile: Key, certificateFile: Key, keyFile: Key),
        isUsed: Bool
    ) -> TLSConfiguration {
        var result = TLSConfiguration()
        result.caFile = pemFile(keys.caFile, in: section, isUsed: isUsed)
        result.certificateFile = pemFile(keys.certificateFile, in: section, isUsed: isUsed)
        result.keyFile = pemFile(keys.keyFile, in: section, isUsed: isUsed)
        if (section[keys.certificateFile] == nil) != (section[keys.keyFile] == nil) {
            log.error("\(name) has to have certificate_file and key_file, or neither", at: section.position)
        }
        return result
    }

    /// The path of a file of certificates or keys, which is there.
    private func pemFile<Key: SectionKey>(_ key: Key, in section: Section<Key>, isUsed: Bool) -> String? {
        guard let node = section[key], let path = path(node, section.name(key)) else { return nil }
        if !isUsed {
            log.warning("\(section.name(key)) has no effect on an http URL", at: section.keyPosition(key))
        }
        do {
            _ = try files.read(path, limit: FileLimit.certificates)
            return path
        } catch {
            log.error("\(section.name(key)): \(path) can't be read: \(error)", at: node.position)
            return nil
        }
    }

    /// What tells the contents of the files of a `tls` section from others: FNV-1a, for nobody gains by a collision.
    func revision(of tls: TLSConfiguration) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for path in [tls.caFile, tls.certificateFile, tls.keyFile] {
            let bytes = path.flatMap { try? files.read($0, limit: FileLimit.certificates) } ?? []
            for byte in bytes + [0] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        return hash
    }
}
