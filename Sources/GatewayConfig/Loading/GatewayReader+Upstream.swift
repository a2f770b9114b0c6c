import RouteMap

extension GatewayReader {
    /// How many servers a backend can have.
    private static var maximumServers: Int { 64 }

    mutating func upstream(_ node: YAMLNode) -> UpstreamConfiguration? {
        guard let section = Section<ConfigurationKeys.Upstream>(node, path: "upstream", values: values) else {
            return nil
        }
        if section[.prefix] != nil {
            log.error(
                "upstream.prefix has no place here: upstream is the backend of all paths that upstreams has none for",
                at: section.keyPosition(.prefix),
                help: "write it as an item of upstreams"
            )
        }
        return upstream(section)
    }

    mutating func upstreams(_ node: YAMLNode) -> [PrefixedUpstream] {
        var result: [PrefixedUpstream] = []
        for (index, item) in (values.list(node, "upstreams", allowsEmpty: true) ?? []).enumerated() {
            let path = "upstreams[\(index)]"
            guard let section = Section<ConfigurationKeys.Upstream>(item, path: path, values: values) else { continue }
            let upstream = upstream(section)
            guard let node = section.required(.prefix), let prefix = prefix(node, section.name(.prefix)) else {
                continue
            }
            if result.contains(where: { $0.prefix == prefix }) {
                log.error("\(prefix) is the prefix of two upstreams", at: node.position, help: "leave one of them out")
            }
            result.append(PrefixedUpstream(prefix: prefix, upstream: upstream))
        }
        return result
    }

    private func prefix(_ node: YAMLNode, _ name: String) -> PathPrefix? {
        values.value(node, name) { (text) throws(ValueProblem) in
            do throws(PathPrefix.Problem) {
                return try PathPrefix(parsing: text)
            } catch {
                throw ValueProblem(error.description, help: error.help)
            }
        }
    }

    private mutating func upstream(_ section: Section<ConfigurationKeys.Upstream>) -> UpstreamConfiguration {
        let servers = servers(section)
        var result = UpstreamConfiguration(
            servers: servers.isEmpty ? [UpstreamServer(.url(Self.standIn))] : servers
        )
        section.read(.host, into: &result.host) { $0.word($1, $2) }
        section.read(.bodies, into: &result.bodies) { $0.word($1, $2) }
        section.read(.connectTimeout, into: &result.connectTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(300))
        }
        section.read(.firstByteTimeout, into: &result.firstByteTimeout) { $0.duration($1, $2, in: firstByteTimes) }
        section.read(.idleTimeout, into: &result.idleTimeout) { $0.duration($1, $2, in: idleTimes) }
        section.read(.dnsRefresh, into: &result.dnsRefresh) { $0.duration($1, $2, in: .zero ... .seconds(3600)) }
        upstreamTLS(section, &result)
        if let node = section[.pool] { result.pool = pool(node, section.name(.pool)) }
        if let node = section[.healthCheck] { result.healthCheck = healthCheck(node, section.name(.healthCheck)) }
        if let node = section[.ejection] { result.ejection = ejection(node, section.name(.ejection)) }
        if let node = section[.retry] { result.retry = retry(node, section.name(.retry)) }
        return result
    }

    // MARK: Servers

    private func servers(_ section: Section<ConfigurationKeys.Upstream>) -> [UpstreamServer] {
        guard let list = section[.servers] else {
            guard let node = section.required(.url) else { return [] }
            return location(node, section.name(.url)).map { [UpstreamServer($0)] } ?? []
        }
        if section[.url] != nil {
            log.error(
                "\(section.name(.url)) and \(section.name(.servers)) are both given",
                at: section.keyPosition(.url),
                help: "put the URL among the servers, or leave them out"
            )
        }
        let name = section.name(.servers)
        var result: [UpstreamServer] = []
        let items = values.list(list, name) ?? []
        if items.count > Self.maximumServers {
            log.error("\(name) has to have \(Self.maximumServers) servers at most", at: list.position)
        }
        for (index, item) in items.enumerated() {
            guard let server = server(item, "\(name)[\(index)]") else { continue }
            if result.contains(where: { $0.location == server.location }) {
                log.error(
                    "\(server.location) is listed twice",
                    at: item.position,
                    help: "give it once, with the weight of both"
                )
            }
            result.append(server)
        }
        return result
    }

    private func server(_ node: YAMLNode, _ name: String) -> UpstreamServer? {
        guard let section = Section<ConfigurationKeys.UpstreamServer>(node, path: name, values: values),
            let location = section.required(.url).flatMap({ location($0, section.name(.url)) })
        else { return nil }
        var result = UpstreamServer(location)
        section.read(.weight, into: &result.weight) { $0.integer($1, $2, in: 1...256) }
        result.serverName = serverName(.serverName, in: section, isUsed: result.endpoint.scheme == .https)
        return result
    }

    private func location(_ node: YAMLNode, _ name: String) -> UpstreamServer.Location? {
        if node.text?.hasPrefix("unix:") == true {
            return values.value(node, name) { (text) throws(ValueProblem) in
                guard case .unix(let path) = try AdminAddress(parsing: text).resolved(from: log.file) else {
                    return nil
                }
                return .unix(path)
            } ?? nil
        }
        guard let endpoint = endpoint(node, name) else { return nil }
        if endpoint.target != "/" {
            log.error("\(name) can't have a path or a query: requests bring their own", at: node.position)
        }
        return .url(endpoint)
    }

    func endpoint(_ node: YAMLNode, _ name: String) -> HTTPEndpoint? {
        values.value(node, name) { (text) throws(ValueProblem) in try HTTPEndpoint(parsing: text) }
    }

    // MARK: TLS

    private mutating func upstreamTLS(
        _ section: Section<ConfigurationKeys.Upstream>,
        _ result: inout UpstreamConfiguration
    ) {
        guard let tls = section.section(.tls, ConfigurationKeys.UpstreamTLS.self) else { return }
        let isUsed = result.servers.contains { $0.endpoint.scheme == .https }
        result.tls = self.tls(tls, section.name(.tls), (.caFile, .certificateFile, .keyFile), isUsed: isUsed)
        result.serverName = serverName(.serverName, in: tls, isUsed: isUsed)
    }

    private func serverName<Key: SectionKey>(_ key: Key, in section: Section<Key>, isUsed: Bool) -> String? {
        guard let node = section[key] else { return nil }
        if !isUsed {
            log.warning("\(section.name(key)) has no effect on an http URL", at: section.keyPosition(key))
        }
        return values.value(node, section.name(key)) { (text) throws(ValueProblem) in
            let (host, port) = try HostName.split(text[...])
            guard port == nil, !HostName.isIPv6(host), !HostName.isIPv4(host) else {
                throw ValueProblem("\"\(text)\" is not a name alone", help: "write it like journal.internal")
            }
            return host
        }
    }

    // MARK: Connections

    private func pool(_ node: YAMLNode, _ name: String) -> PoolConfiguration {
        var result = PoolConfiguration()
        guard let section = Section<ConfigurationKeys.Pool>(node, path: name, values: values) else { return result }
        section.read(.maxConnections, into: &result.maxConnections) { $0.integer($1, $2, in: 1...65_535) }
        section.read(.maxIdle, into: &result.maxIdle) { $0.integer($1, $2, in: 0...65_535) }
        section.read(.idleTimeout, into: &result.idleTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(3600))
        }
        section.read(.maxAge, into: &result.maxAge) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(86_400))
        }
        if result.maxIdle > result.maxConnections {
            if let node = section[.maxIdle] {
                log.error("\(section.name(.maxIdle)) is above max_connections", at: node.position)
            } else {
                result.maxIdle = result.maxConnections
            }
        }
        return result
    }
}

/// What the time-outs of a backend can be, for all of its requests or those of a route.
let firstByteTimes: ClosedRange<Duration> = .milliseconds(10) ... .seconds(3600)
let idleTimes: ClosedRange<Duration> = .milliseconds(10) ... .seconds(86_400)
