/// One scope of a catalog.
public struct ScopeDefinition: Equatable, Sendable {
    /// The scope.
    public var scope: Scope
    /// What it allows, for people.
    public var description: String
    /// Whether every valid key has it, granted or not.
    public var isAutomatic: Bool
    /// Whether it is there for endpoints that do not exist yet: a key may have it, but no route needs it yet.
    public var isReserved: Bool

    /// A scope with what the catalog says of it.
    public init(scope: Scope, description: String, isAutomatic: Bool = false, isReserved: Bool = false) {
        self.scope = scope
        self.description = description
        self.isAutomatic = isAutomatic
        self.isReserved = isReserved
    }
}
