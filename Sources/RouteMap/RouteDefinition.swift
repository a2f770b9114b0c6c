import ScopeModel

/// A place in a text file.
public struct SourcePosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// The character in the line (a Unicode scalar), from 1.
    public let column: Int

    /// A place in a text file.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The place as `line:column`.
    public var description: String { "\(line):\(column)" }

    /// Orders places as they come in the file.
    public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// The bound of request bodies on a route.
public enum BodyLimit: Equatable, Sendable {
    /// As long as `limits.body` says.
    case inherited
    /// As long as it likes, whatever `limits.body` says.
    case unlimited
    /// At most so many bytes of content, 0 or more.
    case bytes(Int)

    /// Whether the route itself says that requests have bodies, which those of GET, HEAD, DELETE, OPTIONS and TRACE are
    /// refused for otherwise.
    public var allowsBodies: Bool {
        switch self {
        case .inherited, .bytes(0): false
        case .unlimited, .bytes: true
        }
    }
}

/// How long the backend may take on a route; `nil` for as long as its own settings say.
public struct RouteTimeouts: Equatable, Sendable {
    /// From the end of the request to the end of the response's head.
    public var firstByte: Duration?
    /// Between two pieces of the response's body.
    public var idle: Duration?

    /// Time-outs; by default those of the backend.
    public init(firstByte: Duration? = nil, idle: Duration? = nil) {
        self.firstByte = firstByte
        self.idle = idle
    }
}

/// A route: a method and a path template, and what they need.
public struct RouteDefinition: Equatable, Sendable {
    /// The method of a denied route that stands for all methods which its template has not.
    public static let everyMethod = "*"

    /// The method as it stands in a request; case counts (RFC 9110 §9.1).
    public var method: String
    /// The paths.
    public var template: RouteTemplate
    /// What a request needs to be let through.
    public var requirement: Requirement
    /// How long the body of a request may be.
    public var bodyLimit: BodyLimit
    /// How long the backend may take.
    public var timeouts: RouteTimeouts
    /// The percent-encodings that are accepted in its parameters, besides those that every route accepts.
    public var allowance: EncodingAllowance
    /// Where the route was written, if it was written in a file.
    public var position: SourcePosition?

    /// Whether the route refuses every method that its template doesn't have. Only a denied route can be for all
    /// methods; with another requirement `*` is a method of this name, as it may stand in a request (RFC 9110 §5.6.2).
    public var deniesEveryMethod: Bool { method == Self.everyMethod && requirement.isDenied }

    /// A route.
    public init(
        method: String,
        template: RouteTemplate,
        requirement: Requirement,
        bodyLimit: BodyLimit = .inherited,
        timeouts: RouteTimeouts = RouteTimeouts(),
        allowance: EncodingAllowance = [],
        position: SourcePosition? = nil
    ) {
        self.method = method
        self.template = template
        self.requirement = requirement
        self.bodyLimit = bodyLimit
        self.timeouts = timeouts
        self.allowance = allowance
        self.position = position
    }
}
