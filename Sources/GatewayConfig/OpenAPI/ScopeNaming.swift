import ScopeModel

/// How the scopes of another API are named: a text with `{verb}` and `{resource}`, such as `{resource}.{verb}`.
public struct ScopeForm: Equatable, Sendable {
    private let prefix: String
    private let separator: String
    private let suffix: String
    private let verbIsFirst: Bool

    /// Reads a form.
    ///
    /// - Throws: ``ValueProblem`` when it hasn't `{verb}` and `{resource}`, each once.
    public init(parsing text: String) throws(ValueProblem) {
        let (verb, resource) = ("{verb}", "{resource}")
        let verbs = text.ranges(of: verb)
        let resources = text.ranges(of: resource)
        guard verbs.count == 1, resources.count == 1, let verbRange = verbs.first, let resourceRange = resources.first
        else {
            throw ValueProblem(
                "\"\(text)\" does not have \(verb) and \(resource), each once",
                help: "write it like {resource}.{verb}"
            )
        }
        verbIsFirst = verbRange.lowerBound < resourceRange.lowerBound
        let (first, second) = verbIsFirst ? (verbRange, resourceRange) : (resourceRange, verbRange)
        prefix = String(text[..<first.lowerBound])
        separator = String(text[first.upperBound..<second.lowerBound])
        suffix = String(text[second.upperBound...])
    }

    /// The scope that a name of this form means. A resource's capital letters become small ones, and its dashes, dots,
    /// colons and slashes underscores.
    public func scope(of name: String) -> Scope? {
        for verb in [ScopeVerb.read, .write] {
            let head = verbIsFirst ? prefix + verb.rawValue + separator : prefix
            let tail = verbIsFirst ? suffix : separator + verb.rawValue + suffix
            guard name.hasPrefix(head), name.hasSuffix(tail), name.utf8.count > head.utf8.count + tail.utf8.count else {
                continue
            }
            let resource = name.dropFirst(head.count).dropLast(tail.count).lowercased().map { character -> Character in
                "-.:/".contains(character) ? "_" : character
            }
            if let scope = try? Scope(verb: verb, resource: String(resource)) { return scope }
        }
        return nil
    }
}

/// Which scope stands for a name in another API.
public struct ScopeNaming: Equatable, Sendable {
    /// Names with their scopes, which go before everything else.
    public var names: [String: Scope] = [:]
    /// Forms that are tried in this order when a name isn't `verb:resource` already.
    public var forms: [ScopeForm] = []

    /// Only names that are `verb:resource` already.
    public init() {}

    /// The scope that stands for a name, and how that is known.
    struct Reading: Equatable {
        let scope: Scope
        /// By one of the forms, and not because somebody said so or it is written that way.
        let isByForm: Bool
    }

    /// How a name is read; `nil` when nothing says what it stands for.
    func reading(of name: String) -> Reading? {
        if let scope = names[name] ?? (try? Scope(parsing: name)) { return Reading(scope: scope, isByForm: false) }
        return forms.lazy.compactMap { $0.scope(of: name) }.first.map { Reading(scope: $0, isByForm: true) }
    }
}
