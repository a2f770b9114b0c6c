import HTTP1
import RouteMap
import ScopeModel

/// The map that stands in front of the backend, and the gateway that goes by it.
public struct ProbedMap: Sendable {
    /// The gateway's own answer to a request.
    public typealias Reading = @Sendable (ProbeRequest) -> GatewayPassage

    /// The most requests that one check tells of.
    static let most = 200

    let map: RouteMap
    let catalog: ScopeCatalog
    private let read: Reading
    /// The backend that is probed, as ``GatewayPassage/Passing/place``; `nil` for any.
    private let place: Int?
    /// The same routes with `near_misses: refuse`.
    private let strict: RouteMap?
    /// The methods that some route lets through.
    private let methods: [String]

    /// A map.
    ///
    /// - Parameters:
    ///   - place: The backend that is probed, as ``GatewayPassage/Passing/place``; `nil` when all routes count.
    ///   - reading: The gateway's own answer to a request.
    public init(_ map: RouteMap, _ catalog: ScopeCatalog, place: Int? = nil, reading: @escaping Reading) {
        self.map = map
        self.catalog = catalog
        self.place = place
        read = reading
        methods = Set(map.routes.filter { !$0.requirement.isDenied }.map(\.method)).subtracting(["HEAD"]).sorted()
            .reversed()
        strict = try? RouteMap(
            definitions: map.routes,
            catalog: catalog,
            generation: map.generation,
            digest: map.digest,
            refusesNearMisses: true
        )
    }

    /// What the gateway makes of a request; only requests that go to the backend pass.
    func passage(_ request: ProbeRequest) -> GatewayPassage {
        let passage = read(request)
        guard case .passes(let passing) = passage, let place, passing.place != place else { return passage }
        return .refused(code: "other_upstream", message: "It goes to another backend.")
    }

    func passing(_ request: ProbeRequest) -> GatewayPassage.Passing? {
        guard case .passes(let passing) = passage(request) else { return nil }
        return passing
    }

    func template(of passing: GatewayPassage.Passing) -> String {
        map.templateText(of: map.templateIndex(ofRoute: passing.route))
    }

    func requirement(of passing: GatewayPassage.Passing) -> String {
        map.requirement(ofRoute: passing.route).description(in: catalog)
    }

    /// A path of a template, with `x` for parameters.
    func path(of template: RouteTemplate) -> ProbePath {
        ProbePath(
            segments: template.segments.map { segment in
                if case .literal(let text) = segment { text } else { "x" }
            },
            hasTrailingSlash: template.hasTrailingSlash
        )
    }

    /// A GET request that gets through, for asking what becomes of its fields: of the wanted path, or of any.
    func getThatPasses(_ wanted: ProbePath) -> ProbeRequest? {
        let first = ProbeRequest(wanted.target)
        if passing(first) != nil { return first }
        for route in map.routes where route.method == "GET" {
            let request = ProbeRequest(path(of: route.template).target)
            if passing(request) != nil { return request }
        }
        return nil
    }

    /// A GET path without parameters that gets through.
    public var plainPath: ProbePath? {
        let candidates = map.routes.filter { $0.method == "GET" && $0.template.isLiteral && !$0.requirement.isDenied }
            .map { path(of: $0.template) }.filter { passing(ProbeRequest($0.target)) != nil }
        // More segments are more spellings.
        return candidates.first { $0.segments.count > 1 } ?? candidates.first
    }

    /// The request as one that gets through for less than what the backend takes it for needs; `nil` when it needs as
    /// much, or doesn't get through.
    func letThrough(
        _ request: ProbeRequest,
        with: String? = nil,
        readAs method: String,
        _ path: ProbePath
    ) -> LetThrough? {
        guard let passing = passing(request) else { return nil }
        let ours = AccessRule(map.requirement(ofRoute: passing.route), in: catalog)
        let (theirs, needs, rank) = word(on: method, path)
        guard !ours.isContained(in: theirs) else { return nil }
        return LetThrough(
            method: request.method,
            target: request.target,
            with: with,
            template: template(of: passing),
            requirement: requirement(of: passing),
            readAs: "\(method) \(path.path)",
            needs: needs,
            rank: rank
        )
    }

    /// What the map says of a method and a path.
    private func word(on method: String, _ path: ProbePath) -> (AccessRule, String, rank: Int) {
        let (name, bytes) = (Array(method.utf8), Array(path.path.utf8))
        switch map.match(method: HTTP1.Method.recognise(name.span), methodName: name.span, path: bytes.span) {
        case .unmapped: return (.denied, "no route has that path", 2)
        case .refused: return (.denied, "that is refused", 2)
        case .methodNotAllowed: return (.denied, "no route has that method there", 1)
        case .denied: return (.denied, "that is denied", 0)
        case .route(let route):
            let requirement = map.requirement(ofRoute: route)
            return (AccessRule(requirement, in: catalog), "that needs \(requirement.description(in: catalog))", 0)
        }
    }

    /// The requests that get through when the backend reads paths in some ways.
    func letThrough(_ spellings: [PathSpelling]) -> [LetThrough] {
        var found = LetThroughList()
        for template in map.templates {
            let plain = path(of: template)
            for spelling in spellings {
                for target in spelling.spell(plain) { add(target, readAs: plain, to: &found) }
                for (place, segment) in template.segments.enumerated() {
                    if case .literal = segment { continue }
                    for value in spelling.values {
                        guard let read = ProbePath(parsing: plain.replacing(place, by: value.read).path) else {
                            continue
                        }
                        add(plain.replacing(place, by: value.spelled).target, readAs: read.withoutDots, to: &found)
                    }
                }
            }
            if found.isFull { break }
        }
        return found.sorted
    }

    private func add(_ target: String, readAs path: ProbePath, to found: inout LetThroughList) {
        let bytes = Array(target.utf8)
        for method in methods {
            let name = Array(method.utf8)
            // What a route allows counts for its method only.
            guard
                case .route = map.match(
                    method: HTTP1.Method.recognise(name.span),
                    methodName: name.span,
                    path: bytes.span
                )
            else { continue }
            found.add(letThrough(ProbeRequest(method, target), readAs: method, path))
        }
    }

    /// Whether `near_misses: refuse` would refuse a request.
    func nearMissesClose(_ each: LetThrough) -> Bool {
        guard let strict, let path = ProbePath(parsing: each.target)?.path else { return false }
        let (name, bytes) = (Array(each.method.utf8), Array(path.utf8))
        let known = HTTP1.Method.recognise(name.span)
        guard case .refused(.nearMiss) = strict.match(method: known, methodName: name.span, path: bytes.span) else {
            return false
        }
        return true
    }
}

/// Requests that get through, each once, up to a bound.
struct LetThroughList {
    private var all: [LetThrough] = []
    private var known: Set<String> = []

    var isFull: Bool { all.count >= ProbedMap.most }

    mutating func add(_ each: LetThrough?) {
        guard let each, !isFull, known.insert(each.description).inserted else { return }
        all.append(each)
    }

    /// Those that are told of first stand first.
    var sorted: [LetThrough] {
        all.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
    }
}

extension ProbedMap {
    /// Whether a request gets through only because its route allows encodings in its parameters.
    func passesByAllowance(_ each: LetThrough) -> Bool {
        guard let passing = passing(ProbeRequest(each.method, each.target)) else { return false }
        let readings = PathReadings(Array(each.target.utf8).span)
        return !map.routes[passing.route].allowance.isEmpty
            && (readings.hasSlash || readings.hasPercent || readings.hasDelimiter)
    }
}
