import RouteMap

extension GatewayReader {
    mutating func listen(_ node: YAMLNode) -> [ListenConfiguration]? {
        guard let items = values.list(node, "listen") else { return nil }
        var result: [ListenConfiguration] = []
        for (index, item) in items.enumerated() {
            let path = "listen[\(index)]"
            guard let section = Section<ConfigurationKeys.Listen>(item, path: path, values: values),
                let listener = listener(section)
            else { continue }
            result.append(listener)
        }
        return result
    }

    private mutating func listener(_ section: Section<ConfigurationKeys.Listen>) -> ListenConfiguration? {
        var result = ListenConfiguration()
        let address = section.required(.address).flatMap { node in
            values.value(node, section.name(.address)) { (text) throws(ValueProblem) in
                try ListenAddress(parsing: text).resolved(from: log.file)
            }
        }
        section.read(.mode, into: &result.mode, mode)
        section.read(.reusePort, into: &result.reusePort) { $0.bool($1, $2) }
        section.read(.hosts, into: &result.hosts, hosts)
        if let proxy = section.section(.proxyProtocol, ConfigurationKeys.ProxyProtocol.self),
            let node = proxy.required(.trusted)
        {
            result.proxyProtocol = trustedPeers(values, node, proxy.name(.trusted))
            if case .sequence(let items) = node.content, items.isEmpty {
                log.error(
                    "\(proxy.name(.trusted)) is an empty list, so nobody could connect",
                    at: node.position,
                    help: "name the addresses of the load balancers, or unix for those of a Unix socket"
                )
            }
        }
        var places = ListenTLSPlaces()
        if let tls = section.section(.tls, ConfigurationKeys.ListenTLS.self) {
            result.tls = listenTLS(tls, &places)
        }
        result.protocols = ListenConfiguration.defaultProtocols(isSecure: section[.tls] != nil)
        section.read(.protocols, into: &result.protocols, protocols)
        tlsPlaces.append(places)
        guard let address else { return nil }
        result.address = address
        checkUse(result, section)
        return result
    }

    /// Tells of what has no effect on this kind of address.
    private func checkUse(_ listener: ListenConfiguration, _ section: Section<ConfigurationKeys.Listen>) {
        if section[.mode] != nil {
            guard case .unix = listener.address else {
                return log.error(
                    "\(section.name(.mode)) is of Unix sockets that the gateway makes, and \(listener.address) is none",
                    at: section.keyPosition(.mode),
                    help: "leave it out; systemd has SocketMode= for its own"
                )
            }
        }
        if listener.reusePort {
            guard case .socket = listener.address else {
                return log.error(
                    "\(section.name(.reusePort)) is of TCP ports, and \(listener.address) is none",
                    at: section.keyPosition(.reusePort),
                    help: "leave it out"
                )
            }
        }
    }

    /// Permissions in octal, such as `"0660"`.
    private func mode(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> UInt32? {
        let digits = node.text ?? ""
        let isOctal = digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        guard isOctal, (3...4).contains(digits.utf8.count), let mode = UInt32(digits, radix: 8), mode <= 0o777 else {
            return values.wrongType(node, name, expected: "permissions in octal such as \"0660\"")
        }
        return mode
    }

    private func protocols(
        _ values: ValueReader,
        _ node: YAMLNode,
        _ name: String
    ) -> [ListenConfiguration.ApplicationProtocol]? {
        guard let items = values.list(node, name) else { return nil }
        var result: [ListenConfiguration.ApplicationProtocol] = []
        for item in items {
            guard let word: ListenConfiguration.ApplicationProtocol = values.word(item, name) else { return nil }
            guard !result.contains(word) else {
                log.error("\(name) has \(word.rawValue) twice", at: item.position, help: "leave one of them out")
                return nil
            }
            result.append(word)
        }
        return result
    }

    func trustedPeers(_ values: ValueReader, _ node: YAMLNode, _ name: String) -> TrustedPeers? {
        guard let items = values.list(node, name, allowsEmpty: true) else { return nil }
        var result: TrustedPeers = []
        for item in items {
            if item.text == TrustedPeers.unixSocketsWord {
                result.unixSockets = true
            } else if let block = values.value(
                item,
                name,
                { (text) throws(ValueProblem) in try CIDRBlock(parsing: text) }
            ) {
                result.networks.append(block)
            }
        }
        return result
    }

    // MARK: TLS

    private func listenTLS(
        _ section: Section<ConfigurationKeys.ListenTLS>,
        _ places: inout ListenTLSPlaces
    ) -> ListenTLSConfiguration {
        var result = ListenTLSConfiguration(certificates: [])
        if let node = section.required(.certificates),
            let items = values.list(node, section.name(.certificates))
        {
            for (index, item) in items.enumerated() {
                certificate(item, "\(section.name(.certificates))[\(index)]", &result, &places)
            }
        }
        section.read(.minVersion, into: &result.minVersion) { $0.word($1, $2) }
        section.read(.clientCertificates, into: &result.clientCertificates) { $0.word($1, $2) }
        section.read(.forwardClientCertificate, into: &result.forwardsClientCertificate) { $0.bool($1, $2) }
        section.read(.handshakeTimeout, into: &result.handshakeTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(300))
        }
        if let node = section[.clientCAFile] {
            result.clientCAFile = path(node, section.name(.clientCAFile))
            places.clientCA = node.position
        }
        if result.clientCertificates != .none, section[.clientCAFile] == nil {
            log.error(
                "\(section.name(.clientCAFile)) is missing: nothing says whose client certificates are good",
                at: section.keyPosition(.clientCertificates),
                help: "name a PEM file of the authorities that make them"
            )
        }
        guard result.clientCertificates == .none else { return result }
        let forwarding = result.forwardsClientCertificate ? [ConfigurationKeys.ListenTLS.forwardClientCertificate] : []
        for key in (section[.clientCAFile] == nil ? [] : [.clientCAFile]) + forwarding {
            log.error(
                "\(section.name(key)) has no effect: clients aren't asked for certificates",
                at: section.keyPosition(key),
                help: "add client_certificates: optional or required"
            )
        }
        return result
    }

    private func certificate(
        _ node: YAMLNode,
        _ name: String,
        _ result: inout ListenTLSConfiguration,
        _ places: inout ListenTLSPlaces
    ) {
        guard let section = Section<ConfigurationKeys.Certificate>(node, path: name, values: values) else { return }
        let certificate = section.required(.certificateFile)
        let key = section.required(.keyFile)
        guard let certificate, let key,
            let certificateFile = path(certificate, section.name(.certificateFile)),
            let keyFile = path(key, section.name(.keyFile))
        else { return }
        result.certificates.append(.init(certificateFile: certificateFile, keyFile: keyFile))
        places.certificates.append(.init(certificate: certificate.position, key: key.position))
    }
}
