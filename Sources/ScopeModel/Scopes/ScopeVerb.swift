/// What a scope lets a key do to a resource. The two are independent: `write` does not imply `read`.
public enum ScopeVerb: String, CaseIterable, Sendable {
    /// Looking at the resource.
    case read
    /// Changing the resource.
    case write
}
