/// A pattern of paths, such as `/api/v1/trades/{tradeId}/tags`.
///
/// `{name}` stands for exactly one non-empty segment. `{name...}`, which can only come last, stands for one or more
/// non-empty segments, with or without a slash at the end. A slash at the end of a template is part of it: `/a/` and
/// `/a` are different. Everything else is literal, byte for byte: paths are compared as they were sent.
public struct RouteTemplate: Hashable, Sendable, CustomStringConvertible {
    /// The longest template that is accepted, in bytes.
    public static let maximumLength = 2048
    /// The most segments that a template can have.
    public static let maximumSegments = 64

    /// What a segment of a template stands for.
    public enum Segment: Hashable, Sendable {
        /// This text.
        case literal(String)
        /// One non-empty segment; the parameter's name.
        case parameter(String)
        /// One or more non-empty segments, to the end of the path, and perhaps a slash; the parameter's name.
        case rest(String)
    }

    /// The template as it was written.
    public let text: String
    /// The segments between the slashes, without an empty one at the end; empty for `/`.
    public let segments: [Segment]
    /// Whether the template ends in a slash; so it is for `/`.
    public let hasTrailingSlash: Bool

    /// Reads a template.
    ///
    /// - Throws: ``RouteTemplateError`` with the place of the first problem.
    public init(parsing text: String) throws(RouteTemplateError) {
        var parser = RouteTemplateParser(text)
        try parser.parse()
        self.text = text
        segments = parser.segments
        hasTrailingSlash = parser.hasTrailingSlash
    }

    /// The template as it was written.
    public var description: String { text }

    /// The template without the names of its parameters. Two templates of the same shape match the same paths.
    public var shape: String {
        var shape = ""
        for segment in segments {
            switch segment {
            case .literal(let text): shape += "/" + text
            case .parameter: shape += "/{}"
            case .rest: shape += "/{...}"
            }
        }
        return hasTrailingSlash ? shape + "/" : shape
    }

    /// Whether the template has no parameters, so that it matches one path only.
    public var isLiteral: Bool {
        segments.allSatisfy { segment in
            if case .literal = segment { true } else { false }
        }
    }
}
