import GatewayConfig
import HTTP1
import NIOCore
import Probe
import RouteMap

/// What the gateway makes of a request before it looks at its key, without a server: the parser, the map, the prefixes
/// of backends, and the rules for fields and for connections that are used again, each of them the gateway's own.
public struct PassageRules: Sendable {
    private let map: RouteMap
    private let limits: HeadLimits
    private let prefixes: PrefixTable
    private let headers: HeaderRules
    private let readsBodies: [Bool]

    /// The rules of a configuration; those that hold by default when there is none.
    public init(_ configuration: GatewayConfiguration?, _ map: RouteMap) {
        self.map = map
        limits = configuration.map { RequestLimits($0).head } ?? HeadLimits()
        prefixes = PrefixTable(configuration?.upstreams.map(\.prefix) ?? [])
        let keys = configuration?.keys ?? KeysConfiguration()
        headers = HeaderRules(
            configuration?.headers ?? HeadersConfiguration(),
            keys: KeyExtractor(keys),
            forwardsKey: keys.forward
        )
        readsBodies = configuration?.allUpstreams.map { $0.bodies == .trusted } ?? [true]
    }

    /// What becomes of a request of a client that nobody trusts.
    public func passage(_ request: ProbeRequest) -> GatewayPassage {
        let bytes = request.head(for: BackendAccess(host: "gateway.invalid"))
        var parser = RequestHeadParser(limits: limits)
        switch parser.parse(bytes.span) {
        case .needMore: return .refused(code: "invalid_request", message: "The head has no end.")
        case .failed(let error): return .refused(code: "\(error.code)", message: "\(error.message)")
        case .complete: break
        }
        let head = parser.head
        let path = bytes.span.extracting(head.pathRange.range)
        let match = map.match(
            method: head.method,
            methodName: bytes.span.extracting(head.methodRange.range),
            path: path
        )
        switch match {
        case .unmapped, .denied: return Self.refused(Denial(.unmappedRoute))
        case .refused(let fault): return Self.refused(Denial(.invalidRequestTarget, message: fault.message))
        case .methodNotAllowed: return Self.refused(Denial(.methodNotAllowed))
        case .route(let route):
            if prefixes.isAmbiguous(path) {
                return Self.refused(Denial(.invalidRequestTarget, message: SpellingFault.otherUpstream.message))
            }
            if map.refusesBody(of: head, route: route) { return Self.refused(Denial(.unexpectedBody)) }
            return .passes(passing(route, head, bytes, place: prefixes.number(of: path).map { $0 + 1 } ?? 0))
        }
    }

    private static func refused(_ denial: Denial) -> GatewayPassage {
        .refused(code: "\(denial.reason.code)", message: denial.message.map { "\($0)" } ?? "")
    }

    private func passing(
        _ route: Int,
        _ head: RequestHead,
        _ bytes: [UInt8],
        place: Int
    ) -> GatewayPassage.Passing {
        var reuse = ConnectionReuse(
            framing: head.framing,
            method: head.method,
            backendReadsBodies: readsBodies[place]
        )
        var ids = RequestIDGenerator(seed: 0)
        var buffer = ByteBuffer()
        UpstreamRequestHead(
            head: head,
            client: ClientIdentity(remote: nil, local: nil, trusted: []),
            rules: headers,
            host: nil,
            fallbackHost: [],
            requestID: ids.next(milliseconds: 0),
            keyID: [],
            closes: reuse.asksToClose
        ).write(bytes.span, to: &buffer)
        reuse.answered(status: 200, requestIsSent: true)
        return GatewayPassage.Passing(
            route: route,
            place: place,
            head: String(decoding: buffer.readableBytesView, as: UTF8.self),
            isReusedAfterSuccess: reuse.isAllowed
        )
    }
}
