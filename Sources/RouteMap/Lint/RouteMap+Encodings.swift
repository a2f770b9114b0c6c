extension RouteMap {
    /// What a route's word for encodings means for its backend, for people to read.
    public struct EncodingNote: Equatable, Sendable {
        /// The note in a sentence.
        public let text: String
        /// Where the route was written, if it was written in a file.
        public let position: SourcePosition?
    }

    /// Notes on the routes that allow encodings, in their order.
    public var encodingNotes: [EncodingNote] {
        routes.enumerated().compactMap { index, route in
            guard !route.allowance.isEmpty else { return nil }
            let template = templateIndex(ofRoute: index)
            return EncodingNote(text: note(on: route, template), position: route.position)
        }
    }

    private func note(on route: RouteDefinition, _ template: Int) -> String {
        var data: [String] = []
        if route.allowance.contains(.slash) { data.append("%2F") }
        if route.allowance.contains(.percent) { data.append("%25") }
        if route.allowance.contains(.delimiters) { data += ["%3F", "%23", "%3B"] }
        let others = route.allowance.contains(.slash) ? templatesWithMoreSegments(than: template) : []
        return
            "\(route.method) \(route.template) takes \(data.joined(separator: ", ")) for data in a segment, so the backend "
            + "must not decode a path before it routes it"
            + (others.isEmpty ? "" : "; what would be a path of \(others.joined(separator: ", ")) then is refused")
    }

    /// The templates that would match paths of a template if a slash in one of its parameters parted the segment.
    private func templatesWithMoreSegments(than index: Int) -> [String] {
        let template = templates[index]
        let most = (templates.map(\.segments.count).max() ?? 0) + 1
        var found: Set<Int> = []
        for (place, segment) in template.segments.enumerated() {
            if case .literal = segment { continue }
            for other in templates.indices where other != index {
                for count in 2...max(2, most) where couldMatch(templates[other], template, parting: place, into: count)
                {
                    found.insert(other)
                }
            }
        }
        return found.sorted().map { templates[$0].text }
    }

    private func couldMatch(
        _ other: RouteTemplate,
        _ template: RouteTemplate,
        parting place: Int,
        into count: Int
    ) -> Bool {
        var segments = template.segments
        let parts = (0..<count).map { RouteTemplate.Segment.parameter("part\($0)") }
        segments.replaceSubrange(place...place, with: parts)
        let text =
            segments.map { "/" + TemplateComparison.text(of: $0) }.joined() + (template.hasTrailingSlash ? "/" : "")
        guard let parted = try? RouteTemplate(parsing: text) else { return false }
        return TemplateIntersection(parted, other) != nil
    }
}
