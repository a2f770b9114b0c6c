import ScopeModel

/// What was decided about a request, for those who count.
enum RequestDecision: Int, CaseIterable {
    /// It could pass.
    case allow
    /// Its key or its route does not let it pass.
    case deny
    /// Nothing: it was malformed or beyond a limit, its key could not be checked, or it could not be recorded.
    case none

    /// Its name in metrics and logs.
    var label: String {
        switch self {
        case .allow: "allow"
        case .deny: "deny"
        case .none: "none"
        }
    }
}

extension DenialReason {
    /// Whether it is a decision about the key or the route of a request, rather than a failure to come to one.
    var isDecision: Bool {
        switch self {
        case .missingKey, .invalidKey, .expiredKey, .ambiguousKey, .forbiddenScope, .unmappedRoute, .methodNotAllowed:
            true
        default: false
        }
    }
}
