import ScopeModel
import StrictJSON

/// Writes what was imported as files.
struct ImportWriter {
    let file: String
    let title: String
    let templates: [PlannedTemplate]

    var routesFile: String {
        var lines = [Self.comment("Made of \(name)\(title.isEmpty ? "" : ": \(title)") by scopegate import openapi.")]
        lines += ["# What is not here is refused.", "version: 1", "", "routes:"]
        for template in templates {
            let key = Self.key(template.template.text)
            if let closed = template.closed {
                lines.append("  \(key): denied  \(Self.comment(closed))")
                continue
            }
            lines.append("  \(key):")
            for (method, rule) in template.methods {
                let needs = rule.requirement.map(Self.text) ?? "denied"
                lines.append("    \(method): \(needs)\(rule.comment.map { "  " + Self.comment($0) } ?? "")")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// - Parameter descriptions: what the document says of its scopes, by the names that it gives them.
    func catalogFile(_ descriptions: [String: String]) -> String {
        var lines = [
            Self.comment("The scopes of \(name), by scopegate import openapi."), "version: 1", "", "resources:",
        ]
        var order: [String] = []
        var byResource: [String: Set<ScopeVerb>] = [:]
        let scopes = templates.flatMap { $0.methods.flatMap { $0.rule.requirement?.scopes ?? [] } }
        for scope in scopes {
            if byResource[scope.resource] == nil { order.append(scope.resource) }
            byResource[scope.resource, default: []].insert(scope.verb)
        }
        for resource in order {
            lines.append("  - name: \(resource)")
            for verb in [ScopeVerb.read, .write] where byResource[resource]?.contains(verb) == true {
                let scope = "\(verb.rawValue):\(resource)"
                let text = descriptions[scope].map(Self.printable) ?? ""
                let description = JSONQuoting.quoted(text.isEmpty ? "\(scope), of \(Self.printable(name))" : text)
                lines.append("    \(verb.rawValue): {description: \(description)}")
            }
        }
        // Routes that only need some valid key leave the catalog empty, which a catalog can't be.
        if order.isEmpty { lines[lines.count - 1] += Self.placeholder }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let placeholder = """

          - name: nothing
            read: {description: "No route needs a scope."}
            reserved: true
        """

    private var name: String { file.split(separator: "/").last.map(String.init) ?? file }

    private static func text(_ requirement: OpenAPIImport.Requirement) -> String {
        switch requirement {
        case .public: "public"
        case .authenticated: "authenticated"
        case .all(let scopes) where scopes.count == 1: list(scopes)
        case .all(let scopes): "{all: [\(list(scopes))]}"
        case .any(let scopes): "{any: [\(list(scopes))]}"
        }
    }

    private static func list(_ scopes: [Scope]) -> String { scopes.map(\.description).joined(separator: ", ") }

    private static func key(_ template: String) -> String {
        let isPlain = template.unicodeScalars.allSatisfy { character in
            switch character {
            case "A"..."Z", "a"..."z", "0"..."9", "/", "-", "_", ".", "~", "{", "}": true
            default: false
            }
        }
        return isPlain ? template : "'\(template.replacing("'", with: "''"))'"
    }

    private static func comment(_ text: String) -> String { "# \(printable(text))" }

    /// Text on one line, with nothing in it that does something to a terminal or that YAML refuses.
    private static func printable(_ text: String) -> String {
        let allowed = text.unicodeScalars.map { character -> Character in
            switch character.value {
            case 0..<0x20, 0x7F..<0xA0, 0x85, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE...0xFFFF: " "
            default: Character(character)
            }
        }
        return String(String(allowed).prefix(300))
    }
}
