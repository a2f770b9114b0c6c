import RouteMap
import ScopeModel

/// Turns `security` and `x-required-scopes` into a requirement that is no wider than they are.
struct SecurityConverter {
    /// What an operation needs, or why it is left denied.
    enum Outcome {
        case requirement(OpenAPIImport.Requirement)
        /// - unnamed: The name for which no scope stands, if that is why.
        case denied(String, help: String?, unnamed: String?)
    }

    /// One way to get in: a credential of each of these schemes, and all of these scopes. Without scopes it is any key.
    private struct Alternative {
        var schemes: [String] = []
        var scopes: [String] = []

        func with(_ other: Alternative) -> Alternative {
            Alternative(
                schemes: schemes + other.schemes.filter { !schemes.contains($0) },
                scopes: scopes + other.scopes.filter { !scopes.contains($0) }
            )
        }
    }

    /// More alternatives, or scopes in one, are nothing that a route can say.
    private static let maximumAlternatives = 64
    private static let maximumScopes = 256

    private let document: OpenAPIDocument
    private let options: OpenAPIImport.Options
    private(set) var notes: [OpenAPIImport.Note] = []
    private var noted: Set<OpenAPIImport.Note> = []
    /// The names of scopes that operations ask for.
    private(set) var names = ScopeNames()

    init(_ document: OpenAPIDocument, options: OpenAPIImport.Options) {
        self.document = document
        self.options = options
    }

    /// - Parameters:
    ///   - securities: what is in force for the operation; all of it has to be met.
    ///   - required: its `x-required-scopes`; all of them are needed.
    mutating func convert(_ method: String, securities: [DocumentValue], required: [DocumentValue]) -> Outcome {
        var extra = Alternative()
        for value in required {
            guard let names = Self.names(value) else {
                return denied("\(OutlineFilter.requiredScopes) is neither a list of texts nor a text")
            }
            extra = extra.with(Alternative(scopes: names))
        }
        guard let first = securities.first else {
            if extra.scopes.isEmpty { return denied("it has no security", help: "give it security, or map it by hand") }
            return scopes([extra], method, required.first)
        }
        var open: [(alternatives: [Alternative], value: DocumentValue)] = []
        var closed: [[Alternative]] = []
        for security in securities {
            guard let items = security.items else { return denied("its security is no list") }
            guard items.allSatisfy({ $0.isMapping && !$0.hasUnreadableMembers }) else {
                return denied(
                    "its security has something in it that is no security requirement",
                    help: "write mappings with names of security schemes and lists of scopes"
                )
            }
            let (alternatives, isOpen) = read(items)
            if isOpen || items.isEmpty { open.append((alternatives, security)) } else { closed.append(alternatives) }
        }
        if closed.isEmpty {
            // All that is in force opens it to everybody.
            if extra.scopes.isEmpty {
                if options.mapsPublic { return .requirement(.public) }
                guard let (_, value) = open.first(where: { !$0.alternatives.isEmpty }) else {
                    return denied("it says that it needs no key", help: "--public maps such operations as public")
                }
                note("works without a key too; mapped for keys only, unless --public is given", value)
            }
            closed = open.map(\.alternatives).filter { !$0.isEmpty }
        }
        var alternatives = [Alternative()]
        for ways in closed {
            alternatives = alternatives.flatMap { one in ways.map(one.with) }
            guard alternatives.count <= Self.maximumAlternatives else { return denied("it has too many alternatives") }
        }
        if !options.combinesSchemes {
            for one in alternatives where one.schemes.count > 1 {
                let text = one.schemes.joined(separator: " and ")
                note("asks for \(text) at once, of which one key can't be both; left out", first)
            }
            alternatives.removeAll { $0.schemes.count > 1 }
        }
        guard !alternatives.isEmpty else {
            return denied(
                "no way in that it names can be checked by an API key",
                help: "--combine-schemes takes one key for all the security schemes that are needed at once",
                helps: closed.allSatisfy { !$0.isEmpty }
            )
        }
        alternatives = alternatives.map { $0.with(extra) }
        if alternatives.contains(where: \.scopes.isEmpty), alternatives.contains(where: { !$0.scopes.isEmpty }) {
            note("also takes keys without any scope, which can't be told from others; mapped for the scopes", first)
            alternatives.removeAll(where: \.scopes.isEmpty)
        }
        return alternatives.allSatisfy(\.scopes.isEmpty)
            ? .requirement(.authenticated) : scopes(alternatives, method, first)
    }

    private func denied(_ reason: String, help: String? = nil, helps: Bool = true) -> Outcome {
        .denied(reason, help: helps ? help : nil, unnamed: nil)
    }

    private mutating func read(_ items: [DocumentValue]) -> (alternatives: [Alternative], isOpen: Bool) {
        var alternatives: [Alternative] = []
        var isOpen = false
        for item in items {
            let members = item.members ?? []
            if item.hasNoMembers {
                isOpen = true
            } else if let alternative = alternative(members, item) {
                alternatives.append(alternative)
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
        var result = Alternative()
        for (name, _, value) in members {
            switch document.schemes[name]?.kind {
            case .key: break
            case .unchecked(let what):
                note("asks for \(what) (\(name)), which the gateway does not check; left out", item)
                return nil
            case .broken(let reason):
                note("names the security scheme \(name), which can't be read: \(reason); left out", item)
                return nil
            case nil:
                note("names the security scheme \(name), which is not in components; left out", item)
                return nil
            }
            guard let scopes = Self.names(value, splits: false) else {
                note("has something other than a list of scopes for \(name); left out", item)
                return nil
            }
            result = result.with(Alternative(schemes: [name], scopes: scopes))
        }
        guard !result.schemes.isEmpty else {
            note("names no security scheme; left out", item)
            return nil
        }
        if result.schemes.count > 1, options.combinesSchemes {
            let text = result.schemes.joined(separator: " and ")
            note("asks for \(text) at once; mapped for one key with all scopes", item)
        }
        return result
    }

    /// The requirement for ways in that each need a scope at least.
    private mutating func scopes(_ alternatives: [Alternative], _ method: String, _ value: DocumentValue?) -> Outcome {
        let all = alternatives.flatMap(\.scopes)
        guard all.count <= Self.maximumScopes else {
            return denied("it names \(all.count) scopes, more than \(Self.maximumScopes)")
        }
        for name in all {
            names.insert(name, method, options.naming.reading(of: name), value.map { document.place(of: $0) })
        }
        var known: [[Scope]] = []
        var reason: (text: String, unnamed: String?)?
        for alternative in alternatives {
            var scopes: [Scope] = []
            var isKnown = true
            for name in alternative.scopes {
                if let scope = scope(name, &reason) {
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
            return .denied(reason?.text ?? "it names no scope", help: nil, unnamed: reason?.unnamed)
        }
        if least.count == 1 { return .requirement(.all(first)) }
        guard least.allSatisfy({ $0.count == 1 }) else {
            let text = least.map { $0.map(\.description).joined(separator: " and ") }.joined(separator: "; or ")
            return denied(
                "a route can need all of some scopes or any of some, but not: \(text)",
                help: "map it by hand for one of them"
            )
        }
        return .requirement(.any(least.flatMap(\.self)))
    }

    private mutating func scope(_ name: String, _ reason: inout (text: String, unnamed: String?)?) -> Scope? {
        guard let scope = options.naming.reading(of: name)?.scope else {
            reason = reason ?? ("no scope stands for \"\(name)\"", name)
            return nil
        }
        if let catalog = options.catalog, catalog.id(of: scope) == nil {
            reason = reason ?? ("the catalog has no \(scope)", nil)
            return nil
        }
        return scope
    }

    private mutating func note(_ message: String, _ value: DocumentValue) {
        let note = OpenAPIImport.Note(message: message, place: document.place(of: value))
        if noted.insert(note).inserted { notes.append(note) }
    }

    /// A list of texts, or a text with spaces between names.
    private static func names(_ value: DocumentValue, splits: Bool = true) -> [String]? {
        if splits, let text = value.text { return text.parts(at: " ").filter { !$0.isEmpty }.map(String.init) }
        guard let items = value.items else { return nil }
        let names = items.compactMap(\.text)
        return names.count == items.count ? names : nil
    }
}
