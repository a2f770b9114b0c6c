/// Something that is wrong with what a catalog was to be made of.
public struct CatalogProblem: Equatable, Sendable, CustomStringConvertible {
    /// Where the problem is.
    public enum Subject: Equatable, Sendable {
        /// The definition at an index.
        case definition(Int)
        /// The preset at an index.
        case preset(Int)
        /// A scope in the list of a preset: the preset's index and the scope's.
        case presetScope(Int, Int)
    }

    /// What is wrong.
    public enum Kind: Equatable, Sendable {
        /// There are more than ``ScopeCatalog/maximumCount`` scopes; this is the first too many.
        case tooManyScopes
        /// A scope is defined twice; this is the second.
        case duplicateScope(Scope)
        /// A preset's id is not `[a-z][a-z0-9-]*`.
        case invalidPresetID(String)
        /// Two presets have the same id; this is the second.
        case duplicatePreset(String)
        /// A preset lists a scope that does not exist.
        case unknownScope(UnknownScope)
        /// Something changing is granted to every key.
        case automaticWrite(Scope)
    }

    /// Where the problem is.
    public let subject: Subject
    /// What is wrong.
    public let kind: Kind

    /// The problem in a sentence, without its place.
    public var description: String {
        switch kind {
        case .tooManyScopes: "a catalog has at most \(ScopeCatalog.maximumCount) scopes"
        case .duplicateScope(let scope): "the scope \(scope) is defined twice"
        case .invalidPresetID(let id):
            "\"\(id)\" is not a preset id: lowercase letters, digits and hyphens, letter first"
        case .duplicatePreset(let id): "the preset \(id) is defined twice"
        case .unknownScope(let unknown): unknown.description
        case .automaticWrite(let scope): "\(scope) can't be automatic: every key could change things"
        }
    }

    /// What was probably meant, when something near exists.
    public var suggestion: String? {
        if case .unknownScope(let unknown) = kind { unknown.suggestion } else { nil }
    }
}

/// All that is wrong with what a catalog was to be made of.
public struct CatalogErrors: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problems, in the order of the definitions; never empty.
    public let problems: [CatalogProblem]

    /// The problems, one a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// A text that names no scope of a catalog.
public struct UnknownScope: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why it names none.
    public enum Reason: Equatable, Sendable {
        /// It is not a scope at all.
        case syntax(ScopeSyntaxError)
        /// The catalog has no such resource.
        case noSuchResource
        /// The catalog has the resource, but not with this verb.
        case noSuchVerb(ScopeVerb)
    }

    /// The text.
    public let text: String
    /// Why it names no scope.
    public let reason: Reason
    /// The nearest scope of the catalog, if one is near.
    public let suggestion: String?

    /// The problem in a sentence.
    public var description: String {
        switch reason {
        case .syntax(let error): "\"\(text)\" \(error)"
        case .noSuchResource: "there is no scope \(text) in the catalog"
        case .noSuchVerb(let verb): "there is no scope \(text): the catalog has no \(verb.rawValue) for this resource"
        }
    }
}
