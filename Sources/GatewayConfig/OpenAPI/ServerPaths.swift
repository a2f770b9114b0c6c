import RouteMap

/// Where a document's servers have its paths: the base path that goes before them (OpenAPI 3.1.1 §4.8.5).
struct ServerPaths {
    /// Base paths, without a slash at the end; the empty one for none. No two are equal. One that isn't known has
    /// braces.
    private(set) var bases: [String] = []
    /// Schemes and authorities of absolute URLs.
    private(set) var origins: Set<String> = []
    /// Whether the list has no server.
    private(set) var isEmptyList = false

    /// A server at `/`, which no servers stand for.
    init() { bases = [""] }

    /// - Parameter servers: the list `servers`.
    /// - Throws: ``ReferenceProblem`` when it can't be read.
    init(_ servers: DocumentValue, _ documents: DocumentSet) throws(ReferenceProblem) {
        guard let items = try documents.layers(of: servers).last?.items else { throw ReferenceProblem("is no list") }
        for item in items {
            let layers = try documents.layers(of: item).filter { $0["url"] != nil }
            guard !layers.isEmpty else { throw ReferenceProblem("has a server without url") }
            for server in layers {
                guard let url = server["url"]?.text else { throw ReferenceProblem("has a server whose url is no text") }
                for url in ServerURL(url, variables: server["variables"]).urls { add(url) }
            }
        }
        isEmptyList = items.isEmpty
        if bases.isEmpty { bases = [""] }
    }

    private mutating func add(_ url: String) {
        var path = url[...]
        if let (scheme, rest) = url.schemeAndRest {
            let authority = rest.before(anyOf: "/?#")
            origins.insert("\(scheme)://\(authority)".lowercased())
            path = rest[authority.endIndex...]
        } else if url.begins(with: "//") {
            path = url.behind(2).from(anyOf: "/?#")
        }
        path = path.before(anyOf: "?#")
        // Relative to where the document is, which is not known; the root is what is meant nearly always.
        while path.begins(with: "./") { path = path.behind(2) }
        if path == "." { path = "" }
        let rooted = path.isEmpty || path.begins(with: "/") ? String(path) : "/" + path
        let base = Self.trimmed(Self.withoutDefaults(rooted))
        if !bases.contains(base) { bases.append(base) }
    }

    /// A base path with no more than the names of its variables: what isn't known of one isn't known of any.
    private static func withoutDefaults(_ base: String) -> String {
        var result = String.UnicodeScalarView()
        var isInVariable = false
        var isInDefault = false
        for scalar in base.unicodeScalars {
            if scalar == "{" || scalar == "}" { (isInVariable, isInDefault) = (scalar == "{", false) }
            if scalar == "=", isInVariable { isInDefault = true }
            if !isInDefault { result.append(scalar) }
        }
        return String(result)
    }

    /// A base path without slashes at its end.
    static func trimmed(_ path: String) -> String {
        var path = path
        while path.ends(with: "/") { path.unicodeScalars.removeLast() }
        return path
    }

    /// Whether it isn't known what a base path is.
    static func isVague(_ base: String) -> Bool { base.holds(anyOf: "{}") }

    /// The base paths that one which isn't known may be, as far as anything can be at them: those with up to some
    /// segments for what isn't known, and those that are known of the document.
    static func possible(_ base: String, known: [String]) -> [String] {
        guard isVague(base) else { return [base] }
        let parts = base.parts(at: "/").filter { !$0.isEmpty }
        guard let first = parts.firstIndex(where: { $0.holds(anyOf: "{}") }) else { return [base] }
        let (start, end) = (parts[..<first].map { "/" + $0 }.joined(), parts[(first + 1)...].map { "/" + $0 }.joined())
        let widened = (0...Self.maximumUnknown).map { count in
            start + (0..<count).map { "/{v\($0)}" }.joined() + end
        }
        return widened + known
    }

    /// How many segments stand for a variable at most.
    private static let maximumUnknown = 3
}
