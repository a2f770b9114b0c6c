import HTTP1
import ScopeModel

/// The methods of each template, and the route of each.
struct MethodTable: Sendable {
    private struct ExtensionMethod: Sendable {
        let name: [UInt8]
        let route: Int32
    }

    private static let none: Int32 = -1
    /// A row of the table has a place for each method that has a case of its own.
    private static let rowLength = HTTP1.Method.allCases.count

    /// `templateCount` rows; a route or `none`.
    private var standard: [Int32]
    /// For each template the methods that have no case of their own.
    private var extensions: [[ExtensionMethod]]
    private var names: [[String]]
    private(set) var allowHeaders: [[UInt8]] = []

    /// Makes the table of routes whose methods were checked; `templates` gives the template of each route.
    init(routes: [RouteDefinition], templates: [Int], templateCount: Int) {
        standard = Array(repeating: Self.none, count: templateCount * Self.rowLength)
        extensions = Array(repeating: [], count: templateCount)
        names = Array(repeating: [], count: templateCount)
        for (index, route) in routes.enumerated() { add(route.method, template: templates[index], route: index) }
        for template in 0..<templateCount { completeRow(of: template) }
    }

    /// The route of a method on a template, or `nil`.
    ///
    /// - Parameter name: the method's bytes, looked at only when `method` is `other`.
    func route(template: Int, method: HTTP1.Method, name: Span<UInt8>) -> Int? {
        guard method == .other else {
            let route = standard[template * Self.rowLength + Int(method.rawValue)]
            return route == Self.none ? nil : Int(route)
        }
        for candidate in extensions[template] where candidate.name.isEqual(to: name) {
            return Int(candidate.route)
        }
        return nil
    }

    private mutating func add(_ name: String, template: Int, route: Int) {
        let bytes = Array(name.utf8)
        let method = HTTP1.Method.recognise(bytes.span)
        if method == .other {
            extensions[template].append(ExtensionMethod(name: bytes, route: Int32(route)))
        } else {
            standard[template * Self.rowLength + Int(method.rawValue)] = Int32(route)
        }
        names[template].append(name)
    }

    /// HEAD is answered as GET, unless it has a route of its own (RFC 9110 §9.3.2).
    private mutating func completeRow(of template: Int) {
        let row = template * Self.rowLength
        let head = row + Int(HTTP1.Method.head.rawValue)
        let get = row + Int(HTTP1.Method.get.rawValue)
        if standard[head] == Self.none, standard[get] != Self.none {
            standard[head] = standard[get]
            names[template].append("HEAD")
        }
        allowHeaders.append(Array(names[template].sorted().joined(separator: ", ").utf8))
    }
}
