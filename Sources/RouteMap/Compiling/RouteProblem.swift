/// Something that is wrong with a route.
public struct RouteProblem: Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Equatable, Sendable {
        /// The method is not a token (RFC 9110 §9.1) or is longer than the 32 bytes that a request may have.
        case invalidMethod(String)
        /// The method is a standard one in the wrong case; the right one.
        case methodCase(String, standard: String)
        /// CONNECT is always refused.
        case connectMethod
        /// The same method and template were given before, perhaps at a known place.
        case duplicateRoute(method: String, template: String, first: SourcePosition?)
        /// Another template matches the same paths: its text and perhaps its place.
        case sameShape(template: String, other: String, first: SourcePosition?)
        /// The requirement is for scopes that are not of the catalog, or for an empty list of scopes.
        case invalidRequirement
    }

    /// What is wrong.
    public let kind: Kind
    /// The index of the route in the definitions.
    public let definition: Int
    /// Where the route was written, if it was written in a file.
    public let position: SourcePosition?

    /// The problem in a sentence, without its place.
    public var description: String {
        switch kind {
        case .invalidMethod(let method): "\"\(method)\" is not a request method"
        case .methodCase(let method, _): "\"\(method)\" is not a request method: methods are case-sensitive"
        case .connectMethod: "CONNECT can't be mapped: it is always refused"
        case .duplicateRoute(let method, let template, let first):
            "\(method) \(template) is given twice" + Self.note(first)
        case .sameShape(let template, let other, let first):
            "\(template) matches the same paths as \(other)" + Self.note(first)
        case .invalidRequirement: "the requirement names no scope, or one that is not in the catalog"
        }
    }

    /// What to do about it.
    public var help: String {
        switch kind {
        case .methodCase(_, let standard): "did you mean \(standard)?"
        case .invalidMethod: "write a method such as GET, POST, PUT, PATCH or DELETE"
        case .connectMethod: "remove it: the gateway opens no tunnels"
        case .duplicateRoute: "keep one of the two"
        case .sameShape(_, let other, _): "put its methods below \(other): the names of parameters make no difference"
        case .invalidRequirement: "name scopes of the catalog, or write public, authenticated or denied"
        }
    }

    private static func note(_ first: SourcePosition?) -> String {
        first.map { ", which is at \($0)" } ?? ""
    }
}

/// All that is wrong with the routes that a map was to be made of.
public struct RouteMapErrors: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problems, in the order of the definitions; never empty.
    public let problems: [RouteProblem]

    /// The problems, one a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
