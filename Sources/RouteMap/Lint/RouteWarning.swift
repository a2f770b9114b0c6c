import ScopeModel

/// Something about a map that works, but perhaps not as was meant.
public struct RouteWarning: Equatable, Sendable, CustomStringConvertible {
    /// What is odd.
    public enum Kind: Equatable, Sendable {
        /// Each path of the template is taken by one that goes before it.
        case unreachableTemplate(String, by: String)
        /// A more specific template takes paths from a template that has methods which it has not.
        case shadowedParameter(template: String, path: String, by: String, methods: [String])
        /// A more specific template lets requests through on paths of one that denies all methods.
        case openedDenial(denied: String, by: String, methods: [String])
        /// No route needs the scopes, and they are neither reserved nor automatic.
        case unusedScopes([String])
        /// A method that changes something needs scopes to read only.
        case writeNeedsRead(method: String, template: String, requirement: String)
        /// A method that changes nothing needs a scope to write.
        case readNeedsWrite(method: String, template: String, requirement: String)
        /// A method that changes something needs no key.
        case publicWrite(method: String, template: String)
        /// A literal segment looks like another program's way to write a parameter.
        case foreignSegment(template: String, segment: String, isRest: Bool)
        /// A method that stands for all in other programs is one of its own here.
        case foreignMethod(String, template: String)
        /// What differs from a literal path by case or an ending is decided by another route.
        case nearMiss(template: String, spellings: [String], by: String, methods: [String])
        /// Two templates differ in the slash at their end only.
        case trailingSlash(String, other: String, first: SourcePosition?)
    }

    /// What is odd.
    public let kind: Kind
    /// Where the route was written, if it is about one and it was written in a file.
    public let position: SourcePosition?

    /// The oddity in a sentence, without its place.
    public var description: String {
        switch kind {
        case .unreachableTemplate(let template, let other):
            "\(template) is unreachable: \(other) takes its paths"
        case .shadowedParameter(let template, let path, let other, let methods):
            "\(methods.joined(separator: ", ")) \(path) is refused with 405: \(other) takes the path from \(template), "
                + "which has \(methods.count == 1 ? "the method" : "the methods")"
        case .openedDenial(let denied, let other, let methods):
            "\(methods.joined(separator: ", ")) \(other) is let through although \(denied) is denied: it is more specific"
        case .unusedScopes(let scopes): "no route needs \(Self.list(scopes))"
        case .writeNeedsRead(let method, let template, let requirement):
            "\(method) \(template) changes something, but \(requirement) is enough for it"
        case .readNeedsWrite(let method, let template, let requirement):
            "\(method) \(template) changes nothing, but needs \(requirement)"
        case .publicWrite(let method, let template): "\(method) \(template) changes something and needs no key"
        case .foreignSegment(let template, let segment, _):
            "\(segment) in \(template) stands for itself: only paths with just that in them match"
        case .foreignMethod(let method, let template):
            "\(method) \(template) is for the method of that name only, not for all"
        case .nearMiss(let template, let spellings, let other, let methods):
            "\(spellings.joined(separator: " and ")) are not \(template): \(other) decides \(methods.joined(separator: ", ")) "
                + "of them, and needs something else"
        case .trailingSlash(let template, let other, let first):
            "\(template) differs from \(other) in the slash at the end only"
                + (first.map { ", which is at \($0)" } ?? "")
        }
    }

    /// More scopes than this are counted, not listed.
    private static let shownScopes = 4

    private static func list(_ scopes: [String]) -> String {
        let shown = scopes.prefix(shownScopes).joined(separator: ", ")
        return scopes.count > shownScopes ? "\(scopes.count) scopes: \(shown), …" : shown
    }

    /// What to do about it.
    public var help: String {
        switch kind {
        case .unreachableTemplate: "remove it, or the templates that go before it"
        case .shadowedParameter(_, _, let other, let methods):
            "add \(methods.joined(separator: ", ")) to \(other) if it was meant to be allowed"
        case .openedDenial: "deny it too, unless it is meant as an exception"
        case .unusedScopes(let scopes) where scopes.count > Self.shownScopes:
            "a map of some routes leaves scopes to others; scopegate catalog lists all"
        case .unusedScopes: "map a route to it, or mark it reserved in the catalog"
        case .writeNeedsRead: "read and write scopes are independent: ask for a write scope if it does change something"
        case .readNeedsWrite: "a key that may write need not be able to read: ask for a read scope"
        case .publicWrite: "ask for a scope, or for authenticated"
        case .foreignSegment(_, _, let isRest):
            isRest ? "write {rest...} for the rest of a path" : "write {name} for a parameter"
        case .foreignMethod: "write the methods that are meant, each with what it needs"
        case .nearMiss:
            "if the backend takes them for the same: give both routes the same requirement, or refuse such paths by "
                + "near_misses: refuse"
        case .trailingSlash: "keep one, unless the backend does tell them apart"
        }
    }
}
