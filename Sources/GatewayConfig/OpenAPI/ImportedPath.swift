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

    /// Reads a path below a base path. Names of parameters that a template can't have are changed, which doesn't change what
    /// it matches.
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

    private static func template(_ path: String, below base: String) throws(Problem) -> RouteTemplate {
        guard path.hasPrefix("/") else {
            throw Problem(message: "the path does not begin with \"/\"", help: nil)
        }
        guard !base.contains("{") else {
            throw Problem(message: "its server has a variable without a default", help: "--base-path says what it is")
        }
        var names: Set<String> = []
        var segments: [String] = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            segments.append(try Self.segment(segment, &names))
        }
        do {
            return try RouteTemplate(parsing: base + "/" + segments.joined(separator: "/"))
        } catch {
            throw Problem(message: error.description, help: nil)
        }
    }

    private static func segment(_ segment: Substring, _ names: inout Set<String>) throws(Problem) -> String {
        guard segment.contains(where: { $0 == "{" || $0 == "}" }) else { return String(segment) }
        let inside = segment.dropFirst().dropLast()
        guard segment.hasPrefix("{"), segment.hasSuffix("}"), !inside.contains(where: { $0 == "{" || $0 == "}" }) else {
            throw Problem(
                message: "\"\(segment)\" is not a whole segment of one parameter, so no template can say it",
                help: "map a template with a parameter for the whole segment by hand, if all that it matches may pass"
            )
        }
        return "{\(name(inside, &names))}"
    }

    private static func name(_ text: Substring, _ names: inout Set<String>) -> String {
        var name = String(text.prefix(48).map { isNameCharacter($0) ? $0 : "_" })
        if name.first.map({ $0.isNumber }) ?? true { name = "p" + name }
        let base = name
        var number = 2
        while !names.insert(name).inserted {
            name = "\(base)_\(number)"
            number += 1
        }
        return name
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }

    /// A template with a parameter for each segment that isn't a literal, and a rest for segments that are too many: it
    /// matches each request that a path can be meant for, as clients and backends write paths.
    private static func widened(
        _ path: String,
        below base: String
    ) -> (template: RouteTemplate, vagueSegments: Set<Int>) {
        let target = (base + (path.hasPrefix("/") ? "" : "/") + path).prefix { $0 != "?" && $0 != "#" }
        var parts: [Substring] = []
        for part in target.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
        }
        var text = ""
        var vague: Set<Int> = []
        for (index, part) in parts.enumerated() {
            var names: Set<String> = []
            let isParameter = part.hasPrefix("{") && (try? segment(part, &names)) != nil
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
        if text.isEmpty || target.hasSuffix("/") && !text.hasSuffix("}...") && !text.hasSuffix("...}") { text += "/" }
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
