import RouteMap
import ScopeModel

/// Two maps decide a request differently.
struct ShadowDifference: Equatable {
    /// How they differ.
    enum Kind: String, CaseIterable {
        /// It was refused, and the shadow map would let it through.
        case wouldAllow = "would_allow"
        /// It passed, and the shadow map would refuse it.
        case wouldRefuse = "would_refuse"
        /// Both refuse it, with other reasons or other scopes.
        case otherRefusal = "other_refusal"
        /// The shadow map would look at the key, which the map in force doesn't, and of which nothing is known.
        case dependsOnKey = "depends_on_key"
    }

    let kind: Kind
    /// What the shadow map would have decided, as the audit writes it: `allowed` or the code of a refusal.
    let code: String
    /// The scope that it would have named.
    let requiredScope: ScopeID?

    /// Nil when both decide the same.
    ///
    /// - Parameter denial: what the map in force decided, nil when the request passes.
    init?(_ denial: Denial?, _ shadow: RequestEvaluation.Outcome) {
        switch (denial, shadow) {
        case (nil, .allow): return nil
        case (.some, .allow): self.init(.wouldAllow, "allowed")
        case (nil, .deny(let code, let required)): self.init(.wouldRefuse, code, required)
        case (let denial?, .deny(let code, let required)):
            guard code != "\(denial.reason.code)" || required != denial.requiredScope else { return nil }
            self.init(.otherRefusal, code, required)
        case (_, .dependsOnKey): self.init(.dependsOnKey, Kind.dependsOnKey.rawValue)
        }
    }

    private init(_ kind: Kind, _ code: String, _ requiredScope: ScopeID? = nil) {
        self.kind = kind
        self.code = code
        self.requiredScope = requiredScope
    }
}
