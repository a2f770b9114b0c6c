/// The paths that two templates have in common, as a template without names, and paths that stand for them.
package struct TemplateIntersection {
    /// A segment that no template has as a literal, so that a path with it shows what parameters take.
    static let freshSegment = "~any~"

    /// What the common paths have between their slashes; names of parameters are of either template, and may be there
    /// twice.
    package private(set) var segments: [RouteTemplate.Segment] = []
    /// Whether the common paths end in a slash.
    package let hasTrailingSlash: Bool
    private var hasRest = false

    /// The paths of one template.
    init(_ template: RouteTemplate) {
        segments = template.segments
        hasTrailingSlash = template.hasTrailingSlash
        if case .rest = segments.last { hasRest = true }
    }

    /// The paths that both templates match; `nil` when there are none.
    package init?(_ left: RouteTemplate, _ right: RouteTemplate) {
        var index = 0
        scan: while true {
            let (ours, theirs) = (left.segments[at: index], right.segments[at: index])
            switch (ours, theirs) {
            case (nil, nil):
                guard left.hasTrailingSlash == right.hasTrailingSlash else { return nil }
                break scan
            case (nil, _), (_, nil): return nil
            case (.rest, .rest):
                segments.append(.rest("rest"))
                hasRest = true
                break scan
            case (.rest, _):
                self = Self(taking: right, from: index, after: segments)
                return
            case (_, .rest):
                self = Self(taking: left, from: index, after: segments)
                return
            case (.literal(let one), .literal(let other)):
                guard one == other else { return nil }
                segments.append(.literal(one))
            case (.literal(let text), .parameter), (.parameter, .literal(let text)):
                segments.append(.literal(text))
            case (.parameter(let name), .parameter):
                segments.append(.parameter(name))
            }
            index += 1
        }
        hasTrailingSlash = left.hasTrailingSlash
    }

    private init(taking template: RouteTemplate, from index: Int, after segments: [RouteTemplate.Segment]) {
        self.segments = segments + template.segments[index...]
        hasTrailingSlash = template.hasTrailingSlash
        if case .rest = template.segments.last { hasRest = true }
    }

    /// The common paths as a template writes them.
    var text: String {
        guard !segments.isEmpty else { return "/" }
        let parts = segments.map { "/" + TemplateComparison.text(of: $0) }.joined()
        return hasTrailingSlash ? parts + "/" : parts
    }

    /// Paths that stand for all: whatever else a parameter is, the same templates match in the same order, for which
    /// one goes first rests on the templates alone. Of a rest only the length counts, up to one more than any template
    /// has, and the slash at its end.
    ///
    /// - Parameter depth: the most segments that a template of the maps in question has.
    func witnesses(depth: Int) -> [[UInt8]] {
        let fixed = hasRest ? segments.count - 1 : segments.count
        var path = ""
        for segment in segments.prefix(fixed) {
            if case .literal(let text) = segment { path += "/" + text } else { path += "/" + Self.freshSegment }
        }
        guard hasRest else {
            return [Array((path.isEmpty ? "/" : hasTrailingSlash ? path + "/" : path).utf8)]
        }
        return (fixed...max(fixed, depth)).flatMap { _ in
            path += "/" + Self.freshSegment
            return [Array(path.utf8), Array((path + "/").utf8)]
        }
    }
}

extension Array {
    fileprivate subscript(at index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
