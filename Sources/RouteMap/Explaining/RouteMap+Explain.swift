import HTTP1
import ScopeModel

extension RouteMap {
    /// The most templates that an explanation names as not chosen.
    public static let maximumRejections = 5

    /// Explains the match of a method and a path by comparing the path with every template; it allocates and is slow,
    /// and is for people, not for requests.
    ///
    /// - Parameters:
    ///   - method: the method as a request would have it.
    ///   - path: the path as a request would have it, without a query.
    public func explain(method: String, path: String) -> RouteExplanation {
        let name = Array(method.utf8)
        let known = HTTP1.Method.recognise(name.span)
        let match = match(method: known, methodName: name.span, path: Array(path.utf8).span)
        let chosen: Int? =
            switch match {
            case .unmapped, .refused: nil
            case .methodNotAllowed(let template): template
            case .denied(let route), .route(let route): templateIndex(ofRoute: route)
            }
        let route: RouteDefinition? =
            switch match {
            case .denied(let index), .route(let index): routes[index]
            case .unmapped, .refused, .methodNotAllowed: nil
            }

        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init).dropFirst()
        let hasTrailingSlash = parts.last == ""
        if hasTrailingSlash { parts.removeLast() }
        let comparisons = templates.map {
            TemplateComparison($0, segments: Array(parts), hasTrailingSlash: hasTrailingSlash)
        }
        let allowed = chosen.map { String(decoding: allowHeader(ofTemplate: $0), as: UTF8.self) } ?? ""
        return RouteExplanation(
            match: match,
            template: chosen.map { templates[$0].text },
            steps: chosen.map { comparisons[$0].steps } ?? [],
            requirement: route?.requirement,
            timeouts: route?.timeouts ?? RouteTimeouts(),
            allowance: route?.allowance ?? [],
            usesRouteOfGET: known == .head && route?.method == "GET",
            allowedMethods: allowed.split(separator: ",").map { String($0.drop { $0 == " " }) },
            rejected: rejections(comparisons, chosen: chosen),
            suggestion: chosen == nil ? suggestion(Array(parts), comparisons) : nil
        )
    }

    private func rejections(_ comparisons: [TemplateComparison], chosen: Int?) -> [RouteExplanation.Rejection] {
        var alsoMatching: [RouteExplanation.Rejection] = []
        var failing: [RouteExplanation.Rejection] = []
        for (index, comparison) in comparisons.enumerated() where index != chosen {
            switch comparison.outcome {
            case .matches:
                guard let chosen else { continue }
                let reason = Self.whyLessSpecific(comparison.template, than: templates[chosen])
                alsoMatching.append(
                    RouteExplanation.Rejection(
                        template: comparison.template.text,
                        reason: reason,
                        matchedSegments: comparison.steps.count
                    )
                )
            case .fails(at: 0, reason: _): continue
            case .fails(let segment, let reason):
                failing.append(
                    RouteExplanation.Rejection(
                        template: comparison.template.text,
                        reason: reason,
                        matchedSegments: segment
                    )
                )
            }
        }
        // A stable order: most segments first, then as the map lists them.
        let nearest = failing.enumerated().sorted {
            ($1.element.matchedSegments, $0.offset) < ($0.element.matchedSegments, $1.offset)
        }
        return Array((alsoMatching + nearest.map(\.element)).prefix(Self.maximumRejections))
    }

    private static func whyLessSpecific(_ template: RouteTemplate, than chosen: RouteTemplate) -> String {
        for (index, (theirs, ours)) in zip(template.segments, chosen.segments).enumerated() {
            let place = "at segment \(index + 1)"
            let text = TemplateComparison.text(of: theirs)
            switch (theirs, ours) {
            case (.parameter, .literal(let literal)), (.rest, .literal(let literal)):
                return "it matches too, but \(place) the literal \(literal) goes before \(text)"
            case (.rest, .parameter(let name)):
                return "it matches too, but \(place) {\(name)} goes before \(text)"
            default: continue
            }
        }
        return "it matches too, but is less specific"
    }

    /// A template that would match if one segment of the path were a similar one.
    private func suggestion(_ parts: [String], _ comparisons: [TemplateComparison]) -> String? {
        for (place, part) in parts.enumerated() {
            var candidates: [String: String] = [:]
            var names: [String] = []
            for comparison in comparisons where comparison.outcome != .matches {
                guard place < comparison.template.segments.count,
                    case .literal(let literal) = comparison.template.segments[place]
                else { continue }
                var changed = parts
                changed[place] = literal
                let retried = TemplateComparison(comparison.template, segments: changed, hasTrailingSlash: false)
                guard retried.outcome == .matches, candidates[literal] == nil else { continue }
                candidates[literal] = comparison.template.text
                names.append(literal)
            }
            if let nearest = NearestName.suggestion(for: part, among: names) { return candidates[nearest] }
        }
        return nil
    }
}
