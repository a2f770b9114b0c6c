/// What a route needs of a request.
public struct Requirement: Hashable, Sendable {
    /// How the scopes of a requirement are to be read.
    public enum Kind: Hashable, Sendable {
        /// No key is needed, and none is looked at.
        case `public`
        /// Any valid key.
        case authenticated
        /// A valid key with every scope of the list.
        case all
        /// A valid key with at least one scope of the list.
        case any
        /// Nothing will do: the request is refused whatever its key, and none is looked at.
        case denied
    }

    /// How ``scopes`` are to be read.
    public let kind: Kind
    /// The scopes, in the order they were written; empty for `public`, `authenticated` and `denied`.
    public let scopes: [ScopeID]
    /// The same scopes as a set.
    public let set: ScopeSet

    private init(kind: Kind, scopes: [ScopeID]) {
        self.kind = kind
        self.scopes = scopes
        set = ScopeSet(scopes)
    }

    /// No key is needed.
    public static let `public` = Requirement(kind: .public, scopes: [])
    /// Any valid key will do.
    public static let authenticated = Requirement(kind: .authenticated, scopes: [])
    /// No request is let through.
    public static let denied = Requirement(kind: .denied, scopes: [])

    /// Every scope of the list is needed; a single scope is `.all([scope])`. An empty list is met by no key.
    public static func all(_ scopes: [ScopeID]) -> Requirement { Requirement(kind: .all, scopes: scopes) }

    /// One scope of the list is needed. An empty list is met by no key.
    public static func any(_ scopes: [ScopeID]) -> Requirement { Requirement(kind: .any, scopes: scopes) }

    /// Whether a request isn't let through without a valid key.
    public var needsKey: Bool { kind != .public }

    /// Whether no request is let through.
    public var isDenied: Bool { kind == .denied }

    /// Whether a key that has these scopes meets the requirement.
    public func isSatisfied(by granted: ScopeSet) -> Bool {
        switch kind {
        case .public, .authenticated: true
        case .all: !scopes.isEmpty && granted.isSuperset(of: set)
        case .any: !granted.isDisjoint(with: set)
        case .denied: false
        }
    }

    /// The scope to name in a denial: of `all` the first that is missing, of `any` the first of the list; `nil` when
    /// the requirement is met, when its list is empty, or when no scope would help.
    public func missing(in granted: ScopeSet) -> ScopeID? {
        switch kind {
        case .public, .authenticated, .denied: nil
        case .all: scopes.first { !granted.contains($0) }
        case .any: granted.isDisjoint(with: set) ? scopes.first : nil
        }
    }

    /// The requirement as `routes.yaml` writes it: `read:trades`, `public`, `{any: [read:trades, read:balance]}`.
    public func description(in catalog: ScopeCatalog) -> String {
        let names = scopes.map { catalog.name(of: $0) }.joined(separator: ", ")
        return switch kind {
        case .public: "public"
        case .authenticated: "authenticated"
        case .denied: "denied"
        case .all: scopes.count == 1 ? names : "{all: [\(names)]}"
        case .any: "{any: [\(names)]}"
        }
    }
}
