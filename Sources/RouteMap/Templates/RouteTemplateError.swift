/// Why a text is not a route template.
public struct RouteTemplateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The rule that is broken.
    public enum Kind: Equatable, Sendable {
        /// The template does not begin with a slash.
        case notAbsolute
        /// The template is longer than ``RouteTemplate/maximumLength`` bytes.
        case tooLong
        /// The template has more than ``RouteTemplate/maximumSegments`` segments.
        case tooManySegments
        /// Unreachable: paths with an empty segment are refused before they are matched.
        case emptySegment
        /// Unreachable: paths with a `.` or `..` segment are refused before they are matched.
        case dotSegment
        /// Unreachable: a literal has a character that no accepted path has there. Literals are made of unreserved
        /// characters and sub-delims but `;`, `:` and `@` (RFC 3986 §3.3).
        case invalidCharacter(Unicode.Scalar)
        /// A brace that does not open or close a whole segment.
        case strayBrace
        /// A `{` without its `}` in the same segment.
        case unclosedParameter
        /// A parameter's name is not `[A-Za-z_][A-Za-z0-9_]*` of at most 64 bytes.
        case invalidParameterName(String)
        /// A parameter's name is used twice.
        case duplicateParameter(String)
        /// `{name...}` is not the last thing of the template.
        case restNotLast
    }

    /// The rule that is broken.
    public let kind: Kind
    /// Where: bytes from the start of the template, from 0.
    public let offset: Int

    /// Whether the template is well-formed but could match nothing that is let through to matching.
    public var isUnreachable: Bool {
        switch kind {
        case .emptySegment, .dotSegment, .invalidCharacter: true
        default: false
        }
    }

    /// The problem in a sentence, without its place.
    public var description: String {
        switch kind {
        case .notAbsolute: "a path template begins with \"/\""
        case .tooLong: "a path template has at most \(RouteTemplate.maximumLength) bytes"
        case .tooManySegments: "a path template has at most \(RouteTemplate.maximumSegments) segments"
        case .emptySegment: "unreachable: paths with an empty segment (\"//\") are always refused"
        case .dotSegment: "unreachable: paths with a \".\" or \"..\" segment are always refused"
        case .invalidCharacter(let character):
            "unreachable: no path that is let through has \(Self.name(of: character)) in a literal segment"
        case .strayBrace: "a parameter is a whole segment: \"/{name}/\""
        case .unclosedParameter: "\"{\" without \"}\" in the same segment"
        case .invalidParameterName(let name):
            "\"\(name)\" is not a parameter name: letters, digits and underscores, no digit first, at most 64"
        case .duplicateParameter(let name): "the parameter {\(name)} is used twice"
        case .restNotLast: "{name...} takes the rest of the path, so nothing can come after it"
        }
    }

    /// What to do about it.
    public var help: String {
        switch kind {
        case .notAbsolute: "write the whole path, as in /api/v1/trades"
        case .tooLong, .tooManySegments: "end it earlier with {name...}, which takes the rest of a path"
        case .emptySegment, .dotSegment: "leave the segment out"
        case .invalidCharacter: "write {name} for a segment that has such characters, percent-encoded, in requests"
        case .strayBrace: "write {name} for the whole segment"
        case .unclosedParameter: "close it before the next \"/\""
        case .invalidParameterName(let name) where name.contains(":") || name.contains("?"):
            "a parameter takes any segment, and what it may be isn't said here: write {name}"
        case .invalidParameterName(let name) where name.hasPrefix("*"): "write {rest...} for the rest of a path"
        case .invalidParameterName: "name it like {tradeId}"
        case .duplicateParameter: "give each parameter a name of its own"
        case .restNotLast: "write {name} for one segment, or end the template here"
        }
    }

    private static func name(of character: Unicode.Scalar) -> String {
        switch character {
        case " ": "a space"
        case "!"..."~": "\"\(character)\""
        default: "U+" + String(character.value, radix: 16, uppercase: true)
        }
    }
}
