import HTTP1
import ScopeModel

/// What a map makes of a request, in words: which route it takes and why, what that needs, and what a key with certain
/// scopes would get.
public struct RequestVerdict: Encodable, Sendable {
    /// The method.
    public let method: String
    /// The request target.
    public let target: String
    /// `allow`, `depends on the key`, or the code of the refusal.
    public private(set) var outcome = ""
    /// The status of the refusal.
    public private(set) var status: Int?
    /// The scope that is missing.
    public private(set) var requiredScope: String?
    /// The template that matched.
    public private(set) var template: String?
    /// What the route needs, as `routes.yaml` writes it.
    public private(set) var requirement: String?
    /// Whether there is a route that lets some request through.
    public private(set) var isMapped = false
    /// The encodings that the route allows in its parameters, as `routes.yaml` writes them.
    public private(set) var allow: [String] = []
    /// How long the backend may take, as far as the route says so.
    public private(set) var timeouts = RouteTimeouts()
    /// Where the request would go, and how long that may take, in words; for whoever knows the backends to fill in.
    public var forwarding: Forwarding?
    /// The methods of the template.
    public private(set) var allowedMethods: [String] = []
    /// How each segment was read.
    public private(set) var steps: [String] = []
    /// The templates that came nearest.
    public private(set) var rejected: [String] = []
    /// When nothing matched: a template that a small change would reach.
    public private(set) var suggestion: String?
    /// What is wrong with the target.
    public private(set) var problem: String?

    /// Where a request goes.
    public struct Forwarding: Encodable, Equatable, Sendable {
        /// The prefix of the backend's paths; `nil` for the backend of all that have no other.
        public let prefix: String?
        /// The backend's servers.
        public let servers: [String]
        /// How long the head of the response may take.
        public let firstByteTimeout: String
        /// How long may pass between two pieces of the response's body.
        public let idleTimeout: String

        enum CodingKeys: String, CodingKey {
            case prefix, servers
            case firstByteTimeout = "first_byte_timeout"
            case idleTimeout = "idle_timeout"
        }

        /// A place to send a request to.
        public init(prefix: String?, servers: [String], firstByteTimeout: String, idleTimeout: String) {
            self.prefix = prefix
            self.servers = servers
            self.firstByteTimeout = firstByteTimeout
            self.idleTimeout = idleTimeout
        }
    }

    enum CodingKeys: String, CodingKey {
        case method, target, outcome, status, template, requirement, allow, steps, rejected, suggestion, problem
        case forwarding = "upstream"
        case requiredScope = "required_scope"
        case allowedMethods = "allowed_methods"
    }

    /// What a map makes of a request.
    ///
    /// - Parameter granted: the scopes of the key; nil when nothing is known of it.
    public init(method: String, target: String, routeMap: RouteMap, catalog: ScopeCatalog, granted: ScopeSet?) {
        self.method = method
        self.target = target
        let bytes = Array(target.utf8)
        switch RequestTarget.validate(bytes.span) {
        case .failure(let error):
            outcome = "\(error.code)"
            status = error.status
            problem = "\(error.message)"
        case .success(let parsed):
            let path = String(decoding: bytes[parsed.path.range], as: UTF8.self)
            fill(routeMap.explain(method: method, path: path), catalog, granted)
        }
    }

    private mutating func fill(_ explanation: RouteExplanation, _ catalog: ScopeCatalog, _ granted: ScopeSet?) {
        template = explanation.template
        allowedMethods = explanation.allowedMethods
        steps = explanation.steps.map(Self.text)
        if explanation.usesRouteOfGET { steps.append("HEAD needs what GET needs") }
        rejected = explanation.rejected.map { "\($0.template): \($0.reason)" }
        suggestion = explanation.suggestion
        switch explanation.match {
        case .unmapped: refuse(.unmappedRoute)
        case .refused(let fault): refuse(fault)
        case .methodNotAllowed: refuse(.methodNotAllowed)
        case .denied:
            requirement = explanation.requirement?.description(in: catalog)
            steps.append("the map denies it whatever the key")
            refuse(.unmappedRoute)
        case .route:
            guard let requirement = explanation.requirement else { return }
            isMapped = true
            self.requirement = requirement.description(in: catalog)
            timeouts = explanation.timeouts
            allow = explanation.allowance.words
            guard requirement.needsKey else {
                outcome = "allow"
                return
            }
            guard let granted else {
                outcome = "depends on the key"
                return
            }
            switch Decider.decide(requirement: requirement, granted: granted, automatic: catalog.automatic) {
            case .allow: outcome = "allow"
            case .deny(let reason, let required):
                refuse(reason)
                requiredScope = required.map { catalog.name(of: $0) }
            }
        }
    }

    /// Notes that the path can be read as another one.
    public mutating func refuse(_ fault: SpellingFault) {
        refuse(DenialReason.invalidRequestTarget)
        problem = "\(fault.message)"
    }

    private mutating func refuse(_ reason: DenialReason) {
        outcome = "\(reason.code)"
        status = reason.status
    }

    private static func text(_ step: RouteExplanation.Step) -> String {
        switch step.segment {
        case .literal: "\(step.text) is the literal \(step.text)"
        case .parameter(let name): "\(step.text) is the parameter {\(name)}"
        case .rest(let name): "\(step.text) is the rest {\(name)...}"
        }
    }
}
