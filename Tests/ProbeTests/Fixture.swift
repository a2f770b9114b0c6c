import HTTP1
import RouteMap
import ScopeModel
import Testing

@testable import Probe

/// A map, a gateway that goes by its parser and matcher alone, and answers of backends.
enum Fixture {
    static let nonce = "probe0nonce"

    static let catalog: ScopeCatalog = {
        do {
            let names = ["read:items", "write:items", "read:exports"]
            return try ScopeCatalog(
                definitions: names.map { ScopeDefinition(scope: try Scope(parsing: $0), description: "") },
                presets: []
            )
        } catch {
            fatalError("\(error)")
        }
    }()

    /// A map of lines such as `GET /a/{id} read:items`, with words of `allow` behind.
    static func map(_ lines: [String]) throws -> RouteMap {
        let definitions = try lines.map { line -> RouteDefinition in
            let parts = line.split(separator: " ").map(String.init)
            let requirement: Requirement =
                switch parts[2] {
                case "public": .public
                case "authenticated": .authenticated
                case "denied": .denied
                default: .all([try catalog.id(named: parts[2])])
                }
            let allowed = EncodingAllowance.words.filter { word in parts.contains { $0 == word.word } }.map(\.value)
            return RouteDefinition(
                method: parts[0],
                template: try RouteTemplate(parsing: parts[1]),
                requirement: requirement,
                bodyLimit: parts.contains("body") ? .unlimited : .inherited,
                allowance: EncodingAllowance(allowed)
            )
        }
        return try RouteMap(definitions: definitions, catalog: catalog, generation: 1, digest: "")
    }

    static let usual = [
        "GET /api/items authenticated", "POST /api/items write:items", "GET /api/items/{id} read:items",
        "DELETE /api/items/{id} write:items", "GET /api/items/export read:exports",
        "GET /api/files/{name} read:items encoded_slash",
        "GET /api/tree/{rest...} read:items", "GET /api/tree/secret denied",
    ]

    /// The map behind a gateway that keeps fields but those that are dropped, and uses connections again after POST.
    static func probed(
        _ lines: [String] = usual,
        dropping dropped: Set<String> = [],
        bodies: Bool = true
    ) throws -> ProbedMap {
        let map = try map(lines)
        return ProbedMap(map, catalog) { request in
            let bytes = request.head(for: BackendAccess(host: "h"))
            var parser = RequestHeadParser()
            guard parser.parse(bytes.span) == .complete else {
                return .refused(code: "invalid_request_target", message: "")
            }
            let head = parser.head
            let match = map.match(
                method: head.method,
                methodName: bytes.span.extracting(head.methodRange.range),
                path: bytes.span.extracting(head.pathRange.range)
            )
            guard case .route(let route) = match else {
                if case .refused = match { return .refused(code: "invalid_request_target", message: "") }
                return .refused(code: "unmapped_route", message: "")
            }
            if !request.body.isEmpty, head.method.hasNoContent, !map.bodyLimit(ofRoute: route).allowsBodies {
                return .refused(code: "unexpected_body", message: "")
            }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
                .filter { line in !dropped.contains(String(line.prefix { $0 != ":" })) }
            return .passes(
                GatewayPassage.Passing(
                    route: route,
                    place: 0,
                    head: lines.joined(separator: "\r\n"),
                    isReusedAfterSuccess: request.body.isEmpty || (bodies && head.method.definesContent)
                )
            )
        }
    }

    static func settings(_ path: String = "/api/items", writes: Bool = false) throws -> ProbeSettings {
        let items = ProbePath(segments: ["api", "items"])
        return ProbeSettings(
            path: try #require(ProbePath(parsing: path)),
            writePath: writes ? items : nil,
            nonce: nonce
        )
    }

    /// A backend: what it answers to a request.
    typealias Backend = (ProbeRequest) -> ProbeAnswer?

    /// A backend of some paths, which are read by a function first.
    static func backend(
        _ paths: Set<String> = ["/api/items"],
        reading: @escaping (String) -> String = { $0 }
    ) -> Backend {
        { request in
            let path = reading(String(request.target.prefix { $0 != "?" }))
            guard paths.contains(path) else { return ProbeAnswer(status: 404, body: Array("none".utf8)) }
            if request.method == "OPTIONS" {
                return ProbeAnswer(status: 204, fields: [ProbeField("allow", "GET, POST")])
            }
            return ProbeAnswer(status: request.method == "POST" ? 201 : 200, body: Array("items of \(path)".utf8))
        }
    }

    static func observe(_ step: ProbeStep, _ backend: Backend) -> ProbeObservation {
        guard let answer = backend(step.request) else { return ProbeObservation([], end: .late) }
        return ProbeObservation([answer])
    }

    static func context(
        _ backend: Backend,
        _ map: ProbedMap? = nil,
        _ settings: ProbeSettings? = nil
    ) throws -> ProbeContext {
        let settings = try settings ?? Self.settings()
        let seen = ProbeBaseline.steps(settings).map { observe($0, backend) }
        return ProbeContext(settings, try ProbeBaseline(seen, settings), try map ?? probed())
    }

    /// What a check makes of a backend.
    static func judge(
        _ check: any ProbeCheck,
        _ backend: Backend,
        _ map: ProbedMap? = nil,
        _ settings: ProbeSettings? = nil
    ) throws -> ProbeResult {
        let context = try context(backend, map, settings)
        return check.judge(check.steps(context).map { observe($0, backend) }, context)
    }

    static func pathCheck(_ name: String) throws -> any ProbeCheck {
        try #require(ProbePlan.checks.first { $0.name == name })
    }
}
