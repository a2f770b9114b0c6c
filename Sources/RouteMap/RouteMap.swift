import HTTP1
import ScopeModel

/// What a request's method and path were found to be.
public enum RouteMatch: Equatable, Sendable {
    /// No template matches the path.
    case unmapped
    /// The path can be read in another way, for which it would be decided otherwise: nothing may match.
    case refused(SpellingFault)
    /// A template matches, but it does not have the method.
    case methodNotAllowed(template: Int)
    /// The route with this index, which is denied whatever the key.
    case denied(route: Int)
    /// The route with this index.
    case route(Int)
}

/// All routes with their requirements, compiled once and then immutable.
///
/// Which template is the best does not depend on the method: the template is found first, and then the method is looked
/// up on it.
public final class RouteMap: Sendable {
    /// The number that tells this map from those before and after it in the same process.
    public let generation: UInt64
    /// What tells the map's source from any other, as its maker computed it.
    public let digest: String
    /// The routes, in the order they were given.
    public let routes: [RouteDefinition]
    /// The templates, in the order of their first route.
    public let templates: [RouteTemplate]

    private let templateOfRoute: [Int]
    private let templateTexts: [[UInt8]]
    private let trie: RouteTrie
    private let methods: MethodTable
    /// Nil when near misses are decided as any other path.
    private let nearMisses: NearMisses?

    /// Whether paths are refused that differ from a literal route's only by the case of letters, an ending or a slash,
    /// and would be decided by a route with parameters.
    public var refusesNearMisses: Bool { nearMisses != nil }

    /// Compiles routes.
    ///
    /// - Parameters:
    ///   - definitions: the routes; what is not among them is refused.
    ///   - catalog: the catalog that the requirements' scopes are of.
    ///   - generation: the number that records will give for the map.
    ///   - digest: what tells the source of the routes from any other.
    ///   - refusesNearMisses: see ``refusesNearMisses``.
    /// - Throws: ``RouteMapErrors`` with every problem there is, not only the first.
    public init(
        definitions: [RouteDefinition],
        catalog: ScopeCatalog,
        generation: UInt64,
        digest: String,
        refusesNearMisses: Bool = false
    ) throws(RouteMapErrors) {
        let problems = RouteValidator.problems(in: definitions, catalog: catalog)
        guard problems.isEmpty else { throw RouteMapErrors(problems: problems) }

        var templates: [RouteTemplate] = []
        var indices: [String: Int] = [:]
        var templateOfRoute: [Int] = []
        var builder = RouteTrieBuilder()
        for definition in definitions {
            let text = definition.template.text
            if indices[text] == nil {
                indices[text] = templates.count
                builder.insert(definition.template, index: templates.count)
                templates.append(definition.template)
            }
            templateOfRoute.append(indices[text, default: 0])
        }
        self.generation = generation
        self.digest = digest
        routes = definitions
        self.templates = templates
        self.templateOfRoute = templateOfRoute
        templateTexts = templates.map { Array($0.text.utf8) }
        trie = RouteTrie(builder)
        nearMisses = refusesNearMisses ? NearMisses(templates) : nil
        methods = MethodTable(routes: definitions, templates: templateOfRoute, templateCount: templates.count)
    }

    /// Finds the route of a request, in time that does not depend on the number of routes, without allocating.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - methodName: the method's bytes, which count when `method` is `other`.
    ///   - path: the request target up to its `?`, as it was sent and after it passed the rules for targets.
    public func match(method: HTTP1.Method, methodName: Span<UInt8>, path: Span<UInt8>) -> RouteMatch {
        let template = trie.template(matching: path)
        let match = match(template, method, methodName)
        if let nearMisses, nearMisses.has(path, of: template) { return .refused(.nearMiss) }
        return PathReadings.isOnly(path) ? match : checked(match, template, PathReadings(path))
    }

    @inline(__always)
    private func match(_ template: Int32, _ method: HTTP1.Method, _ methodName: Span<UInt8>) -> RouteMatch {
        guard template != RouteTrie.none else { return .unmapped }
        return methods.match(template: Int(template), method: method, name: methodName)
    }

    /// What becomes of the match of a path that can be read in other ways: it holds only as long as none of them
    /// belongs to another template, and its route accepts what is encoded.
    private func checked(_ match: RouteMatch, _ template: Int32, _ readings: PathReadings) -> RouteMatch {
        var allowed: EncodingAllowance = []
        var isPublic = false
        if case .route(let route) = match {
            allowed = routes[route].allowance
            isPublic = !routes[route].requirement.needsKey
        }
        if readings.breaksRules { return .refused(.structure) }
        if readings.hasSlash, !allowed.contains(.slash) { return .refused(.slash) }
        if readings.hasPercent, !allowed.contains(.percent) { return .refused(.percent) }
        for path in readings.paths {
            let other = trie.template(matching: path.span)
            if other != RouteTrie.none, other != template { return .refused(.otherTemplate) }
            if let nearMisses, nearMisses.has(path.span, of: template) { return .refused(.nearMiss) }
        }
        if isPublic, readings.hasDelimiter, !allowed.contains(.delimiters) { return .refused(.delimiter) }
        return match
    }

    /// What a route needs.
    public func requirement(ofRoute route: Int) -> Requirement { routes[route].requirement }

    /// How long the body of a request may be on this route.
    public func bodyLimit(ofRoute route: Int) -> BodyLimit { routes[route].bodyLimit }

    /// The template of a route, as an index into ``templates``.
    public func templateIndex(ofRoute route: Int) -> Int { templateOfRoute[route] }

    /// A template as it was written.
    public func templateText(of template: Int) -> String { templates[template].text }

    /// The bytes of ``templateText(of:)``.
    public func templateUTF8(of template: Int) -> [UInt8] { templateTexts[template] }

    /// The value of the Allow header for a template (RFC 9110 §10.2.1): its methods in alphabetical order, HEAD among
    /// them when GET is, without those that are denied.
    public func allowHeader(ofTemplate template: Int) -> [UInt8] { methods.allowHeaders[template] }
}
