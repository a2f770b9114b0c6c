import HTTP1
import ScopeModel

extension RouteMap {
    /// Finds what works but perhaps not as was meant, in the order of the routes; what is about no route comes last.
    ///
    /// - Parameter catalog: the catalog that the map was made with.
    public func lint(_ catalog: ScopeCatalog) -> [RouteWarning] {
        var linter = RouteLinter(map: self, catalog: catalog)
        return linter.run()
    }
}

struct RouteLinter {
    private static let changing: Set<String> = ["POST", "PUT", "PATCH", "DELETE"]
    private static let foreignMethods: Set<String> = ["ANY", "ALL"]
    private static let reading: Set<String> = ["GET", "HEAD"]

    let map: RouteMap
    let catalog: ScopeCatalog
    private let depth: Int
    private(set) var positions: [SourcePosition?] = []
    /// The templates that deny all methods.
    private var denied: Set<Int> = []
    private var warnings: [RouteWarning] = []

    init(map: RouteMap, catalog: ScopeCatalog) {
        self.map = map
        self.catalog = catalog
        depth = (map.templates.map(\.segments.count).max() ?? 0) + 1
        positions = Array(repeating: nil, count: map.templates.count)
        for (index, route) in map.routes.enumerated().reversed() {
            positions[map.templateIndex(ofRoute: index)] = route.position
            if route.deniesEveryMethod { denied.insert(map.templateIndex(ofRoute: index)) }
        }
    }

    mutating func run() -> [RouteWarning] {
        for route in map.routes {
            check(route)
            if Self.foreignMethods.contains(route.method.uppercased()) {
                warn(.foreignMethod(route.method, template: route.template.text), route.position)
            }
        }
        checkForeignSegments()
        checkNearMisses()
        checkTemplates()
        checkSlashes()
        checkScopes()
        let order = warnings.enumerated().sorted { left, right in
            let none = SourcePosition(line: .max, column: .max)
            let (one, other) = (left.element.position ?? none, right.element.position ?? none)
            return one == other ? left.offset < right.offset : one < other
        }
        return order.map(\.element)
    }

    private mutating func check(_ route: RouteDefinition) {
        let (method, template) = (route.method, route.template.text)
        let verbs = Set(route.requirement.scopes.compactMap { catalog.definition(of: $0)?.scope.verb })
        if Self.changing.contains(method) {
            if !route.requirement.needsKey {
                warn(.publicWrite(method: method, template: template), route.position)
            } else if route.requirement.kind == .any ? verbs.contains(.read) : verbs == [.read] {
                let requirement = route.requirement.description(in: catalog)
                warn(.writeNeedsRead(method: method, template: template, requirement: requirement), route.position)
            }
        } else if Self.reading.contains(method) {
            guard route.requirement.kind == .any ? verbs == [.write] : verbs.contains(.write) else { return }
            let requirement = route.requirement.description(in: catalog)
            warn(.readNeedsWrite(method: method, template: template, requirement: requirement), route.position)
        }
    }

    private mutating func checkTemplates() {
        let overlaps = TemplateOverlaps(map.templates)
        for (index, template) in map.templates.enumerated() {
            let takers = TemplateIntersection(template).witnesses(depth: depth).map { map.template(of: $0) }
            guard takers.contains(index) else {
                let other = takers.lazy.compactMap { $0 }.first.map { map.templateText(of: $0) } ?? "no path"
                warn(.unreachableTemplate(template.text, by: other), positions[index])
                continue
            }
            // {name...} is made to be what is left over.
            let isRest = if case .rest = template.segments.last { true } else { false }
            guard !isRest || denied.contains(index) else { continue }
            for other in overlaps.candidates(for: template) where other != index {
                if denied.contains(index) { checkOpening(of: index, by: other) }
                if !isRest { checkShadow(of: index, by: other) }
            }
        }
    }

    private mutating func checkShadow(of index: Int, by other: Int) {
        guard let common = TemplateIntersection(map.templates[index], map.templates[other]),
            let witness = common.witnesses(depth: depth).first, map.template(of: witness) == other
        else { return }
        let methods = map.methods(of: index).filter { !map.hasRoute($0, witness) }
        guard !methods.isEmpty else { return }
        let kind = RouteWarning.Kind.shadowedParameter(
            template: map.templateText(of: index),
            path: common.text,
            by: map.templateText(of: other),
            methods: methods
        )
        warn(kind, positions[other])
    }

    /// A template that lets requests through on paths of one that denies all methods.
    private mutating func checkOpening(of index: Int, by other: Int) {
        guard !map.methods(of: other).isEmpty,
            let common = TemplateIntersection(map.templates[index], map.templates[other]),
            common.witnesses(depth: depth).contains(where: { map.template(of: $0) == other })
        else { return }
        let kind = RouteWarning.Kind.openedDenial(
            denied: map.templateText(of: index),
            by: map.templateText(of: other),
            methods: map.methods(of: other)
        )
        warn(kind, positions[other])
    }

    private mutating func checkSlashes() {
        var shapes: [String: Int] = [:]
        for (index, template) in map.templates.enumerated() where !template.segments.isEmpty {
            let shape = template.shape
            let bare = template.hasTrailingSlash ? String(shape.dropLast()) : shape
            guard let first = shapes.updateValue(index, forKey: bare) else { continue }
            let other = map.templateText(of: first)
            warn(.trailingSlash(template.text, other: other, first: positions[first]), positions[index])
        }
    }

    private mutating func checkScopes() {
        let used = map.routes.reduce(ScopeSet()) { $0.union($1.requirement.set) }
        let unused = catalog.all.subtracting(used).subtracting(catalog.automatic).subtracting(catalog.reserved)
        let names = catalog.names(of: unused)
        if !names.isEmpty { warn(.unusedScopes(names), nil) }
    }

    mutating func warn(_ kind: RouteWarning.Kind, _ position: SourcePosition?) {
        warnings.append(RouteWarning(kind: kind, position: position))
    }
}
