import Digests
import Introspection
import Logging
import NIOCore
import SimpleHTTP
import StrictJSON

/// `POST /introspect` with `{"key": "…"}`: the endpoint is asked about the key by the running gateway, whatever its
/// cache has, and the answer is shown as it is read. It changes nothing: neither the cache nor the breaker learns of
/// it.
struct IntrospectAction {
    let services: GatewayServices
    let reloader: Reloader

    func respond(to request: SimpleRequest, on eventLoop: any EventLoop) -> EventLoopFuture<SimpleResponse> {
        guard let key = Self.key(in: request.body) else {
            let message = "The body has to be {\"key\": \"…\"}, with a key of the syntax of RFC 6750 §2.1."
            return eventLoop.makeSucceededFuture(AdminAnswer.error(400, code: "invalid_key", message: message))
        }
        let grants = services.currentGrants
        let promise = eventLoop.makePromise(of: IntrospectionProbe.self)
        IntrospectionProbe.ask(
            key,
            by: grants.call,
            reloader.loaded.configuration.keys,
            grants.configuration,
            grants.catalog,
            completion: promise.succeed
        )
        let fingerprint = reloader.fingerprint.authenticate(key.span).hexPrefix16
        return promise.futureResult.map { [services] probe in
            services.logger.notice("an operator asked about a key", metadata: ["key_fingerprint": "\(fingerprint)"])
            let report = IntrospectionReport(
                probe,
                key: key,
                endpoints: grants.configuration.endpoints.map(\.description),
                catalog: grants.catalog,
                wallSeconds: SystemClock().wallSeconds
            )
            return AdminAnswer.json(200, report.json)
        }
    }

    private static func key(in body: [UInt8]) -> [UInt8]? {
        guard case .object(let object)? = try? JSONValue(parsing: body.span), object.members.count == 1,
            case .string(let key)? = object["key"], KeySyntax.isKey(key.span)
        else { return nil }
        return key
    }
}
