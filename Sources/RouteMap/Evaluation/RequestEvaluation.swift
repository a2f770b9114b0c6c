import HTTP1
import ScopeModel

/// The key of a request that is only thought of.
public enum SupposedKey: Equatable, Sendable {
    /// There is none.
    case none
    /// It is no valid key: unknown, revoked or expired.
    case invalid(DenialReason)
    /// It is valid and has these scopes besides the automatic ones.
    case valid(ScopeSet)
    /// Nothing is known of it.
    case unknown
}

/// What a map makes of a request, without a server.
public struct RequestEvaluation: Equatable, Sendable {
    /// What becomes of the request.
    public enum Outcome: Equatable, Sendable {
        /// It is let through.
        case allow
        /// It is refused; the code as in the envelope, and the scope that the envelope would name.
        case deny(code: String, required: ScopeID?)
        /// It depends on the key, of which nothing is known.
        case dependsOnKey
    }

    /// What becomes of it.
    public let outcome: Outcome
    /// The route that took it, as an index into the map's routes.
    public let route: Int?
    /// The template that took it.
    public let template: Int?

    /// Decides as the gateway does: the target's rules, then the map, then the key.
    public init(
        method: String,
        target: String,
        key: SupposedKey,
        map: RouteMap,
        catalog: ScopeCatalog
    ) {
        let bytes = Array(target.utf8)
        let path: [UInt8]
        switch RequestTarget.validate(bytes.span) {
        case .failure(let error):
            self.init(.deny(code: "\(error.code)", required: nil))
            return
        case .success(let parsed): path = Array(bytes[parsed.path.range])
        }
        let name = Array(method.utf8)
        self.init(
            method: HTTP1.Method.recognise(name.span),
            methodName: name.span,
            path: path.span,
            map: map,
            catalog: catalog,
            key: { key }
        )
    }

    /// Decides on a request whose target has passed the rules.
    ///
    /// - Parameters:
    ///   - methodName: the method's bytes, which count when `method` is `other`.
    ///   - path: the request target up to its `?`.
    ///   - key: what is known of the key; asked for only when the route needs one.
    public init(
        method: HTTP1.Method,
        methodName: Span<UInt8>,
        path: Span<UInt8>,
        map: RouteMap,
        catalog: ScopeCatalog,
        key: () -> SupposedKey
    ) {
        switch map.match(method: method, methodName: methodName, path: path) {
        case .unmapped: self.init(Self.refusal(.unmappedRoute))
        case .refused: self.init(Self.refusal(.invalidRequestTarget))
        case .methodNotAllowed(let template): self.init(Self.refusal(.methodNotAllowed), template: template)
        case .denied(let route):
            self.init(Self.refusal(.unmappedRoute), route: route, template: map.templateIndex(ofRoute: route))
        case .route(let route):
            let requirement = map.requirement(ofRoute: route)
            self.init(
                requirement.needsKey ? Self.outcome(requirement, key(), catalog) : .allow,
                route: route,
                template: map.templateIndex(ofRoute: route)
            )
        }
    }

    private init(_ outcome: Outcome, route: Int? = nil, template: Int? = nil) {
        self.outcome = outcome
        self.route = route
        self.template = template
    }

    private static func outcome(_ requirement: Requirement, _ key: SupposedKey, _ catalog: ScopeCatalog) -> Outcome {
        switch key {
        case .none: return refusal(.missingKey)
        case .invalid(let reason): return refusal(reason)
        case .unknown: return .dependsOnKey
        case .valid(let granted):
            switch Decider.decide(requirement: requirement, granted: granted, automatic: catalog.automatic) {
            case .allow: return .allow
            case .deny(let reason, let required): return .deny(code: "\(reason.code)", required: required)
            }
        }
    }

    private static func refusal(_ reason: DenialReason) -> Outcome { .deny(code: "\(reason.code)", required: nil) }
}
