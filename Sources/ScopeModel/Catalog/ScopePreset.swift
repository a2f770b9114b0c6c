/// A named choice of scopes that is offered when a key is made.
public struct ScopePreset: Equatable, Sendable {
    /// Which scopes a preset grants.
    public enum Rule: Equatable, Sendable {
        /// Every scope whose verb is `read`.
        case allRead
        /// Every scope.
        case all
        /// None of its own: they are picked one by one.
        case custom
        /// These scopes.
        case scopes([Scope])
    }

    /// The name that programs and the command line use: `[a-z][a-z0-9-]*`.
    public var id: String
    /// The name for people.
    public var title: String
    /// What it is for, for people.
    public var description: String
    /// Which scopes it grants.
    public var rule: Rule

    /// A preset.
    public init(id: String, title: String, description: String = "", rule: Rule) {
        self.id = id
        self.title = title
        self.description = description
        self.rule = rule
    }
}
