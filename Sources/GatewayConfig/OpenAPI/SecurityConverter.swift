import RouteMap
import ScopeModel

/// Turns `security` and `x-required-scopes` into a requirement that is no wider than they are.
struct SecurityConverter {
    /// What an operation needs, or why it is left denied.
    enum Outcome {
        case requirement(OpenAPIImport.Requirement)
        case denied(String, help: String?)
    }

    /// One way to get in: all of these scopes; none of them is any valid key.
    private typealias Alternative = [String]

    private let schemes: [String: SecurityScheme]
    private let options: OpenAPIImport.Options
    private(set) var notes: [OpenAPIImport.Note] = []
    private var noted: Set<OpenAPIImport.Note> = []
    /// Names for which no scope stands, of the last operation.
    private(set) var unnamed: [String] = []

    init(schemes: [String: SecurityScheme], options: OpenAPIImport.Options) {
        self.schemes = schemes
        self.options = options
    }

    /// - Parameters:
    ///   - security: what is in force for the operation, its own or the document's; `nil` for nothing.
    ///   - required: `x-required-scopes`.
    mutating func convert(security: DocumentValue?, required: DocumentValue?) -> Outcome {
        unnamed = []
        var extra: [String] = []
        if let required {
            guard let names = Self.names(required) else {
                return .denied("x-required-scopes is neither a list of texts nor a text", help: nil)
            }
            extra = names
        }
        guard let security else {
            if extra.isEmpty { return .denied("it has no security", help: "give it security, or map it by hand") }
            return scopes([extra])
        }
        guard let items = security.items else { return .denied("its security is no list", help: nil) }
        var (alternatives, isOpen) = read(items)
        isOpen = isOpen || items.isEmpty
        if isOpen, extra.isEmpty {
            if options.mapsPublic { return .requirement(.public) }
            guard !alternatives.isEmpty else {
                return .denied("it says that it needs no key", help: "--public maps such operations as public")
            }
            note("works without a key too; mapped for keys only, unless --public is given", security)
        }
        if alternatives.isEmpty {
            guard isOpen else { return .denied("no way in that it names can be checked by an API key", help: nil) }
            alternatives = [[]]
        }
        alternatives = alternatives.map { $0 + extra }
        if alternatives.contains(where: \.isEmpty), alternatives.contains(where: { !$0.isEmpty }) {
            note("also takes keys without any scope, which can't be told from others; mapped for the scopes", security)
            alternatives.removeAll(where: \.isEmpty)
        }
        return alternatives.allSatisfy(\.isEmpty) ? .requirement(.authenticated) : scopes(alternatives)
    }

    private mutating func read(_ items: [DocumentValue]) -> (alternatives: [Alternative], isOpen: Bool) {
        var alternatives: [Alternative] = []
        var isOpen = false
        for item in items {
            guard let members = item.members else {
                note("is no security requirement; left out", item)
                continue
            }
            if members.isEmpty {
                isOpen = true
            } else if let names = alternative(members, item) {
                alternatives.append(names)
            }
        }
        return (alternatives, isOpen)
    }

    /// The scopes of one security requirement, all of whose schemes have to be met; `nil` when the gateway can't check
    /// one of them.
    private mutating func alternative(
        _ members: [(name: String, position: SourcePosition, value: DocumentValue)],
        _ item: DocumentValue
    ) -> Alternative? {
        var names: Alternative = []
        for (name, _, value) in members {
            switch schemes[name]?.kind {
            case .key: break
            case .unchecked(let what):
                note("asks for \(what) (\(name)), which the gateway does not check; left out", item)
                return nil
            case .broken, nil:
                note("names the security scheme \(name), which is not in components or can't be read; left out", item)
                return nil
            }
            guard let scopes = Self.names(value, splits: false) else {
                note("has something other than a list of scopes for \(name); left out", item)
                return nil
            }
            names += scopes
        }
        if members.count > 1 {
            note(
                "asks for \(members.map(\.name).joined(separator: " and ")) at once; mapped for one key with all scopes",
                item
            )
        }
        return names
    }

    /// The requirement for ways in that each need a scope at least.
    private mutating func scopes(_ alternatives: [Alternative]) -> Outcome {
        var known: [[Scope]] = []
        var reasons: [String] = []
        for alternative in alternatives {
            var scopes: [Scope] = []
            var isKnown = true
            for name in alternative {
                if let scope = scope(name, &reasons) {
                    if !scopes.contains(scope) { scopes.append(scope) }
                } else {
                    isKnown = false
                }
            }
            if isKnown, !known.contains(where: { Set($0) == Set(scopes) }) { known.append(scopes) }
        }
        // Whoever has all of a larger set has all of a smaller one within it.
        let least = known.filter { set in !known.contains { Set($0).isStrictSubset(of: set) } }
        guard let first = least.first else {
            return .denied(reasons.first ?? "it names no scope", help: unnamed.first.map { "--scope '\($0)=read:…'" })
        }
        if least.count == 1 { return .requirement(.all(first)) }
        guard least.allSatisfy({ $0.count == 1 }) else {
            let text = least.map { $0.map(\.description).joined(separator: " and ") }.joined(separator: "; or ")
            return .denied(
                "a route can need all of some scopes or any of some, but not: \(text)",
                help: "map it by hand for one of them"
            )
        }
        return .requirement(.any(least.flatMap(\.self)))
    }

    private mutating func scope(_ name: String, _ reasons: inout [String]) -> Scope? {
        guard let scope = options.naming.scope(of: name) else {
            reasons.append("no scope stands for \"\(name)\"")
            if !unnamed.contains(name) { unnamed.append(name) }
            return nil
        }
        if let catalog = options.catalog, catalog.id(of: scope) == nil {
            reasons.append("the catalog has no \(scope)")
            return nil
        }
        return scope
    }

    private mutating func note(_ message: String, _ value: DocumentValue) {
        let note = OpenAPIImport.Note(message: message, place: value.place)
        if noted.insert(note).inserted { notes.append(note) }
    }

    /// A list of texts, or a text with spaces between names.
    private static func names(_ value: DocumentValue, splits: Bool = true) -> [String]? {
        if splits, let text = value.text { return text.split(separator: " ").map(String.init) }
        guard let items = value.items else { return nil }
        let names = items.compactMap(\.text)
        return names.count == items.count ? names : nil
    }
}
