import HTTP1
import ScopeModel

/// Finds what is wrong with a list of routes.
struct RouteValidator {
    private static let maximumMethodLength = 32
    private static let standardMethods = HTTP1.Method.allCases.compactMap { $0.name.map(String.init(describing:)) }

    private struct RouteKey: Hashable {
        let method: String
        let template: String
    }

    private let catalog: ScopeCatalog
    private var routes: [RouteKey: SourcePosition?] = [:]
    private var shapes: [String: (template: String, position: SourcePosition?)] = [:]
    private var reportedTemplates: Set<String> = []
    private(set) var problems: [RouteProblem] = []

    init(catalog: ScopeCatalog) { self.catalog = catalog }

    static func problems(in definitions: [RouteDefinition], catalog: ScopeCatalog) -> [RouteProblem] {
        var validator = RouteValidator(catalog: catalog)
        for (index, definition) in definitions.enumerated() { validator.check(definition, at: index) }
        return validator.problems
    }

    private mutating func check(_ definition: RouteDefinition, at index: Int) {
        func problem(_ kind: RouteProblem.Kind) -> RouteProblem {
            RouteProblem(kind: kind, definition: index, position: definition.position)
        }
        if let kind = Self.problem(withMethod: definition.method) { problems.append(problem(kind)) }
        if !isValid(definition.requirement) { problems.append(problem(.invalidRequirement)) }

        let template = definition.template.text
        let known = shapes[definition.template.shape]
        if let known, known.template != template {
            // Once for each template, not for each of its methods.
            if reportedTemplates.insert(template).inserted {
                problems.append(
                    problem(.sameShape(template: template, other: known.template, first: known.position))
                )
            }
            return
        }
        if known == nil { shapes[definition.template.shape] = (template, definition.position) }
        let key = RouteKey(method: definition.method, template: template)
        if let first = routes[key] {
            problems.append(problem(.duplicateRoute(method: definition.method, template: template, first: first)))
        } else {
            routes[key] = .some(definition.position)
        }
    }

    private func isValid(_ requirement: Requirement) -> Bool {
        switch requirement.kind {
        case .public, .authenticated, .denied: true
        case .all, .any: !requirement.scopes.isEmpty && catalog.all.isSuperset(of: requirement.set)
        }
    }

    private static func problem(withMethod method: String) -> RouteProblem.Kind? {
        let uppercased = method.uppercased()
        if uppercased == "CONNECT" { return .connectMethod }
        if uppercased != method, standardMethods.contains(uppercased) {
            return .methodCase(method, standard: uppercased)
        }
        let isToken = !method.isEmpty && method.utf8.count <= maximumMethodLength && method.utf8.allSatisfy(isTokenByte)
        return isToken ? nil : .invalidMethod(method)
    }

    /// tchar, RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
