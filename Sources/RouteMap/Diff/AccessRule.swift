import ScopeModel

/// Who gets through, apart from how it is written: a monotone condition on the names of a key's scopes, with the
/// automatic ones already taken as held. Rules of maps with different catalogs can be compared.
public struct AccessRule: Equatable, Sendable {
    /// Sets of scopes of which a key needs one, none of them a superset of another. The empty set is any valid key;
    /// no set at all is nobody.
    private let alternatives: Set<Set<String>>
    /// Nobody needs a key.
    private let isPublic: Bool

    /// Nobody gets through.
    public static let denied = AccessRule(alternatives: [], isPublic: false)

    private init(alternatives: Set<Set<String>>, isPublic: Bool) {
        self.alternatives = alternatives.filter { set in
            !alternatives.contains { $0.isStrictSubset(of: set) }
        }
        self.isPublic = isPublic
    }

    /// Who meets a requirement under a catalog.
    public init(_ requirement: Requirement, in catalog: ScopeCatalog) {
        let names = requirement.scopes.map { scope -> Set<String> in
            catalog.automatic.contains(scope) ? [] : [catalog.name(of: scope)]
        }
        switch requirement.kind {
        case .public: self.init(alternatives: [[]], isPublic: true)
        case .authenticated: self.init(alternatives: [[]], isPublic: false)
        case .denied: self = .denied
        case .all where names.isEmpty: self = .denied
        case .all: self.init(alternatives: [names.reduce(into: []) { $0.formUnion($1) }], isPublic: false)
        case .any: self.init(alternatives: Set(names), isPublic: false)
        }
    }

    /// Whether nobody gets through.
    public var isDenied: Bool { alternatives.isEmpty }
    /// Whether no key is needed.
    public var needsNoKey: Bool { isPublic }

    /// Whether everybody who gets through by this rule gets through by the other.
    public func isContained(in other: AccessRule) -> Bool {
        if other.isPublic { return true }
        if isPublic { return false }
        return alternatives.allSatisfy { ours in other.alternatives.contains { $0.isSubset(of: ours) } }
    }
}
