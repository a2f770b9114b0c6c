/// The scopes that exist, which of them every key has, which are reserved, and which presets there are.
public final class ScopeCatalog: Sendable {
    /// The most scopes that a catalog can have.
    public static let maximumCount = 256

    /// The scopes; a ``ScopeID`` is an index into them.
    public let entries: [ScopeDefinition]
    /// The presets, in the order they are offered.
    public let presets: [ScopePreset]
    /// The scopes that every valid key has.
    public let automatic: ScopeSet
    /// The scopes that a key may have though no route needs them yet.
    public let reserved: ScopeSet
    /// All scopes.
    public let all: ScopeSet

    private let names: [String]
    private let namesUTF8: [[UInt8]]
    private let index: ScopeNameIndex

    /// Makes a catalog.
    ///
    /// - Throws: ``CatalogErrors`` with every problem there is, not only the first.
    public init(definitions: [ScopeDefinition], presets: [ScopePreset]) throws(CatalogErrors) {
        let problems = Self.problems(definitions: definitions, presets: presets)
        guard problems.isEmpty else { throw CatalogErrors(problems: problems) }
        entries = definitions
        self.presets = presets
        names = definitions.map(\.scope.description)
        namesUTF8 = names.map { Array($0.utf8) }
        index = ScopeNameIndex(names: namesUTF8)
        automatic = Self.set(of: definitions) { $0.isAutomatic }
        reserved = Self.set(of: definitions) { $0.isReserved }
        all = Self.set(of: definitions) { _ in true }
    }

    /// The scope with this name, or `nil` when the catalog has none. Makes no `String` and allocates nothing.
    public func id(ofUTF8 name: Span<UInt8>) -> ScopeID? {
        guard let index = index.index(of: name) else { return nil }
        return ScopeID(rawValue: UInt8(index))
    }

    /// The place of a scope, or `nil` when the catalog does not have it.
    public func id(of scope: Scope) -> ScopeID? { id(ofUTF8: Array(scope.description.utf8).span) }

    /// The place of the scope that a text names.
    ///
    /// - Throws: ``UnknownScope`` with the reason and the nearest scope, when it names none of the catalog.
    public func id(named text: String) throws(UnknownScope) -> ScopeID {
        if let id = id(ofUTF8: Array(text.utf8).span) { return id }
        throw Self.unknown(text, among: entries)
    }

    /// What the catalog says of a scope.
    public func definition(of id: ScopeID) -> ScopeDefinition? {
        entries.indices.contains(Int(id.rawValue)) ? entries[Int(id.rawValue)] : nil
    }

    /// The name of a scope of this catalog, as in `read:trades`; empty for an id that is not of this catalog.
    public func name(of id: ScopeID) -> String {
        names.indices.contains(Int(id.rawValue)) ? names[Int(id.rawValue)] : ""
    }

    /// The bytes of ``name(of:)``, ready for a header or a body.
    public func utf8Name(of id: ScopeID) -> [UInt8] {
        namesUTF8.indices.contains(Int(id.rawValue)) ? namesUTF8[Int(id.rawValue)] : []
    }

    /// The names of the scopes in a set, in the order of the catalog.
    public func names(of set: ScopeSet) -> [String] { set.map { name(of: $0) } }

    /// The scopes that a preset grants; empty for ``ScopePreset/Rule/custom``, `nil` when there is no such preset.
    public func scopes(inPreset id: String) -> ScopeSet? {
        guard let preset = presets.first(where: { $0.id == id }) else { return nil }
        return switch preset.rule {
        case .all: all
        case .allRead: Self.set(of: entries) { $0.scope.verb == .read }
        case .custom: ScopeSet()
        case .scopes(let scopes): ScopeSet(scopes.compactMap { self.id(of: $0) })
        }
    }

    private static func set(of entries: [ScopeDefinition], where isIn: (ScopeDefinition) -> Bool) -> ScopeSet {
        ScopeSet(entries.indices.filter { isIn(entries[$0]) }.map { ScopeID(rawValue: UInt8($0)) })
    }
}
