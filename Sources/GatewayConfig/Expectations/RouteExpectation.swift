import RouteMap
import ScopeModel

/// What a route map is expected to make of a request.
public struct RouteExpectation: Equatable, Sendable {
    /// What is expected to become of the request.
    public enum Outcome: Equatable, Sendable {
        /// It is let through.
        case allow
        /// It is refused, for whatever reason.
        case deny
        /// It is refused with this code, and naming this scope, if one is given.
        case code(String, required: ScopeID?)
    }

    /// The expectation as it was written.
    public let text: String
    /// The method.
    public let method: String
    /// The request target.
    public let target: String
    /// The key.
    public let key: SupposedKey
    /// What is expected.
    public let outcome: Outcome
    /// Where it was written.
    public let position: SourcePosition

    /// Whether this is what was expected.
    public func isMet(by evaluation: RequestEvaluation) -> Bool {
        switch (outcome, evaluation.outcome) {
        case (.allow, .allow), (.deny, .deny): true
        case (.code(let code, nil), .deny(let given, _)): code == given
        case (.code(let code, let scope?), .deny(let given, let required)): code == given && scope == required
        default: false
        }
    }
}
