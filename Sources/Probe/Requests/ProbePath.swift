/// A path as segments, which can be spelled in other ways.
public struct ProbePath: Equatable, Sendable {
    /// The segments between the slashes, without an empty one at the end.
    public var segments: [String]
    /// Whether there is a slash at the end.
    public var hasTrailingSlash: Bool
    /// What stands behind the path: a query with its `?`, or nothing.
    public var query: String

    /// A path by its parts.
    public init(segments: [String], hasTrailingSlash: Bool = false, query: String = "") {
        self.segments = segments
        self.hasTrailingSlash = hasTrailingSlash
        self.query = query
    }

    /// Takes a target apart; `nil` for what is no path of visible ASCII that begins with a slash.
    public init?(parsing target: String) {
        guard target.hasPrefix("/"), target.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") })
        else { return nil }
        let path = target.prefix { $0 != "?" }
        query = String(target.dropFirst(path.count))
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        hasTrailingSlash = parts.last == ""
        if hasTrailingSlash { parts.removeLast() }
        segments = parts
    }

    /// The path without the query.
    public var path: String {
        "/" + segments.joined(separator: "/") + (hasTrailingSlash && !segments.isEmpty ? "/" : "")
    }

    /// The path with the query.
    public var target: String { path + query }

    /// The path with another segment in a place.
    func replacing(_ place: Int, by text: String) -> ProbePath {
        var copy = self
        copy.segments[place] = text
        return copy
    }

    /// A path beside this one: another last segment, or one more for the root.
    func sibling(_ name: String) -> ProbePath {
        segments.isEmpty ? ProbePath(segments: [name], query: query) : replacing(segments.count - 1, by: name)
    }

    /// The path with its dot segments taken out (RFC 3986 §5.2.4).
    var withoutDots: ProbePath {
        var copy = self
        copy.segments = []
        for segment in segments {
            if segment == ".." {
                _ = copy.segments.popLast()
            } else if segment != "." {
                copy.segments.append(segment)
            }
        }
        return copy
    }
}
