import RouteMap
import ScopeModel

/// What a map says of one template.
struct PlannedTemplate {
    /// What becomes of a method: what it needs, or `nil` for a denial.
    struct Rule {
        var requirement: OpenAPIImport.Requirement?
        /// What is said of it in the file.
        var comment: String?
    }

    var template: RouteTemplate
    /// The methods in their order.
    var methods: [(name: String, rule: Rule)] = []
    /// Why all methods are denied.
    var closed: String?

    /// What becomes of a method; `nil` when the template hasn't it.
    subscript(method: String) -> Rule? {
        if let closed { return Rule(requirement: nil, comment: closed) }
        // HEAD needs what GET needs, unless it is given.
        return methods.first { $0.name == method }?.rule ?? (method == "HEAD" ? self["GET"] : nil)
    }
}

extension OpenAPIImport.Requirement {
    /// Whether every key that meets this requirement meets the other.
    func isContained(in other: OpenAPIImport.Requirement) -> Bool {
        if other == .public { return true }
        if self == .public { return false }
        return alternatives.allSatisfy { ours in other.alternatives.contains { $0.isSubset(of: ours) } }
    }

    /// Sets of scopes of which a key needs one.
    private var alternatives: [Set<Scope>] {
        switch self {
        case .public, .authenticated: [[]]
        case .all(let scopes): [Set(scopes)]
        case .any(let scopes): scopes.map { [$0] }
        }
    }
}

/// Denies what several templates of a document match and need different things for.
///
/// A template that is contained in another goes before it, in OpenAPI as in a route map. Where two have paths in common
/// and neither contains the other, the one that a map takes may not be the one that the backend takes: what they have
/// in common then gets a template of its own, in which only that remains which needs no less than any of them.
struct OverlapPlanner {
    /// Why there are none.
    struct TooMany: Error {}

    private static let maximumPairs = 4_000_000
    private static let maximumTemplates = 4096

    /// Templates of the document.
    private let given: [PlannedTemplate]
    private let overlaps: TemplateOverlaps
    private var shapes: Set<String>
    private(set) var added: [PlannedTemplate] = []
    private var pairs = 0

    init(_ templates: [PlannedTemplate]) {
        given = templates
        overlaps = TemplateOverlaps(templates.map(\.template))
        shapes = Set(templates.map(\.template.shape))
    }

    /// Finds the templates to add.
    mutating func run() throws(TooMany) {
        for (index, one) in given.enumerated() {
            for other in overlaps.candidates(for: one.template) where other > index {
                try consider(one.template, given[other].template)
            }
        }
        // What was added has paths in common with others, too.
        var next = 0
        while next < added.count {
            let one = added[next].template
            next += 1
            for other in overlaps.candidates(for: one) { try consider(one, given[other].template) }
            for other in added.indices where other < next - 1 { try consider(one, added[other].template) }
        }
    }

    private mutating func consider(_ one: RouteTemplate, _ other: RouteTemplate) throws(TooMany) {
        pairs += 1
        guard pairs <= Self.maximumPairs else { throw TooMany() }
        guard let common = TemplateIntersection(one, other)?.template else { return }
        let shape = common.shape
        guard shape != one.shape, shape != other.shape, !shapes.contains(shape) else { return }
        let right = content(of: common)
        guard let taken = taker(of: common), Self.isWider(taken, than: right) else { return }
        guard added.count < Self.maximumTemplates else { throw TooMany() }
        shapes.insert(shape)
        added.append(right)
    }

    private func containing(_ template: RouteTemplate) -> [PlannedTemplate] {
        let shape = template.shape
        return overlaps.candidates(for: template).map { given[$0] }.filter {
            TemplateIntersection($0.template, template)?.template?.shape == shape
        }
    }

    /// The template that a map as it is so far takes for these paths.
    private func taker(of template: RouteTemplate) -> PlannedTemplate? {
        let shape = template.shape
        let others = added.filter { TemplateIntersection($0.template, template)?.template?.shape == shape }
        return Self.first(of: containing(template) + others)
    }

    /// What may be let through on these paths, by the templates of the document that contain them all.
    private func content(of template: RouteTemplate) -> PlannedTemplate {
        let all = containing(template)
        let least = all.filter { one in
            !all.contains { other in
                let shape = other.template.shape
                return shape != one.template.shape
                    && TemplateIntersection(one.template, other.template)?.template?.shape == shape
            }
        }
        var result = PlannedTemplate(template: template)
        guard let winner = Self.first(of: least) else { return result }
        if winner.closed != nil {
            result.closed = winner.closed
            return result
        }
        for method in Self.methods(of: least) {
            guard let rule = winner[method] else { continue }
            let others = least.filter { $0.template != winner.template }.compactMap { other in
                other[method].map { (other.template.text, $0) }
            }
            var kept = rule
            if let requirement = rule.requirement,
                let other = others.first(where: { $0.1.requirement.map(requirement.isContained) != true })
            {
                kept = .init(
                    requirement: nil,
                    comment:
                        "both \(winner.template.text) and \(other.0) match, and \(method) needs other things on each"
                )
            } else {
                kept.comment = nil
            }
            // HEAD needs what GET needs.
            if method == "HEAD", let same = result["GET"], same.requirement == kept.requirement { continue }
            result.methods.append((method, kept))
        }
        return result
    }

    private static func methods(of templates: [PlannedTemplate]) -> [String] {
        let all = Set(templates.flatMap { $0.closed == nil ? $0.methods.map(\.name) : [] })
        let known = OutlineFilter.operations.map(\.method).filter {
            all.contains($0) || $0 == "HEAD" && all.contains("GET")
        }
        return known
    }

    private static func isWider(_ one: PlannedTemplate, than other: PlannedTemplate) -> Bool {
        methods(of: [one]).contains { method in
            guard let requirement = one[method]?.requirement else { return false }
            return other[method]?.requirement.map(requirement.isContained) != true
        }
    }

    /// The one that goes first in a map: literal before parameter before rest, segment by segment.
    private static func first(of templates: [PlannedTemplate]) -> PlannedTemplate? {
        templates.min { rank($0.template).lexicographicallyPrecedes(rank($1.template)) }
    }

    private static func rank(_ template: RouteTemplate) -> [Int] {
        template.segments.map { segment in
            switch segment {
            case .literal: 0
            case .parameter: 1
            case .rest: 2
            }
        }
    }
}

extension TemplateIntersection {
    /// The common paths as a template, its parameters numbered: names of two templates may be the same.
    var template: RouteTemplate? {
        var text = ""
        for (index, segment) in segments.enumerated() {
            switch segment {
            case .literal(let literal): text += "/" + literal
            case .parameter: text += "/{p\(index + 1)}"
            case .rest: text += "/{rest...}"
            }
        }
        if hasTrailingSlash || text.isEmpty { text += "/" }
        return try? RouteTemplate(parsing: text)
    }
}
