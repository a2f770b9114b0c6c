/// What becomes of a request.
public enum Decision: Equatable, Sendable {
    /// It goes to the backend.
    case allow
    /// It is refused, for a reason; `required` is the scope to name in the answer, if the reason has to do with one.
    case deny(DenialReason, required: ScopeID?)
}

/// Decides on a request with a live key. What it is given is all it looks at: nothing is remembered, so a decision
/// can't be used for another route.
public enum Decider {
    /// The decision on a request.
    ///
    /// - Parameters:
    ///   - requirement: what the route needs.
    ///   - granted: the scopes that the key was granted; for a `public` route, anything.
    ///   - automatic: the scopes that every valid key has.
    public static func decide(requirement: Requirement, granted: ScopeSet, automatic: ScopeSet) -> Decision {
        // No scope would help, so that none is named: as far as callers can tell there is no such route.
        if requirement.isDenied { return .deny(.unmappedRoute, required: nil) }
        let held = granted.union(automatic)
        if requirement.isSatisfied(by: held) { return .allow }
        return .deny(.forbiddenScope, required: requirement.missing(in: held))
    }
}
