import ScopeModel
import StrictJSON

/// The body of an introspection answer (RFC 7662 §2.2).
public enum IntrospectionResponse {
    /// Reads the body of a 200 answer.
    ///
    /// - `active` is required and boolean. When it is false, the other members don't count.
    /// - The scopes are under `scope` or `scopes`, not both: a string of scopes with single spaces between, or an array
    ///   of strings. Scopes that the catalog doesn't have are ignored and counted.
    /// - `exp` and `nbf` are numbers of whole seconds since 1970.
    /// - The key id is the first of `key_id`, `client_id`, `jti` that is present; the subject is `sub`.
    ///
    /// `null` counts as absent where absence grants nothing more (all but `active`, `exp` and `nbf`). Anything else is
    /// an error, never a guess.
    public static func parse(
        body: Span<UInt8>,
        catalog: ScopeCatalog
    ) -> Result<Grant, IntrospectionAnswerError> {
        do throws(IntrospectionAnswerError) {
            return .success(try grant(body: body, catalog: catalog))
        } catch {
            return .failure(error)
        }
    }

    private static func grant(
        body: Span<UInt8>,
        catalog: ScopeCatalog
    ) throws(IntrospectionAnswerError) -> Grant {
        let object = try object(body)
        guard let active = object["active"] else { throw .missingActive }
        guard case .bool(let isActive) = active else { throw .wrongType(member: "active") }
        guard isActive else { return .inactive }

        let scopes = try GrantedScopes(object, catalog: catalog)
        return Grant(
            scopes: scopes.known,
            expiresAt: try time("exp", of: object, earliest: 1),
            notBefore: try time("nbf", of: object, earliest: 0),
            keyID: try keyID(of: object),
            subject: try subject(of: object),
            unknownScopeCount: scopes.unknownCount
        )
    }

    private static func object(_ body: Span<UInt8>) throws(IntrospectionAnswerError) -> JSONObject {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: body)
        } catch {
            throw .json(error)
        }
        guard case .object(let object) = value else { throw .notAnObject }
        return object
    }

    private static func time(
        _ member: String,
        of object: JSONObject,
        earliest: Int64
    ) throws(IntrospectionAnswerError) -> Int64? {
        guard let value = object[member] else { return nil }
        guard case .number(let number) = value else { throw .wrongType(member: member) }
        guard let seconds = number.int64, seconds >= earliest, seconds <= Grant.maximumTime else {
            throw .invalidTime(member: member)
        }
        return seconds
    }

    private static func keyID(of object: JSONObject) throws(IntrospectionAnswerError) -> String? {
        for member in ["key_id", "client_id", "jti"] {
            guard let bytes = try text(member, of: object) else { continue }
            let isVisible = bytes.allSatisfy { (0x21...0x7E).contains($0) }
            guard !bytes.isEmpty, bytes.count <= Grant.maximumKeyIDLength, isVisible else {
                throw .invalidIdentifier(member: member)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        return nil
    }

    private static func subject(of object: JSONObject) throws(IntrospectionAnswerError) -> String? {
        guard let bytes = try text("sub", of: object) else { return nil }
        let hasControls = bytes.contains { $0 < 0x20 || $0 == 0x7F }
        guard !bytes.isEmpty, bytes.count <= Grant.maximumSubjectLength, !hasControls else {
            throw .invalidIdentifier(member: "sub")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func text(
        _ member: String,
        of object: JSONObject
    ) throws(IntrospectionAnswerError) -> [UInt8]? {
        switch object[member] {
        case nil, .null: return nil
        case .string(let bytes): return bytes
        default: throw .wrongType(member: member)
        }
    }
}
