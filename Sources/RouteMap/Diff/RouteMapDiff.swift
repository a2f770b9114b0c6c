import HTTP1
import ScopeModel

/// What one map does otherwise than another, by its effect on requests and not by its text.
public struct RouteMapDiff: Equatable, Sendable {
    /// What becomes of the access to a method and template.
    public enum Effect: String, Equatable, Sendable {
        /// It was refused before.
        case added
        /// It is refused now.
        case removed
        /// No key is needed any more.
        case madePublic = "public"
        /// Whoever got through still does, and others as well.
        case wider
        /// Some who got through don't any more, and nobody else does.
        case narrower
        /// Some get through who didn't, and some don't who did.
        case other
        /// The same keys get through, but a body may be longer or shorter.
        case body
        /// The same keys get through, but with other percent-encodings in parameters.
        case allow
        /// The same keys get through with the same bodies, but the backend may take longer or shorter.
        case timeouts
    }

    /// A change for the requests of one method and template.
    public struct Change: Equatable, Sendable {
        /// The method.
        public let method: String
        /// The paths that it is about.
        public let template: String
        /// What becomes of the access.
        public let effect: Effect
        /// The route that took the requests before, if there was one.
        public let old: Side?
        /// The route that takes them now, if there is one.
        public let new: Side?
        /// Whether somebody gets through who did not before.
        public let widens: Bool
    }

    /// A route on one side of a change.
    public struct Side: Equatable, Sendable {
        /// The template of the route.
        public let template: String
        /// What it needs, as a route file writes it.
        public let requirement: String
        /// How long a body may be.
        public let body: BodyLimit
        /// How long the backend may take.
        public let timeouts: RouteTimeouts
        /// The encodings that are allowed in parameters.
        public let allowance: EncodingAllowance
        /// Where it is written.
        public let position: SourcePosition?
    }

    /// The changes, by template and method.
    public let changes: [Change]

    /// Whether somebody gets through with the new map who did not with the old one.
    public var widens: Bool { changes.contains(where: \.widens) }

    /// Compares two maps, each under its catalog.
    ///
    /// Requests are told apart by the template that takes them in each map: a new literal that takes requests from a
    /// parameter is a change of these requests.
    public init(old: RouteMap, _ oldCatalog: ScopeCatalog, new: RouteMap, _ newCatalog: ScopeCatalog) {
        var comparison = MapComparison(old: old, oldCatalog, new: new, newCatalog)
        changes = comparison.run()
    }
}

/// Walks through the kinds of requests that two maps tell apart.
private struct MapComparison {
    private struct Pair: Hashable {
        let old: Int?
        let new: Int?
    }

    private let old: RouteMap
    private let new: RouteMap
    private let oldCatalog: ScopeCatalog
    private let newCatalog: ScopeCatalog
    private let depth: Int
    private var seen: Set<Pair> = []
    private var changes: [RouteMapDiff.Change] = []

    init(old: RouteMap, _ oldCatalog: ScopeCatalog, new: RouteMap, _ newCatalog: ScopeCatalog) {
        self.old = old
        self.new = new
        self.oldCatalog = oldCatalog
        self.newCatalog = newCatalog
        depth = (old.templates + new.templates).map(\.segments.count).max().map { $0 + 1 } ?? 1
    }

    mutating func run() -> [RouteMapDiff.Change] {
        let overlaps = TemplateOverlaps(old.templates)
        for template in new.templates {
            for candidate in overlaps.candidates(for: template) {
                guard let common = TemplateIntersection(old.templates[candidate], template) else { continue }
                compare(common)
            }
        }
        for template in new.templates + old.templates { compare(TemplateIntersection(template)) }
        return changes.sorted { ($0.template, $0.method) < ($1.template, $1.method) }
    }

    private mutating func compare(_ paths: TemplateIntersection) {
        for witness in paths.witnesses(depth: depth) {
            let pair = Pair(old: old.template(of: witness), new: new.template(of: witness))
            guard pair.old != nil || pair.new != nil, seen.insert(pair).inserted else { continue }
            compare(pair, witness, name(of: pair, paths))
        }
    }

    /// The template that both maps have, as the new one writes it, or what the two templates have in common.
    private func name(of pair: Pair, _ paths: TemplateIntersection) -> String {
        switch (pair.old.map { old.templates[$0] }, pair.new.map { new.templates[$0] }) {
        case (let before?, let after?):
            before.shape == after.shape ? after.text : TemplateIntersection(before, after)?.text ?? paths.text
        case (let only?, nil), (nil, let only?): only.text
        case (nil, nil): paths.text
        }
    }

    private mutating func compare(_ pair: Pair, _ path: [UInt8], _ name: String) {
        let methods = Set(pair.old.map(old.methods) ?? []).union(pair.new.map(new.methods) ?? [])
        for method in methods.sorted() {
            let (before, after) = (old.route(method, path), new.route(method, path))
            // HEAD goes with GET unless one of the maps says otherwise.
            if method == "HEAD", before?.method != "HEAD", after?.method != "HEAD" { continue }
            if let change = change(method, name, before, after) { changes.append(change) }
        }
    }

    private func change(
        _ method: String,
        _ name: String,
        _ before: RouteDefinition?,
        _ after: RouteDefinition?
    ) -> RouteMapDiff.Change? {
        let oldRule = before.map { AccessRule($0.requirement, in: oldCatalog) } ?? .denied
        let newRule = after.map { AccessRule($0.requirement, in: newCatalog) } ?? .denied
        let (loses, gains) = (!oldRule.isContained(in: newRule), !newRule.isContained(in: oldRule))
        let effect: RouteMapDiff.Effect
        switch (loses, gains) {
        case (false, false):
            if before?.bodyLimit != after?.bodyLimit {
                effect = .body
            } else if before?.allowance != after?.allowance {
                effect = .allow
            } else if before?.timeouts != after?.timeouts {
                effect = .timeouts
            } else {
                return nil
            }
        case (true, false): effect = newRule.isDenied ? .removed : .narrower
        case (false, true): effect = newRule.needsNoKey ? .madePublic : oldRule.isDenied ? .added : .wider
        case (true, true): effect = .other
        }
        return RouteMapDiff.Change(
            method: method,
            template: name,
            effect: effect,
            old: before.map { side($0, oldCatalog) },
            new: after.map { side($0, newCatalog) },
            widens: gains || !(before?.allowance ?? []).isSuperset(of: after?.allowance ?? [])
        )
    }

    private func side(_ route: RouteDefinition, _ catalog: ScopeCatalog) -> RouteMapDiff.Side {
        RouteMapDiff.Side(
            template: route.template.text,
            requirement: route.requirement.description(in: catalog),
            body: route.bodyLimit,
            timeouts: route.timeouts,
            allowance: route.allowance,
            position: route.position
        )
    }
}
