import Introspection
import StrictJSON

/// What `POST /revoke` is asked to revoke: `{"key": "…"}`, `{"key_id": "…"}` or `{"subject": "…"}`.
enum RevocationRequest: Equatable {
    case key([UInt8])
    case identity(RevokedIdentity)

    /// Why a body is no revocation. It quotes nothing of the body, which may hold a key.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    init(parsing body: [UInt8]) throws(Problem) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body.span)
        } catch {
            throw Problem(description: "The body is not JSON: \(error).")
        }
        guard case .object(let object) = value, let member = object.members.first, object.members.count == 1,
            case .string(let text) = member.value, !text.isEmpty
        else { throw Self.wrongShape }
        switch String(decoding: member.name, as: UTF8.self) {
        case "key": self = .key(text)
        case "key_id": self = .identity(.keyID(String(decoding: text, as: UTF8.self)))
        case "subject": self = .identity(.subject(String(decoding: text, as: UTF8.self)))
        default: throw Self.wrongShape
        }
    }

    private static var wrongShape: Problem {
        Problem(description: "The body has to be {\"key\": \"…\"}, {\"key_id\": \"…\"} or {\"subject\": \"…\"}.")
    }
}
