import RouteMap

/// Where a document's servers have its paths: the base path that goes before them (OpenAPI 3.1.1 §4.8.5).
struct ServerPaths {
    /// Base paths, without a slash at the end; the empty one for none. No two are equal.
    private(set) var bases: [String] = []
    /// Schemes and authorities of absolute URLs.
    private(set) var origins: Set<String> = []

    /// A server at `/`, which no servers stand for.
    init() { bases = [""] }

    /// - Parameter servers: the list `servers`.
    /// - Throws: ``ReferenceProblem`` when it can't be read.
    init(_ servers: DocumentValue, _ documents: DocumentSet) throws(ReferenceProblem) {
        guard let items = try documents.layers(of: servers).last?.items else { throw ReferenceProblem("is no list") }
        for item in items {
            let server = try documents.layers(of: item).last
            guard let server, let url = server["url"]?.text else { throw ReferenceProblem("has a server without url") }
            add(Self.expanded(url, server["variables"]))
        }
        if bases.isEmpty { bases = [""] }
    }

    private mutating func add(_ url: String) {
        var path = url[...]
        if let range = url.ranges(of: "://").first {
            let rest = url[range.upperBound...]
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            origins.insert(url[..<slash].lowercased())
            path = rest[slash...]
        } else if url.hasPrefix("//") {
            let rest = url.dropFirst(2)
            path = rest[(rest.firstIndex(of: "/") ?? rest.endIndex)...]
        }
        path = path.prefix { $0 != "?" && $0 != "#" }
        // Relative to where the document is, which is not known; the root is what is meant nearly always.
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        if path == "." { path = "" }
        let base = Self.trimmed(path.isEmpty || path.hasPrefix("/") ? String(path) : "/" + path)
        if !bases.contains(base) { bases.append(base) }
    }

    /// A base path without slashes at its end.
    static func trimmed(_ path: String) -> String {
        var path = path
        while path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// A URL with the default of each of its variables. One without a default stays as it is, and is found later to be no
    /// literal.
    private static func expanded(_ url: String, _ variables: DocumentValue?) -> String {
        var result = url
        for (name, _, variable) in variables?.members ?? [] {
            if let value = variable["default"]?.text { result = result.replacing("{\(name)}", with: value) }
        }
        return result
    }
}
