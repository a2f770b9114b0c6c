import RouteMap
import ScopeModel

/// The keys of `routes.yaml`; `config/schema/routes.schema.json` has the same ones.
enum RouteKeys {
    enum Root: String, SectionKey {
        case version, routes
        case nearMisses = "near_misses"
    }
    /// What becomes of paths that are nearly those of a literal route.
    enum NearMisses: String, CaseIterable { case allow, refuse }
    enum Requirement: String, SectionKey {
        case scope, any, all, body, allow
        case firstByteTimeout = "first_byte_timeout"
        case idleTimeout = "idle_timeout"
    }
}

/// Reads `routes.yaml`.
struct RoutesReader {
    private static let words = ["public", "authenticated", "denied"]

    private let log: DiagnosticLog
    private let values: ValueReader
    /// `nil` when the catalog itself could not be read: then scopes can't be looked up.
    private let catalog: ScopeCatalog?

    init(log: DiagnosticLog, catalog: ScopeCatalog?) {
        self.log = log
        values = ValueReader(log: log)
        self.catalog = catalog
    }

    /// The compiled map; `nil` after errors were logged, or when there is no catalog to compile it with.
    func routeMap(_ root: YAMLNode, generation: UInt64, digest: String) -> RouteMap? {
        guard let section = Section<RouteKeys.Root>(root, path: "", values: values) else { return nil }
        DocumentVersion.check(section.required(.version), values)
        guard let node = section.required(.routes) else { return nil }
        guard case .mapping(let pairs) = node.content else {
            return values.wrongType(node, "routes", expected: "a mapping of path templates")
        }
        if pairs.isEmpty {
            log.error(
                "routes is empty: every request would be refused",
                at: node.position,
                help: "map a path, as in /api/v1/trades: {GET: read:trades}"
            )
        }
        var nearMisses = RouteKeys.NearMisses.allow
        section.read(.nearMisses, into: &nearMisses) { $0.word($1, $2) }
        let definitions = pairs.flatMap { self.definitions(path: $0.key, methods: $0.value) }
        return compile(definitions, generation, digest, refusesNearMisses: nearMisses == .refuse)
    }

    private func compile(
        _ definitions: [RouteDefinition],
        _ generation: UInt64,
        _ digest: String,
        refusesNearMisses: Bool
    ) -> RouteMap? {
        do {
            // Without the catalog no requirement was looked up, and what else is wrong is found with an empty one.
            let catalog = try self.catalog ?? ScopeCatalog(definitions: [], presets: [])
            let map = try RouteMap(
                definitions: definitions,
                catalog: catalog,
                generation: generation,
                digest: digest,
                refusesNearMisses: refusesNearMisses
            )
            return log.hasErrors || self.catalog == nil ? nil : map
        } catch let error as RouteMapErrors {
            for problem in error.problems {
                log.error(
                    problem.description,
                    at: problem.position ?? SourcePosition(line: 1, column: 1),
                    help: problem.help
                )
            }
        } catch {
            log.error("\(error)", at: SourcePosition(line: 1, column: 1))
        }
        return nil
    }

    private func definitions(path: YAMLNode, methods: YAMLNode) -> [RouteDefinition] {
        guard let template = template(path) else { return [] }
        // The whole path: all methods.
        if methods.text == "denied" {
            return [
                RouteDefinition(
                    method: RouteDefinition.everyMethod,
                    template: template,
                    requirement: .denied,
                    position: path.position
                )
            ]
        }
        guard case .mapping(let pairs) = methods.content else {
            let position = methods.isNull ? path.position : methods.position
            log.error(
                "\(template) has to be a mapping of methods, but is \(methods.kind)",
                at: position,
                help: "write GET: read:trades below it, or denied for all of it"
            )
            return []
        }
        if pairs.isEmpty {
            log.error("\(template) has no methods", at: methods.position, help: "write GET: read:trades below it")
        }
        return pairs.compactMap { key, value in
            guard let method = key.text else {
                log.error("a method of \(template) is \(key.kind)", at: key.position, help: "write GET: read:trades")
                return nil
            }
            let route = "\(method) \(template)"
            if value.isNull {
                log.error("\(route) has no requirement", at: key.position, help: "write a scope, public or denied")
            }
            // What could not be read is in the log; the stand-in lets the rest be checked.
            let requirement = (value.isNull ? nil : requirement(value, route)) ?? .authenticated
            if requirement.isDenied { refuseMembers(of: value, route) }
            return RouteDefinition(
                method: method,
                template: template,
                requirement: requirement,
                bodyLimit: bodyLimit(value, route),
                timeouts: RouteTimeouts(
                    firstByte: duration(.firstByteTimeout, of: value, route, in: firstByteTimes),
                    idle: duration(.idleTimeout, of: value, route, in: idleTimes)
                ),
                allowance: allowance(value, route, template),
                position: key.position
            )
        }
    }

    private func template(_ node: YAMLNode) -> RouteTemplate? {
        guard let text = node.text else {
            log.error("a path template is \(node.kind)", at: node.position, help: "write a path, as in /api/v1/trades")
            return nil
        }
        do {
            return try RouteTemplate(parsing: text)
        } catch {
            log.error("\(text.prefix(128)): \(error)", at: node.position(ofByte: error.offset), help: error.help)
            return nil
        }
    }

    private func requirement(_ node: YAMLNode, _ route: String) -> Requirement? {
        switch node.content {
        case .scalar(let text, _):
            return single(node, text)
        case .mapping:
            guard let section = Section<RouteKeys.Requirement>(node, path: route, values: values) else { return nil }
            switch (section[.scope], section[.any], section[.all]) {
            case (let scope?, nil, nil):
                return values.string(scope, section.name(.scope)).flatMap { single(scope, $0) }
            case (nil, let list?, nil): return scopes(list, section.name(.any)).map { .any($0) }
            case (nil, nil, let list?): return scopes(list, section.name(.all)).map { .all($0) }
            default:
                log.error(
                    "\(route) has to have exactly one of scope, any and all",
                    at: node.position,
                    help: "write {any: […]} when one of the scopes is enough, {all: […]} when all are needed"
                )
                return nil
            }
        case .sequence:
            log.error(
                "\(route) has a list, which does not say whether all or any are needed",
                at: node.position,
                help: "write {all: […]} or {any: […]}"
            )
            return nil
        }
    }

    private func single(_ node: YAMLNode, _ text: String) -> Requirement? {
        switch text {
        case "public": .public
        case "authenticated": .authenticated
        case "denied": .denied
        default: scope(node, suggesting: Self.words).map { .all([$0]) }
        }
    }

    /// Logs what a denied route says of the requests that it lets through.
    private func refuseMembers(of node: YAMLNode, _ route: String) {
        guard case .mapping(let pairs) = node.content else { return }
        for (key, _) in pairs where key.text != RouteKeys.Requirement.scope.rawValue {
            let name = "\(route).\(key.text ?? "")"
            log.error("\(name) has no effect: the route is denied", at: key.position, help: "leave it out")
        }
    }

    private func bodyLimit(_ node: YAMLNode, _ route: String) -> BodyLimit {
        guard let value = member(.body, of: node) else { return .inherited }
        if value.text == "unlimited" { return .unlimited }
        return values.size(value, "\(route).body", in: 0...Int.max).map { .bytes($0) } ?? .inherited
    }

    private func allowance(_ node: YAMLNode, _ route: String, _ template: RouteTemplate) -> EncodingAllowance {
        guard let value = member(.allow, of: node), let items = values.list(value, "\(route).allow") else { return [] }
        if template.isLiteral {
            log.error(
                "\(route).allow has no effect: the path has no parameter",
                at: value.position,
                help: "leave it out"
            )
        }
        var result: EncodingAllowance = []
        let words = EncodingAllowance.words.map(\.word)
        for item in items {
            guard let text = item.text, let known = EncodingAllowance.words.first(where: { $0.word == text }) else {
                let nearest = item.text.flatMap { NearestName.suggestion(for: $0, among: words) }
                log.error(
                    "\(route).allow can't have \(item.text.map { "\"\($0.prefix(64))\"" } ?? item.kind)",
                    at: item.position,
                    help: nearest.map { "did you mean \($0)?" } ?? "it is one of \(words.list)"
                )
                continue
            }
            result.insert(known.value)
        }
        return result
    }

    private func duration(
        _ key: RouteKeys.Requirement,
        of node: YAMLNode,
        _ route: String,
        in range: ClosedRange<Duration>
    ) -> Duration? {
        member(key, of: node).flatMap { values.duration($0, "\(route).\(key.rawValue)", in: range) }
    }

    /// What a requirement says beside its scopes.
    private func member(_ key: RouteKeys.Requirement, of node: YAMLNode) -> YAMLNode? {
        guard case .mapping(let pairs) = node.content else { return nil }
        let value = pairs.first { $0.key.text == key.rawValue }?.value
        // That it has no value the section has said.
        return value?.isNull == true ? nil : value
    }

    private func scopes(_ node: YAMLNode, _ name: String) -> [ScopeID]? {
        guard let items = values.list(node, name) else { return nil }
        var ids: [ScopeID] = []
        for item in items {
            guard let id = scope(item, suggesting: []) else { continue }
            if ids.contains(id) {
                log.error("\(item.text ?? "") is listed twice", at: item.position, help: "once is enough")
            }
            ids.append(id)
        }
        return ids.count == items.count ? ids : nil
    }

    /// Looks a scope up; `nil` after an error was logged, or when there is no catalog.
    private func scope(_ node: YAMLNode, suggesting words: [String]) -> ScopeID? {
        guard let text = values.string(node, "a requirement"), let catalog else { return nil }
        do {
            let id = try catalog.id(named: text)
            if catalog.reserved.contains(id) {
                log.warning("\(text) is reserved in the catalog, yet a route needs it", at: node.position)
            }
            return id
        } catch {
            let nearest = NearestName.suggestion(for: text, among: words) ?? error.suggestion
            let help = nearest.map { "did you mean \($0)?" } ?? Self.help(error.reason)
            log.error(error.description, at: node.position, help: help)
            return nil
        }
    }

    private static func help(_ reason: UnknownScope.Reason) -> String {
        switch reason {
        case .syntax: "write a scope of the catalog, such as read:trades, or public, authenticated or denied"
        case .noSuchResource, .noSuchVerb:
            "add it to the catalog first, or see scopegate catalog for those that are there"
        }
    }
}
