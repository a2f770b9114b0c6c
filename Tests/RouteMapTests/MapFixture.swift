import HTTP1
import RouteMap
import ScopeModel
import Testing

/// Small maps for tests: the requirement does not matter for matching.
enum MapFixture {
    static let catalog: ScopeCatalog = {
        do {
            let scope = try Scope(parsing: "read:trades")
            return try ScopeCatalog(definitions: [ScopeDefinition(scope: scope, description: "")], presets: [])
        } catch {
            fatalError("\(error)")
        }
    }()

    /// A route of `METHOD template`, with the words behind them that say more: `public`, `denied` and those of `allow`.
    static func definition(_ route: String, line: Int? = nil) throws -> RouteDefinition {
        let parts = route.split(separator: " ", omittingEmptySubsequences: false)
        let allowed = EncodingAllowance.words.filter { word in parts.contains { $0 == word.word } }.map(\.value)
        return RouteDefinition(
            method: String(parts[0]),
            template: try RouteTemplate(parsing: String(parts[1])),
            requirement: parts.contains("public") ? .public : parts.contains("denied") ? .denied : .authenticated,
            allowance: EncodingAllowance(allowed),
            position: line.map { SourcePosition(line: $0, column: 5) }
        )
    }

    static func map(_ routes: [String]) throws -> RouteMap {
        try RouteMap(
            definitions: try routes.map { try definition($0) },
            catalog: catalog,
            generation: 7,
            digest: "digest"
        )
    }
}

extension RouteMap {
    func match(_ method: String, _ path: String) -> RouteMatch {
        let name = Array(method.utf8)
        return match(
            method: HTTP1.Method.recognise(name.span),
            methodName: name.span,
            path: Array(path.utf8).span
        )
    }

    /// The route as `METHOD template`, or the status that a request would get.
    func answer(_ method: String, _ path: String) -> String {
        switch match(method, path) {
        case .unmapped: return "403"
        case .refused: return "400"
        case .methodNotAllowed(let template): return "405 " + templateText(of: template)
        case .denied(let route):
            return "denied " + routes[route].method + " " + templateText(of: templateIndex(ofRoute: route))
        case .route(let route):
            return routes[route].method + " " + templateText(of: templateIndex(ofRoute: route))
        }
    }
}

/// A small generator with a fixed sequence (splitmix64), so that a failure repeats.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
