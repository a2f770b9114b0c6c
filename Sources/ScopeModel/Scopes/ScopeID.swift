/// A scope's place in its ``ScopeCatalog``, which is what a decision is made with instead of the name.
///
/// It means something only together with the catalog that gave it.
public struct ScopeID: RawRepresentable, Hashable, Comparable, Sendable {
    /// The index in the catalog's entries, 0…255.
    public let rawValue: UInt8

    /// The scope at an index of a catalog.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Orders scopes as the catalog lists them.
    public static func < (left: ScopeID, right: ScopeID) -> Bool { left.rawValue < right.rawValue }
}
