import HTTP1

/// A path and a template side by side, read straight from the rules, for explanations.
struct TemplateComparison {
    enum Outcome: Equatable {
        case matches
        /// The segment of the path, from 0, where it fails, and why.
        case fails(at: Int, reason: String)
    }

    let template: RouteTemplate
    let outcome: Outcome
    let steps: [RouteExplanation.Step]

    init(_ template: RouteTemplate, segments: [String], hasTrailingSlash: Bool) {
        self.template = template
        var steps: [RouteExplanation.Step] = []
        outcome = Self.compare(template, segments, hasTrailingSlash, &steps)
        self.steps = steps
    }

    private static func compare(
        _ template: RouteTemplate,
        _ segments: [String],
        _ hasTrailingSlash: Bool,
        _ steps: inout [RouteExplanation.Step]
    ) -> Outcome {
        for (index, part) in template.segments.enumerated() {
            guard index < segments.count else {
                return .fails(at: index, reason: "the path ends where this template goes on with \(text(of: part))")
            }
            switch part {
            case .literal(let text) where text != segments[index] && text == decoded(segments[index]):
                let reason = "segment \(index + 1) spells \(text) with percent-encodings, so nothing may match"
                return .fails(at: index, reason: reason)
            case .literal(let text) where text != segments[index]:
                return .fails(at: index, reason: "segment \(index + 1) is \(segments[index]), not \(text)")
            case .literal, .parameter:
                steps.append(RouteExplanation.Step(text: segments[index], segment: part))
            case .rest:
                let rest = segments[index...].joined(separator: "/") + (hasTrailingSlash ? "/" : "")
                steps.append(RouteExplanation.Step(text: rest, segment: part))
                return .matches
            }
        }
        let count = template.segments.count
        guard segments.count == count else {
            return .fails(at: count, reason: "the path goes on with \(segments[count]) where this template ends")
        }
        guard hasTrailingSlash == template.hasTrailingSlash else {
            let who = hasTrailingSlash ? "the path" : "this template"
            return .fails(at: count, reason: "\(who) ends with a slash")
        }
        return .matches
    }

    private static func decoded(_ segment: String) -> String {
        String(decoding: PathReadings.decoded(Array(segment.utf8)), as: UTF8.self)
    }

    static func text(of segment: RouteTemplate.Segment) -> String {
        switch segment {
        case .literal(let text): text
        case .parameter(let name): "{\(name)}"
        case .rest(let name): "{\(name)...}"
        }
    }
}
