import HTTP1
import ScopeModel

/// The methods of each template, and the route of each.
struct MethodTable: Sendable {
    private struct ExtensionMethod: Sendable {
        let name: [UInt8]
        let entry: Entry
    }

    /// A route, a denied route, or none, in one number: whether a route is denied costs no look at the route itself.
    private struct Entry: Equatable, Sendable {
        static let none = Entry(number: -1)

        /// A route's index; below -1 that of a denied one.
        private let number: Int32

        private init(number: Int32) { self.number = number }

        init(route: Int, isDenied: Bool) { number = isDenied ? -2 - Int32(route) : Int32(route) }

        @inline(__always)
        var match: RouteMatch? {
            if number >= 0 { return .route(Int(number)) }
            return number == -1 ? nil : .denied(route: Int(-2 - number))
        }
    }

    /// A row of the table has a place for each method that has a case of its own.
    private static let rowLength = HTTP1.Method.allCases.count

    /// `templateCount` rows.
    private var standard: [Entry]
    /// For each template the methods that have no case of their own.
    private var extensions: [[ExtensionMethod]]
    /// For each template the denied route that takes the methods which it hasn't.
    private var others: [Entry]
    private var names: [[String]]
    private(set) var allowHeaders: [[UInt8]] = []

    /// Makes the table of routes whose methods were checked; `templates` gives the template of each route.
    init(routes: [RouteDefinition], templates: [Int], templateCount: Int) {
        standard = Array(repeating: .none, count: templateCount * Self.rowLength)
        extensions = Array(repeating: [], count: templateCount)
        others = Array(repeating: .none, count: templateCount)
        names = Array(repeating: [], count: templateCount)
        for (index, route) in routes.enumerated() { add(route, template: templates[index], index: index) }
        for template in 0..<templateCount { completeRow(of: template) }
    }

    /// The route of a method on a template, or that there is none.
    ///
    /// - Parameter name: the method's bytes, looked at only when `method` is `other`.
    func match(template: Int, method: HTTP1.Method, name: Span<UInt8>) -> RouteMatch {
        if method != .other {
            if let match = standard[template * Self.rowLength + Int(method.rawValue)].match { return match }
        } else {
            for candidate in extensions[template] where candidate.name.isEqual(to: name) {
                if let match = candidate.entry.match { return match }
            }
        }
        return others[template].match ?? .methodNotAllowed(template: template)
    }

    private mutating func add(_ route: RouteDefinition, template: Int, index: Int) {
        let entry = Entry(route: index, isDenied: route.requirement.isDenied)
        if route.deniesEveryMethod {
            others[template] = entry
            return
        }
        let bytes = Array(route.method.utf8)
        let method = HTTP1.Method.recognise(bytes.span)
        if method == .other {
            extensions[template].append(ExtensionMethod(name: bytes, entry: entry))
        } else {
            standard[template * Self.rowLength + Int(method.rawValue)] = entry
        }
        if !route.requirement.isDenied { names[template].append(route.method) }
    }

    /// HEAD is answered as GET, unless it has a route of its own (RFC 9110 §9.3.2).
    private mutating func completeRow(of template: Int) {
        let row = template * Self.rowLength
        let head = row + Int(HTTP1.Method.head.rawValue)
        let get = row + Int(HTTP1.Method.get.rawValue)
        if standard[head] == .none, standard[get] != .none {
            standard[head] = standard[get]
            if names[template].contains("GET") { names[template].append("HEAD") }
        }
        allowHeaders.append(Array(names[template].sorted().joined(separator: ", ").utf8))
    }
}
