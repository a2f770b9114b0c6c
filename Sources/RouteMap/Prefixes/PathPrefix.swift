import HTTP1

/// The first segments of paths, such as `/api/v1/reports`: of that path itself and of all below it, and not of
/// `/api/v1/reports-old`.
///
/// Its segments are of unreserved characters (RFC 3986 §2.3) alone. A path that spells them otherwise is refused
/// (``PrefixTable/isAmbiguous(_:)``), so that whether it begins with the prefix is a comparison of bytes.
public struct PathPrefix: Hashable, Sendable, CustomStringConvertible {
    /// Why a text is no prefix, and what to do.
    public struct Problem: Error, Equatable, Sendable {
        /// What is wrong with it.
        public let description: String
        /// What to write in its place.
        public let help: String
    }

    /// What is known of the paths of a template.
    public enum Relation: Equatable, Sendable {
        /// All of them begin with the prefix.
        case always
        /// None of them does.
        case never
        /// Some may.
        case sometimes
    }

    /// The prefix as it was written.
    public let description: String
    private let bytes: [UInt8]
    private let segments: [String]

    /// Reads a prefix.
    ///
    /// - Throws: ``Problem`` when it is not one or more segments, each after a slash.
    public init(parsing text: String) throws(Problem) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let segments = Array(parts.dropFirst())
        let help = "write it like /api/v1/reports"
        guard parts.first == "", !segments.isEmpty, segments != [""] else {
            throw Problem(description: "\"\(text)\" is not the beginning of a path", help: help)
        }
        guard !segments.contains("") else {
            throw Problem(description: "\"\(text)\" has an empty segment", help: help)
        }
        guard segments.allSatisfy({ $0.utf8.allSatisfy(\.isUnreserved) && $0 != "." && $0 != ".." }) else {
            throw Problem(
                description: "\"\(text)\" is not of letters, digits, \"-\", \".\", \"_\" and \"~\" alone",
                help: "take a shorter prefix: templates and percent-encodings can't be part of one"
            )
        }
        description = text
        bytes = Array(text.utf8)
        self.segments = segments
    }

    /// How many bytes it has. Of those that a path begins with the longest has most segments.
    public var count: Int { bytes.count }

    /// Whether a path begins with it, segment by segment.
    public func begins(_ path: Span<UInt8>) -> Bool {
        guard path.count >= bytes.count else { return false }
        for index in bytes.indices where path[index] != bytes[index] { return false }
        return path.count == bytes.count || path[bytes.count] == UInt8(ascii: "/")
    }

    /// Whether the paths of a template begin with it.
    public func relation(to template: RouteTemplate) -> Relation {
        var isCertain = true
        for (index, segment) in segments.enumerated() {
            guard index < template.segments.count else { return .never }
            switch template.segments[index] {
            case .literal(let text) where text != segment: return .never
            case .literal: continue
            case .parameter: isCertain = false
            case .rest: return .sometimes
            }
        }
        return isCertain ? .always : .sometimes
    }
}
