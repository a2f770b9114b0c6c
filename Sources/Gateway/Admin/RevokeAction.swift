import Introspection
import Logging
import SimpleHTTP

/// `POST /revoke`: what is known of a key, or of all keys of an id or a subject, is forgotten on every loop before this
/// is answered; the endpoint is asked anew when such a key is used the next time.
struct RevokeAction {
    let services: GatewayServices

    func respond(to request: SimpleRequest) -> SimpleResponse {
        let revocation: RevocationRequest
        do throws(RevocationRequest.Problem) {
            revocation = try RevocationRequest(parsing: request.body)
        } catch {
            return AdminAction.error(400, code: "invalid_revocation", message: error.description)
        }
        let effect: RevocationEffect
        let what: Logger.Metadata
        switch revocation {
        case .key(let key):
            effect = services.introspector.forget(KeyDigest(services.keyDigest.authenticate(key.span)))
            what = ["key_fingerprint": "\(services.fingerprint.authenticate(key.span).hexPrefix16)"]
        case .identity(let identity):
            effect = services.introspector.forget(identity)
            switch identity {
            case .keyID(let keyID): what = ["key_id": "\(keyID)"]
            case .subject(let subject): what = ["subject": "\(subject)"]
            }
        }
        let metadata = what.merging(["forgotten": "\(effect.forgotten)"]) { $1 }
        services.logger.notice("revoked", metadata: metadata)
        return AdminAction.json(
            200,
            "{\"forgotten\":\(effect.forgotten),\"calls_disregarded\":\(effect.callsDisregarded)}\n"
        )
    }
}
