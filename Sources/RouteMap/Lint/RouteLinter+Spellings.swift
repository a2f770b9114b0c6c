import ScopeModel

/// What looks like something else than it is: other programs' ways to write parameters, and paths that are nearly those
/// of a literal template.
extension RouteLinter {
    mutating func checkForeignSegments() {
        for (index, template) in map.templates.enumerated() {
            for case .literal(let text) in template.segments where Self.isForeign(text) {
                let isRest = text.hasPrefix("*")
                warn(.foreignSegment(template: template.text, segment: text, isRest: isRest), positions[index])
            }
        }
    }

    /// `:id`, `$id`, `*`, `**`, `*rest`, `(.*)`, `id?` is none of a literal's characters. A colon within a segment is
    /// how some APIs write actions, as in `/trades/42:cancel`.
    private static func isForeign(_ segment: String) -> Bool {
        segment.hasPrefix(":") || segment.hasPrefix("$") || segment.contains("*")
            || (segment.contains("(") && segment.contains(")"))
    }

    /// A literal template whose paths in another case or with an ending fall through to a template with parameters,
    /// which needs something else: a backend may take them for the same.
    mutating func checkNearMisses() {
        for (index, template) in map.templates.enumerated() where template.segments.contains(where: Self.isLiteral) {
            var spellings: [Int: [String]] = [:]
            for (place, segment) in template.segments.enumerated() {
                guard case .literal(let text) = segment else { continue }
                for other in Self.variants(of: text, isLast: place == template.segments.count - 1) {
                    let path = Self.path(of: template, replacing: place, by: other)
                    guard let taker = map.template(of: Array(path.utf8)), taker != index else { continue }
                    spellings[taker, default: []].append(path)
                }
            }
            for (taker, paths) in spellings.sorted(by: { $0.key < $1.key }) {
                let methods = methodsThatDiffer(index, taker)
                guard !methods.isEmpty else { continue }
                let kind = RouteWarning.Kind.nearMiss(
                    template: template.text,
                    spellings: Array(paths.prefix(2)),
                    by: map.templateText(of: taker),
                    methods: methods
                )
                warn(kind, positions[index])
            }
        }
    }

    /// The methods that both templates let through, each for another requirement.
    private func methodsThatDiffer(_ one: Int, _ other: Int) -> [String] {
        let requirements = [one, other].map { template in
            var byMethod: [String: Requirement] = [:]
            for (index, route) in map.routes.enumerated() where map.templateIndex(ofRoute: index) == template {
                byMethod[route.method] = route.requirement
            }
            return byMethod
        }
        return requirements[1].keys.sorted().filter { method in
            guard let there = requirements[1][method], there.kind != .denied else { return false }
            // A denial by its word is a requirement; a method that isn't there is nobody's word.
            guard let here = requirements[0][method] ?? requirements[0][RouteDefinition.everyMethod] else {
                return false
            }
            return here != there
        }
    }

    private static func isLiteral(_ segment: RouteTemplate.Segment) -> Bool {
        if case .literal = segment { true } else { false }
    }

    private static func variants(of text: String, isLast: Bool) -> [String] {
        var variants: [String] = []
        if let first = text.first {
            let swapped = first.isUppercase ? first.lowercased() : first.uppercased()
            if swapped != String(first) { variants.append(swapped + text.dropFirst()) }
        }
        if isLast, !text.contains(".") { variants.append(text + ".json") }
        return variants
    }

    private static func path(of template: RouteTemplate, replacing place: Int, by text: String) -> String {
        let segments = template.segments.enumerated().map { index, segment -> String in
            if index == place { return text }
            return if case .literal(let literal) = segment { literal } else { "x" }
        }
        return "/" + segments.joined(separator: "/") + (template.hasTrailingSlash ? "/" : "")
    }
}
