import RouteMap

/// What a request gets, in terms that both matchers have.
enum Answer: Equatable {
    case unmapped
    /// It can be read as another path.
    case refused
    case methodNotAllowed(template: String, allow: String)
    case denied(method: String, template: String)
    case route(method: String, template: String)

    init(_ match: RouteMatch, _ map: RouteMap) {
        switch match {
        case .unmapped: self = .unmapped
        case .refused: self = .refused
        case .methodNotAllowed(let template):
            let allow = String(decoding: map.allowHeader(ofTemplate: template), as: UTF8.self)
            self = .methodNotAllowed(template: map.templateText(of: template), allow: allow)
        case .denied(let route):
            self = .denied(
                method: map.routes[route].method,
                template: map.templateText(of: map.templateIndex(ofRoute: route))
            )
        case .route(let route):
            self = .route(
                method: map.routes[route].method,
                template: map.templateText(of: map.templateIndex(ofRoute: route))
            )
        }
    }
}

/// The rules of matching in the plainest way: every template is tried, and the best of those that match is taken.
struct PlainMatcher {
    private let routes: [RouteDefinition]

    init(_ routes: [RouteDefinition]) { self.routes = routes }

    func match(_ method: String, _ path: [UInt8]) -> Answer {
        let template = best(path)
        let answer = template.map { self.answer(method, $0) } ?? .unmapped
        guard path.contains(UInt8(ascii: "%")) else { return answer }
        let readings = PlainReadings(path)
        var route: RouteDefinition?
        if case .route(let method, _) = answer {
            route = routes.first { $0.template == template && $0.method == method }
        }
        let allowed = route?.allowance ?? []
        guard readings.keepRules, allowed.contains(.slash) || !readings.hasSlash,
            allowed.contains(.percent) || !readings.hasPercent,
            route?.requirement.needsKey != false || allowed.contains(.delimiters) || !readings.hasDelimiter
        else { return .refused }
        // A reading may belong to the same template, or to none.
        return readings.paths.compactMap(best).contains { $0 != template } ? .refused : answer
    }

    private func answer(_ method: String, _ template: RouteTemplate) -> Answer {
        let here = routes.filter { $0.template == template }
        func answer(_ name: String) -> Answer? {
            here.first { $0.method == name && !$0.deniesEveryMethod }.map { route in
                route.requirement.isDenied
                    ? .denied(method: name, template: template.text) : .route(method: name, template: template.text)
            }
        }
        if let answer = answer(method) { return answer }
        // HEAD is answered as GET (RFC 9110 §9.3.2).
        if method == "HEAD", let answer = answer("GET") { return answer }
        if here.contains(where: \.deniesEveryMethod) {
            return .denied(method: RouteDefinition.everyMethod, template: template.text)
        }
        let methods = here.filter { !$0.requirement.isDenied }.map(\.method)
        let hasHead = here.contains { $0.method == "HEAD" }
        let allowed = methods.contains("GET") && !hasHead ? methods + ["HEAD"] : methods
        return .methodNotAllowed(template: template.text, allow: allowed.sorted().joined(separator: ", "))
    }

    private func best(_ path: [UInt8]) -> RouteTemplate? {
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        guard parts.count >= 2, parts[0].isEmpty else { return nil }
        return best(Array(parts.dropFirst()))
    }

    private func best(_ parts: [[UInt8]]) -> RouteTemplate? {
        routes.map(\.template).filter { Self.matches($0, parts) }
            .min { Self.rank($0).lexicographicallyPrecedes(Self.rank($1)) }
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

    private static func matches(_ template: RouteTemplate, _ parts: [[UInt8]]) -> Bool {
        let hasSlash = parts.last?.isEmpty == true
        let segments = hasSlash ? Array(parts.dropLast()) : parts
        guard segments.allSatisfy({ !$0.isEmpty }) else { return false }
        if case .rest = template.segments.last {
            let fixed = template.segments.dropLast()
            return segments.count > fixed.count && zip(fixed, segments).allSatisfy(matches)
        }
        return hasSlash == template.hasTrailingSlash && segments.count == template.segments.count
            && zip(template.segments, segments).allSatisfy(matches)
    }

    private static func matches(_ segment: RouteTemplate.Segment, _ bytes: [UInt8]) -> Bool {
        if case .literal(let literal) = segment { literal.utf8.elementsEqual(bytes) } else { true }
    }
}
