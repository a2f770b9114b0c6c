import ScopeModel

/// How a catalog differs from what a backend says.
public struct CatalogComparison: Equatable, Sendable {
    /// A difference in what both have.
    public struct Change: Equatable, Sendable {
        /// The scope, or the preset's id.
        public let name: String
        /// What the catalog says.
        public let here: String
        /// What the backend says.
        public let there: String
    }

    /// Scopes that the backend has and the catalog lacks, in the backend's order.
    public let missing: [String]
    /// Scopes that the catalog has and the backend doesn't, in the catalog's order.
    public let extra: [String]
    /// Scopes of both that are automatic or reserved on one side only.
    public let changed: [Change]
    /// Presets that are on one side only, or grant other scopes; none when the backend lists no presets at all.
    public let presets: [Change]

    /// Whether both say the same.
    public var isEqual: Bool { missing.isEmpty && extra.isEmpty && changed.isEmpty && presets.isEmpty }

    /// Compares a catalog with a backend's.
    public init(_ catalog: ScopeCatalog, with live: LiveCatalog) {
        let here = Dictionary(uniqueKeysWithValues: catalog.entries.map { ($0.scope.description, $0) })
        let there = Set(live.scopes.map(\.name))
        missing = live.scopes.map(\.name).filter { here[$0] == nil }
        extra = catalog.entries.map(\.scope.description).filter { !there.contains($0) }
        changed = live.scopes.compactMap { scope in
            guard let entry = here[scope.name] else { return nil }
            let (one, other) = (
                Self.text(entry.isAutomatic, entry.isReserved),
                Self.text(scope.isAutomatic ?? entry.isAutomatic, scope.isReserved ?? entry.isReserved)
            )
            return one == other ? nil : Change(name: scope.name, here: one, there: other)
        }
        presets = live.presets.map { Self.presets(catalog, $0) } ?? []
    }

    private static func text(_ isAutomatic: Bool, _ isReserved: Bool) -> String {
        let words = [isAutomatic ? "automatic" : nil, isReserved ? "reserved" : nil].compactMap(\.self)
        return words.isEmpty ? "neither automatic nor reserved" : words.joined(separator: " and ")
    }

    private static func presets(_ catalog: ScopeCatalog, _ live: [LiveCatalog.Preset]) -> [Change] {
        let none = "no such preset"
        let ours = catalog.presets.map { ($0.id, catalog.names(of: catalog.scopes(inPreset: $0.id) ?? ScopeSet())) }
        var changes = ours.compactMap { id, scopes -> Change? in
            guard let other = live.first(where: { $0.id == id }) else {
                return Change(name: id, here: "\(scopes.count) scopes", there: none)
            }
            let (less, more) = (Set(scopes).subtracting(other.scopes), Set(other.scopes).subtracting(scopes))
            guard !less.isEmpty || !more.isEmpty else { return nil }
            return Change(name: id, here: Self.list(less), there: Self.list(more))
        }
        for preset in live where !ours.contains(where: { $0.0 == preset.id }) {
            changes.append(Change(name: preset.id, here: none, there: "\(preset.scopes.count) scopes"))
        }
        return changes
    }

    private static func list(_ scopes: Set<String>) -> String {
        scopes.isEmpty ? "nothing more" : "also " + scopes.sorted().joined(separator: ", ")
    }
}
