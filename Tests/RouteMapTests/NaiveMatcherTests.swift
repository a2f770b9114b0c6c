import RouteMap
import Testing

/// The rules of matching, written down once more in the plainest way, to compare with the compiled matcher.
enum NaiveMatcher {
    enum Answer: Equatable {
        case none
        case template(Int)
        /// Decoded, it belongs to another template.
        case refused
    }

    /// The template of the best match.
    static func template(_ templates: [RouteTemplate], _ path: String) -> Answer {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, parts[0].isEmpty else { return .none }
        if path != decode(path), parts.dropFirst().dropLast().contains("") { return .refused }
        let exact = best(templates, Array(parts.dropFirst()))
        let decoded = best(templates, parts.dropFirst().map(decode))
        if let decoded, decoded != exact { return .refused }
        return exact.map { .template($0) } ?? .none
    }

    private static func best(_ templates: [RouteTemplate], _ parts: [String]) -> Int? {
        templates.indices.filter { matches(templates[$0], parts) }
            .min { rank(templates[$0]).lexicographicallyPrecedes(rank(templates[$1])) }
    }

    private static func matches(_ template: RouteTemplate, _ parts: [String]) -> Bool {
        let hasSlash = parts.last == ""
        let segments = hasSlash ? Array(parts.dropLast()) : parts
        guard !segments.contains("") else { return false }
        if case .rest = template.segments.last {
            let fixed = template.segments.dropLast()
            return segments.count > fixed.count && zip(fixed, segments).allSatisfy(matches)
        }
        return hasSlash == template.hasTrailingSlash && segments.count == template.segments.count
            && zip(template.segments, segments).allSatisfy(matches)
    }

    private static func matches(_ segment: RouteTemplate.Segment, _ text: String) -> Bool {
        if case .literal(let literal) = segment { literal == text } else { true }
    }

    /// Literal before parameter before rest, segment by segment from the left.
    private static func rank(_ template: RouteTemplate) -> [Int] {
        template.segments.map { segment in
            switch segment {
            case .literal: 0
            case .parameter: 1
            case .rest: 2
            }
        }
    }

    private static func decode(_ text: String) -> String {
        text.replacing("%3A", with: ":").replacing("%2B", with: "+").replacing("%61", with: "a").replacing(
            "%7E",
            with: "~"
        )
    }
}

@Suite("RouteMap against a naive matcher")
struct NaiveMatcherTests {
    private static let words = ["a", "b", "c", "a:b", "a+b"]
    private static let pathWords = words + ["d", "a%3Ab", "a%2Bb", "a%3Ac", "a%2", "%61", "%61:b", "%7E", "[a]"]

    private static func randomTemplate(_ random: inout SplitMix) -> String {
        var text = ""
        for place in 0..<Int.random(in: 0...4, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6: text += "/" + (words.randomElement(using: &random) ?? "a")
            case 6..<9: text += "/{p\(place)}"
            default: return text + "/{rest...}"
            }
        }
        return text.isEmpty || Int.random(in: 0..<6, using: &random) == 0 ? text + "/" : text
    }

    private static func randomPath(_ random: inout SplitMix) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let isEmpty = Int.random(in: 0..<30, using: &random) == 0
            text += "/" + (isEmpty ? "" : pathWords.randomElement(using: &random) ?? "a")
        }
        return Int.random(in: 0..<6, using: &random) == 0 ? text + "/" : text
    }

    @Test(arguments: 0..<40)
    func agree(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        var matched = 0
        for _ in 0..<10 {
            var templates: [String: String] = [:]
            for _ in 0..<Int.random(in: 1...25, using: &random) {
                let text = Self.randomTemplate(&random)
                templates[try RouteTemplate(parsing: text).shape] = text
            }
            let map = try MapFixture.map(templates.values.sorted().map { "GET " + $0 })
            for _ in 0..<40 {
                let path = Self.randomPath(&random)
                let explanation = map.explain(method: "GET", path: path)
                switch NaiveMatcher.template(map.templates, path) {
                case .none:
                    #expect(map.match("GET", path) == .unmapped, "\(path)")
                    #expect(explanation.template == nil)
                case .refused:
                    guard case .refused = map.match("GET", path), case .refused = map.match("PUT", path) else {
                        Issue.record("\(path) is taken")
                        continue
                    }
                    #expect(explanation.template == nil)
                case .template(let expected):
                    #expect(map.match("GET", path) == .route(expected), "\(path)")
                    #expect(map.match("PUT", path) == .methodNotAllowed(template: expected))
                    #expect(explanation.template == map.templateText(of: expected))
                    matched += 1
                }
            }
        }
        #expect(matched > 20, "the paths are not the kind that matches")
    }
}
