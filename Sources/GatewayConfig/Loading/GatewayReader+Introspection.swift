import Introspection
import RouteMap
import StrictJSON

extension GatewayReader {
    mutating func introspection(_ node: YAMLNode) -> IntrospectionConfiguration? {
        guard let section = Section<ConfigurationKeys.Introspection>(node, path: "introspection", values: values) else {
            return nil
        }
        let endpoints = endpoints(section)
        var result = IntrospectionConfiguration(endpoints: endpoints.isEmpty ? [Self.standIn] : endpoints)
        section.read(.timeout, into: &result.timeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(60))
        }
        section.read(.connectTimeout, into: &result.connectTimeout) {
            $0.duration($1, $2, in: .milliseconds(10) ... .seconds(60))
        }
        section.read(.maxConcurrent, into: &result.maxConcurrent) { $0.integer($1, $2, in: 1...10_000) }
        section.read(.maxWaiters, into: &result.maxWaiters) { $0.integer($1, $2, in: 0...1_000_000) }
        if let node = section[.client] { result.client = client(node, section.name(.client)) ?? .none }
        if let node = section[.request] { result.request = request(node, section.name(.request)) ?? result.request }
        if let node = section[.answer] { result.answer = answer(node, section.name(.answer)) ?? result.answer }
        if let node = section[.breaker] { result.breaker = breaker(node, section.name(.breaker)) }
        if let node = section[.cache] { result.cache = cache(node, section.name(.cache)) }
        if let node = section[.tls] {
            result.tls = tls(node, section.name(.tls), isUsed: endpoints.contains { $0.scheme == .https })
        }
        checkHeaders(result, section)
        return result
    }

    // MARK: Where to ask

    private func endpoints(_ section: Section<ConfigurationKeys.Introspection>) -> [HTTPEndpoint] {
        if section[.urls] != nil, section[.url] != nil {
            log.error("introspection has to have exactly one of url and urls", at: section.keyPosition(.urls))
        }
        guard let list = section[.urls] else {
            return section.required(.url).map { endpoints([$0], name: { _ in section.name(.url) }) } ?? []
        }
        let items = values.list(list, section.name(.urls)) ?? []
        return endpoints(items) { "\(section.name(.urls))[\($0)]" }
    }

    private func endpoints(_ nodes: [YAMLNode], name: (Int) -> String) -> [HTTPEndpoint] {
        nodes.enumerated().compactMap { index, node in
            guard let endpoint = endpoint(node, name(index)) else { return nil }
            if endpoint.scheme == .http, !endpoint.isLoopback {
                log.warning(
                    "keys are sent to \(endpoint.host) in clear",
                    at: node.position,
                    help: "use https, unless the network in between is yours alone"
                )
            }
            return endpoint
        }
    }

    // MARK: Who asks

    private func client(_ node: YAMLNode, _ name: String) -> IntrospectionConfiguration.Client? {
        guard let section = Section<ConfigurationKeys.Client>(node, path: name, values: values) else { return nil }
        switch (section[.bearer], section[.header], section[.id]) {
        case (let node?, nil, nil):
            forbid([.secret, .value], in: section, beside: .bearer)
            return headerSecret(node, section.name(.bearer)).map { .bearer($0) }
        case (nil, let node?, nil):
            forbid([.secret], in: section, beside: .header)
            let header = headerName(node, section.name(.header))
            let value = section.required(.value).flatMap { headerSecret($0, section.name(.value)) }
            guard let header, let value else { return nil }
            return .header(name: header, value: value)
        case (nil, nil, _):
            forbid([.value], in: section, beside: .id)
            let id = section.required(.id).flatMap { values.string($0, section.name(.id)) }
            let secret = section.required(.secret).flatMap { self.secret($0, section.name(.secret)) }
            guard let id, let secret else { return nil }
            return .basic(id: id, secret: secret)
        default:
            log.error(
                "\(name) says in more than one way who asks",
                at: section.position,
                help: "give id and secret, or bearer, or header and value"
            )
            return nil
        }
    }

    private func forbid(
        _ keys: [ConfigurationKeys.Client],
        in section: Section<ConfigurationKeys.Client>,
        beside key: ConfigurationKeys.Client
    ) {
        for other in keys where section[other] != nil {
            log.error("\(section.name(other)) doesn't go with \(key.rawValue)", at: section.keyPosition(other))
        }
    }

    private func headerName(_ node: YAMLNode, _ name: String) -> String? {
        values.value(node, name) { (text) throws(ValueProblem) in try KeyHeaderName.check(text) }
    }

    // MARK: How it is asked, and how answers are read

    private func request(_ node: YAMLNode, _ name: String) -> RequestMapping? {
        guard let section = Section<ConfigurationKeys.Request>(node, path: name, values: values),
            let keyNode = section.required(.key), let place = keyPlace(keyNode, section.name(.key))
        else { return nil }
        var result = RequestMapping(method: place.isBody ? .post : .get, keyPlace: place)
        section.read(.method, into: &result.method) { $0.word($1, $2) }
        if place.isBody, result.method == .get {
            log.error("\(section.name(.key)) is in the body, which GET doesn't have", at: keyNode.position)
        }
        return result
    }

    private func keyPlace(_ node: YAMLNode, _ name: String) -> RequestMapping.KeyPlace? {
        if node.text == "bearer" { return .bearer }
        guard case .mapping = node.content,
            let section = Section<ConfigurationKeys.KeyPlace>(node, path: name, values: values)
        else {
            return values.wrongType(node, name, expected: "bearer, {form: FIELD}, {json: MEMBER} or {header: NAME}")
        }
        switch (section[.form], section[.json], section[.header]) {
        case (let node?, nil, nil): return values.string(node, section.name(.form)).map { .form(field: $0) }
        case (nil, let node?, nil): return values.string(node, section.name(.json)).map { .json(member: $0) }
        case (nil, nil, let node?): return headerName(node, section.name(.header)).map { .header(name: $0) }
        default:
            log.error("\(name) has to have exactly one of form, json and header", at: node.position)
            return nil
        }
    }

    private func answer(_ node: YAMLNode, _ name: String) -> AnswerMapping? {
        guard let section = Section<ConfigurationKeys.Answer>(node, path: name, values: values),
            let activeNode = section.required(.active), let active = activity(activeNode, section.name(.active))
        else { return nil }
        var result = AnswerMapping(
            active: active,
            scopes: section[.scopes].flatMap { pointer($0, section.name(.scopes)) },
            expiresAt: section[.expiresAt].flatMap { pointer($0, section.name(.expiresAt)) },
            notBefore: section[.notBefore].flatMap { pointer($0, section.name(.notBefore)) },
            keyID: section[.keyID].flatMap { pointer($0, section.name(.keyID)) },
            subject: section[.subject].flatMap { pointer($0, section.name(.subject)) },
            inactiveStatuses: active == .status ? [401] : []
        )
        section.read(.inactiveStatuses, into: &result.inactiveStatuses) { values, node, name in
            values.list(node, name, allowsEmpty: true).map { items in
                Set(items.compactMap { values.integer($0, name, in: 400...499) })
            }
        }
        if active == .status, result.inactiveStatuses.isEmpty {
            log.error(
                "\(section.name(.inactiveStatuses)) is empty, so that no answer says that a key is not valid",
                at: section.keyPosition(.inactiveStatuses)
            )
        }
        if section[.scopes] == nil {
            log.warning(
                "\(name) doesn't say where the scopes are, so that no key has any",
                at: section.position,
                help: "add scopes: /… with a JSON pointer (RFC 6901)"
            )
        }
        return result
    }

    private func activity(_ node: YAMLNode, _ name: String) -> AnswerMapping.Activity? {
        if node.text == "status" { return .status }
        return pointer(node, name).map { .member($0) }
    }

    private func pointer(_ node: YAMLNode, _ name: String) -> JSONPointer? {
        values.value(node, name) { (text) throws(ValueProblem) in
            do {
                return try JSONPointer(parsing: text)
            } catch {
                throw ValueProblem("\(error)", help: "write it like /data/\(text.split(separator: ".").last ?? "id")")
            }
        }
    }

    private func checkHeaders(
        _ configuration: IntrospectionConfiguration,
        _ section: Section<ConfigurationKeys.Introspection>
    ) {
        let clash =
            switch (configuration.request.keyPlace, configuration.client) {
            case (.bearer, .basic), (.bearer, .bearer): "Authorization"
            case (.header(let key), .header(let client, _)) where key.lowercased() == client.lowercased(): key
            default: ""
            }
        if !clash.isEmpty {
            log.error(
                "introspection.request.key and introspection.client both use the header \(clash)",
                at: section.keyPosition(.request)
            )
        }
        if configuration.answer.inactiveStatuses.contains(401), configuration.client != .none {
            log.warning(
                "401 counts as a key that is not valid, though it may mean introspection.client",
                at: section.keyPosition(.answer),
                help: "take 401 out of inactive_statuses, if the endpoint has another way to say no"
            )
        }
    }

    // MARK: When, and for how long

    private func breaker(_ node: YAMLNode, _ name: String) -> BreakerConfiguration {
        var result = BreakerConfiguration()
        guard let section = Section<ConfigurationKeys.Breaker>(node, path: name, values: values) else { return result }
        section.read(.failures, into: &result.failures) { $0.integer($1, $2, in: 0...1000) }
        backOff((.backOff, .maxBackOff), in: section, &result.backOff, &result.maxBackOff)
        return result
    }

    private func cache(_ node: YAMLNode, _ name: String) -> GrantCacheConfiguration {
        var result = GrantCacheConfiguration()
        guard let section = Section<ConfigurationKeys.Cache>(node, path: name, values: values) else { return result }
        section.read(.capacity, into: &result.capacity) { $0.integer($1, $2, in: 1...10_000_000) }
        section.read(.negativeCapacity, into: &result.negativeCapacity) { $0.integer($1, $2, in: 1...10_000_000) }
        section.read(.timeToLive, into: &result.timeToLive) { $0.duration($1, $2, in: .zero ... .seconds(86_400)) }
        section.read(.negativeTimeToLive, into: &result.negativeTimeToLive) {
            $0.duration($1, $2, in: .zero ... .seconds(3600))
        }
        section.read(.timeToLiveJitter, into: &result.timeToLiveJitter) { $0.integer($1, $2, in: 0...50) }
        section.read(.refreshAhead, into: &result.refreshAhead) { $0.bool($1, $2) }
        section.read(.staleIfError, into: &result.staleIfError) {
            $0.duration($1, $2, in: .zero ... .seconds(86_400))
        }
        return result
    }
}
