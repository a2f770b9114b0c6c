import Audit
import Digests
import Introspection
import Logging
import NIOCore
import SimpleHTTP
import StrictJSON

/// `POST /revoke`: what is known of a key, or of all keys of an id or a subject, is forgotten on every loop before this
/// is answered (``Revoker``); the endpoint is asked anew when such a key is used the next time.
struct RevokeAction {
    let services: GatewayServices
    let revoker: Revoker
    /// Makes key fingerprints, as the audit has them.
    let fingerprint: HMACSHA256

    func respond(to request: SimpleRequest, on eventLoop: any EventLoop) -> EventLoopFuture<SimpleResponse> {
        let revocation: RevocationRequest
        do throws(RevocationRequest.Problem) {
            revocation = try RevocationRequest(parsing: request.body)
        } catch {
            let answer = AdminAnswer.error(400, code: "invalid_revocation", message: error.description)
            return eventLoop.makeSucceededFuture(answer)
        }
        let effect: EventLoopFuture<RevocationEffect>
        let target: AuditRevocation.Target
        switch revocation {
        case .key(let key):
            let digest = KeyDigest(services.keyDigest.authenticate(key.span))
            effect = revoker.revoke(on: eventLoop) { $0.forget(digest) }
            target = .fingerprint(fingerprint.authenticate(key.span).hexPrefix16)
        case .identity(let identity):
            effect = revoker.revoke(on: eventLoop) { $0.forget(identity) }
            switch identity {
            case .keyID(let keyID): target = .keyID(keyID)
            case .subject(let subject): target = .subject(subject)
            case .everybody: target = .all
            }
        }
        return effect.map { [services] effect in
            services.audit.record(.revocation(AuditRevocation(target, count: effect.forgotten)), or: services.logger)
            services.logger.notice("revoked", metadata: Self.metadata(of: target, effect))
            return AdminAnswer.json(200, Self.json(effect))
        }
    }

    static func json(_ effect: RevocationEffect) -> JSONOutput {
        .object([
            ("forgotten", .count(effect.forgotten)), ("calls_disregarded", .count(effect.callsDisregarded)),
        ])
    }

    private static func metadata(of target: AuditRevocation.Target, _ effect: RevocationEffect) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["forgotten": "\(effect.forgotten)"]
        switch target {
        case .fingerprint(let fingerprint): metadata["key_fingerprint"] = "\(fingerprint)"
        case .keyID(let keyID): metadata["key_id"] = "\(keyID)"
        case .subject(let subject): metadata["subject"] = "\(subject)"
        case .all: break
        }
        return metadata
    }
}
