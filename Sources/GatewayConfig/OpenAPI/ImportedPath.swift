import RouteMap

/// A path of an OpenAPI document (OpenAPI 3.1.1 §4.8.8.1) as a route template.
struct ImportedPath {
    /// Why something is denied.
    struct Problem: Error {
        let message: String
        let help: String?
    }

    /// The template; if there is a problem, one that matches every path that may be meant, and others.
    let template: RouteTemplate
    /// Why no template says what the path does.
    let problem: Problem?
    /// The segments of the template that match more than the path's do.
    let vagueSegments: Set<Int>

    /// Reads a path, which begins with "/", below a base path. Names of parameters that a template can't have are
    /// changed, which doesn't change what it matches.
    init(_ path: String, below base: String) {
        do {
            template = try Self.template(path, below: base)
            problem = nil
            vagueSegments = []
        } catch {
            (template, vagueSegments) = Self.widened(path, below: base)
            problem = error
        }
    }

    /// The paths that one may be meant for: itself, if it is one. What doesn't begin with one "/" may have a host or a
    /// variable before the path.
    static func candidates(for path: String) -> [String] {
        if path.begins(with: "/"), !path.begins(with: "//") { return [path] }
        var rests = [path[...]]
        if let (_, rest) = path.schemeAndRest {
            rests.append(rest.from(anyOf: "/?#"))
        } else if path.begins(with: "//") {
            rests.append(path.behind(2).from(anyOf: "/?#"))
        } else {
            if path.begins(with: "{") { rests.append(path.from(anyOf: "}").behind(1)) }
            let first = path.before(anyOf: "/")
            let isPlain = first.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || isNameCharacter(Unicode.Scalar(byte))
            }
            if !isPlain { rests.append(path.from(anyOf: "/")) }
        }
        return rests.map { $0.begins(with: "/") ? String($0) : "/" + $0 }
    }

    private static func template(_ path: String, below base: String) throws(Problem) -> RouteTemplate {
        guard !ServerPaths.isVague(base) else {
            throw Problem(message: "its server has a variable without a default", help: "--base-path says what it is")
        }
        var names: Set<String> = []
        var segments: [String] = []
        for segment in path.parts(at: "/").dropFirst() {
            segments.append(try Self.segment(segment, &names))
        }
        do {
            return try RouteTemplate(parsing: base + "/" + segments.joined(separator: "/"))
        } catch {
            throw Problem(message: error.description, help: nil)
        }
    }

    private static func segment(_ segment: Substring, _ names: inout Set<String>) throws(Problem) -> String {
        guard segment.holds(anyOf: "{}") else { return String(segment) }
        let inside = Substring(segment.utf8.dropFirst().dropLast())
        guard segment.begins(with: "{"), segment.ends(with: "}"), !inside.holds(anyOf: "{}") else {
            throw Problem(
                message: "\"\(segment)\" is not a whole segment of one parameter, so no template can say it",
                help: "map a template with a parameter for the whole segment by hand, if all that it matches may pass"
            )
        }
        return "{\(name(inside, &names))}"
    }

    private static func name(_ text: Substring, _ names: inout Set<String>) -> String {
        var name = String(text.unicodeScalars.prefix(48).map { isNameCharacter($0) ? Character($0) : "_" })
        if name.first.map({ $0.isNumber }) ?? true { name = "p" + name }
        let base = name
        var number = 2
        while !names.insert(name).inserted {
            name = "\(base)_\(number)"
            number += 1
        }
        return name
    }

    private static func isNameCharacter(_ character: Unicode.Scalar) -> Bool {
        switch character {
        case "A"..."Z", "a"..."z", "0"..."9", "_": true
        default: false
        }
    }

    /// A template with a parameter for each segment that isn't a literal, and a rest for segments that are too many: it
    /// matches each request that a path can be meant for, as clients and backends write paths.
    private static func widened(
        _ path: String,
        below base: String
    ) -> (template: RouteTemplate, vagueSegments: Set<Int>) {
        let target = (base + path).before(anyOf: "?#")
        var parts: [Substring] = []
        for part in target.parts(at: "/") where !part.isEmpty {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
        }
        var text = ""
        var vague: Set<Int> = []
        for (index, part) in parts.enumerated() {
            var names: Set<String> = []
            let isParameter = part.begins(with: "{") && (try? segment(part, &names)) != nil
            if !isLiteral(part), !isParameter { vague.insert(index) }
            let segment = isLiteral(part) ? "/" + part : "/{p\(index + 1)}"
            let hasRoom = text.utf8.count + segment.utf8.count < RouteTemplate.maximumLength - 16
            guard hasRoom, index + 1 < RouteTemplate.maximumSegments else {
                text += "/{rest...}"
                vague.insert(index)
                break
            }
            text += segment
        }
        if text.isEmpty || target.ends(with: "/") && !text.ends(with: "...}") { text += "/" }
        if let template = try? RouteTemplate(parsing: text) { return (template, vague) }
        return (everything, [0])
    }

    private static func isLiteral(_ part: Substring) -> Bool {
        (try? RouteTemplate(parsing: "/" + part))?.isLiteral == true
    }

    /// Text that is a template for certain is still parsed; this one is what is left if it should not be.
    private static var everything: RouteTemplate {
        do {
            return try RouteTemplate(parsing: "/{rest...}")
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
