import RouteMap
import ScopeModel

/// The names of scopes that a document's operations ask for, and what they are taken for.
struct ScopeNames {
    /// How a name was read.
    struct Use {
        let name: String
        let reading: ScopeNaming.Reading?
        /// The methods of the operations that ask for it.
        fileprivate(set) var methods: Set<String>
        /// How many operations ask for it.
        fileprivate(set) var operations: Int
        /// Where it was asked for first.
        let place: OpenAPIImport.Place?

        /// The verb that a scope for it would have: `write` for everything that changes something by its name, or by
        /// the method of an operation that it opens.
        var verb: ScopeVerb {
            let words = ScopeNames.words(of: name)
            let isChanging = words.contains { word in
                ScopeNames.changingWords.contains(word) || ScopeNames.changing.contains { word.hasPrefix($0) }
            }
            return isChanging || !methods.isSubset(of: ["GET", "HEAD", "OPTIONS"]) ? .write : .read
        }

        /// What `--scope` would say, but for the resource.
        var option: String { "--scope '\(name)=\(verb.rawValue):…'" }
    }

    /// How words begin that say that something is changed.
    private static let changing = [
        "approv", "archiv", "assign", "cancel", "creat", "delet", "destroy", "disabl", "eras", "execut", "manag",
        "modif",
        "overwrit", "publish", "purg", "remov", "renam", "restart", "revok", "shutdown", "terminat", "unassign",
        "updat",
        "upload", "wip", "writ",
    ]
    /// Words that say so, but begin others that don't.
    private static let changingWords: Set<String> = [
        "add", "admin", "administer", "all", "apply", "ban", "block", "change", "clear", "close", "configure",
        "control", "drop",
        "edit", "enable", "full", "import", "invite", "invoke", "kill", "merge", "move", "own", "patch", "pay", "post",
        "push",
        "put", "reject", "replace", "reset", "restore", "root", "run", "send", "set", "start", "stop", "submit",
        "super",
        "transfer", "trash",
    ]

    private(set) var uses: [Use] = []
    private var indices: [String: Int] = [:]

    /// Notes that an operation asks for a name.
    mutating func insert(
        _ name: String,
        _ method: String,
        _ reading: ScopeNaming.Reading?,
        _ place: OpenAPIImport.Place?
    ) {
        if let index = indices[name] {
            uses[index].methods.insert(method)
            uses[index].operations += 1
        } else {
            indices[name] = uses.count
            uses.append(Use(name: name, reading: reading, methods: [method], operations: 1, place: place))
        }
    }

    /// How a name is used.
    subscript(name: String) -> Use? { indices[name].map { uses[$0] } }

    /// Two names that a form makes one scope, though the document has them for two.
    var collision: (first: Use, second: Use, scope: Scope)? {
        var known: [Scope: Use] = [:]
        for use in uses {
            guard let reading = use.reading else { continue }
            if let first = known[reading.scope], reading.isByForm || first.reading?.isByForm == true {
                return (first, use, reading.scope)
            }
            if known[reading.scope] == nil || reading.isByForm { known[reading.scope] = use }
        }
        return nil
    }

    /// The form that would name most of the names that none names yet, without making two of them one; `nil` when none
    /// names any.
    var bestForm: (form: String, count: Int)? {
        let unnamed = uses.filter { $0.reading == nil }.map(\.name)
        let taken = Set(uses.compactMap { $0.reading?.scope })
        var best: (form: String, count: Int)?
        for text in Self.candidates(for: unnamed) {
            guard let form = try? ScopeForm(parsing: text) else { continue }
            let scopes = unnamed.compactMap { form.scope(of: $0) }
            guard scopes.count > best?.count ?? 0, Set(scopes).count == scopes.count, taken.isDisjoint(with: scopes)
            else {
                continue
            }
            best = (text, scopes.count)
        }
        return best
    }

    private static func candidates(for names: [String]) -> [String] {
        let cores = [".", ":", "/", "_", "-"].flatMap { ["{resource}\($0){verb}", "{verb}\($0){resource}"] }
        // What names have before their last parts, such as https://www.example.com/auth/.
        var prefixes: [String] = [""]
        for name in names.prefix(1000) {
            guard let end = name.lastIndex(where: { $0 == "/" || $0 == ":" }) else { continue }
            let prefix = String(name[...end])
            if !prefixes.contains(prefix), prefixes.count < 64 { prefixes.append(prefix) }
        }
        return prefixes.flatMap { prefix in cores.map { prefix + $0 } }
    }

    /// The words of a name: `users.deleteAll` is `users`, `delete`, `all`.
    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasSmall = false
        for character in name {
            let isCapital = character.isUppercase
            if !character.isLetter || isCapital && wasSmall {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if character.isLetter { word += character.lowercased() }
            wasSmall = character.isLowercase
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
