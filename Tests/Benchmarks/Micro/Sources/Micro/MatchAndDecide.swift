import HTTP1
import Introspection
import RouteMap
import ScopeModel

/// A map of two routes on each template; 200 on 100, as the comparison with other gateways has it, unless told
/// otherwise.
private struct Fixture {
    let catalog: ScopeCatalog
    let map: RouteMap

    init(templates: Int = 100) throws {
        let read = try Scope(parsing: "read:trades")
        let write = try Scope(parsing: "write:trades")
        catalog = try ScopeCatalog(
            definitions: [read, write].map { ScopeDefinition(scope: $0, description: "") },
            presets: []
        )
        var definitions: [RouteDefinition] = []
        for index in 0..<templates {
            let template = try RouteTemplate(
                parsing: index == templates / 2 ? "/api/v1/trades/{id}" : "/api/v1/c\(index)/{id}"
            )
            for (method, scope) in [("GET", read), ("POST", write)] {
                definitions.append(
                    RouteDefinition(
                        method: method,
                        template: template,
                        requirement: .all([try catalog.id(named: scope.description)])
                    )
                )
            }
        }
        map = try RouteMap(definitions: definitions, catalog: catalog, generation: 1, digest: "")
    }
}

extension Operation {
    /// Which route, and whether the scopes of a key are enough for it.
    static let matchAndDecide = matchAndDecide(name: "match and decide", templates: 100)

    /// The same in a small map and in a large one: what a route costs shouldn't depend on how many others there are.
    static let matchAmongTen = matchAndDecide(name: "match and decide, 10 routes", templates: 5)
    static let matchAmongTenThousand = matchAndDecide(name: "match and decide, 10000 routes", templates: 5000)

    private static func matchAndDecide(name: String, templates: Int) -> Operation {
        Operation(name: name) {
            let fixture = try Fixture(templates: templates)
            let granted = ScopeSet([try fixture.catalog.id(named: "read:trades")])
            let method = Array("GET".utf8)
            let path = Array("/api/v1/trades/trd_1842".utf8)
            return { count in
                for _ in 0..<count {
                    let match = fixture.map.match(method: .get, methodName: method.span, path: path.span)
                    guard case .route(let route) = match else { fatalError("no route") }
                    let decision = Decider.decide(
                        requirement: fixture.map.requirement(ofRoute: route),
                        granted: granted,
                        automatic: fixture.catalog.automatic
                    )
                    guard case .allow = decision else { fatalError("refused") }
                    keep(route)
                }
            }
        }
    }

    /// The same, with the look-up of the key's grant before it: what a request with a cached key costs to judge.
    static let matchHitAndDecide = Operation(name: "match, cache hit and decide") {
        let fixture = try Fixture()
        let cache = GrantCache()
        let now = MonotonicTime(nanoseconds: 1)
        let digest = KeyDigest(0x9e37_79b9_7f4a_7c15, 2, 3, 4)
        let scopes = ScopeSet([try fixture.catalog.id(named: "read:trades")])
        cache.store(digest, .active(Grant(scopes: scopes, keyID: "key_1")), now: now, wallSeconds: 1)
        let method = Array("GET".utf8)
        let path = Array("/api/v1/trades/trd_1842".utf8)
        return { count in
            for _ in 0..<count {
                let match = fixture.map.match(method: .get, methodName: method.span, path: path.span)
                guard case .route(let route) = match else { fatalError("no route") }
                guard case .hit(let grant) = cache.lookup(digest, now: now, wallSeconds: 1) else {
                    fatalError("no hit")
                }
                let decision = Decider.decide(
                    requirement: fixture.map.requirement(ofRoute: route),
                    granted: grant.scopes,
                    automatic: fixture.catalog.automatic
                )
                guard case .allow = decision else { fatalError("refused") }
                keep(route)
            }
        }
    }

    /// A key among 10,000 that the cache has.
    static let cacheHit = Operation(name: "cache hit") {
        let cache = GrantCache()
        let now = MonotonicTime(nanoseconds: 1)
        let digests = (0..<10_000 as Range<UInt64>).map { number in
            KeyDigest(number &* 0x9e37_79b9_7f4a_7c15, number &* 0xbf58_476d_1ce4_e5b9, number, ~number)
        }
        for digest in digests { cache.store(digest, .active(Grant(scopes: [])), now: now, wallSeconds: 1) }
        return { count in
            for index in 0..<count {
                guard case .hit = cache.lookup(digests[index % 10_000], now: now, wallSeconds: 1) else {
                    fatalError("no hit")
                }
                keep(index)
            }
        }
    }
}
