import GatewayConfig
import Logging
import RouteMap

/// The backends of a snapshot, and which of them a request goes to.
///
/// For most routes that is known before any request comes, and always when there is but one backend.
final class UpstreamTable: Sendable {
    /// All of them; the first is that of all paths that no other one has.
    let upstreams: [Upstream]

    /// Where a request would go that has come to no route.
    let unrouted: RouteForwarding

    private let prefixes: PrefixTable
    private let forwarding: [RouteForwarding]

    /// - Parameter previous: The table that this takes the place of.
    init(
        _ configuration: GatewayConfiguration,
        _ routeMap: RouteMap,
        succeeding previous: UpstreamTable?,
        logger: Logger
    ) {
        func upstream(_ name: String, _ configuration: UpstreamConfiguration) -> Upstream {
            let former = previous?.upstreams.first { $0.name == name }
            return Upstream(name, configuration, succeeding: former, logger: logger)
        }
        upstreams =
            [upstream(Upstream.defaultName, configuration.upstream)]
            + configuration.upstreams.map { upstream($0.prefix.description, $0.upstream) }
        prefixes = PrefixTable(configuration.upstreams.map(\.prefix))
        let choices = routeMap.templates.map(prefixes.choice)
        let upstreams = upstreams
        unrouted = RouteForwarding(upstream: 0, timeouts: upstreams[0].timeouts)
        forwarding = routeMap.routes.enumerated().map { index, route in
            switch choices[routeMap.templateIndex(ofRoute: index)] {
            case .fixed(let number):
                let place = number.map { $0 + 1 } ?? 0
                return RouteForwarding(upstream: place, timeouts: upstreams[place].timeouts.changed(by: route.timeouts))
            case .byPath: return RouteForwarding(upstream: nil, timeouts: upstreams[0].timeouts)
            }
        }
    }

    /// Whether a backend's prefix is another one once a path's percent-encodings are decoded.
    func isAmbiguous(_ path: Span<UInt8>) -> Bool { prefixes.isAmbiguous(path) }

    /// Where a request goes.
    func forwarding(ofRoute route: Int, path: Span<UInt8>, in map: RouteMap) -> RouteForwarding {
        let known = forwarding[route]
        guard known.upstream == nil else { return known }
        let place = prefixes.number(of: path).map { $0 + 1 } ?? 0
        let timeouts = upstreams[place].timeouts.changed(by: map.routes[route].timeouts)
        return RouteForwarding(upstream: place, timeouts: timeouts)
    }
}

/// Which backend the requests of a route go to, and how long that may take.
struct RouteForwarding: Sendable {
    /// The backend's place in the table; nil when it depends on the path.
    let upstream: Int?
    let timeouts: UpstreamTimeouts
}

extension UpstreamTimeouts {
    func changed(by route: RouteTimeouts) -> UpstreamTimeouts {
        UpstreamTimeouts(
            connect: connect,
            firstByte: route.firstByte.map { .init($0) } ?? firstByte,
            idle: route.idle.map { .init($0) } ?? idle
        )
    }
}
