import RouteMap

/// A path of an OpenAPI document (OpenAPI 3.1.1 §4.8.8.1) as a route template.
enum ImportedPath {
    /// Why there is none.
    struct Problem: Error {
        let message: String
        let help: String?
    }

    /// The template of a path below a base path. Names of parameters that a template can't have are changed, which
    /// doesn't change what it matches.
    static func template(_ path: String, below base: String) throws(Problem) -> RouteTemplate {
        guard path.hasPrefix("/") else {
            throw Problem(message: "the path does not begin with \"/\"", help: nil)
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
}
