import ScopeModel
import StrictJSON

/// The body of an introspection answer (RFC 7662 §2.2, or another API's by its mapping).
public enum IntrospectionResponse {
    /// Reads the body of a 200 answer.
    ///
    /// - What says whether the key is active is required and boolean. When it is false, the rest doesn't count.
    /// - The scopes are a string of scopes with single spaces between, or an array of strings. Scopes that the catalog
    ///   doesn't have are ignored and counted.
    /// - Times are numbers of whole seconds since 1970, or, where the mapping allows it, texts of RFC 3339.
    ///
    /// `null` counts as absent where absence grants nothing more, and for times where the mapping allows it. Anything
    /// else is an error, never a guess.
    public static func parse(
        body: Span<UInt8>,
        mapping: AnswerMapping = .rfc7662,
        catalog: ScopeCatalog
    ) -> Result<Grant, IntrospectionAnswerError> {
        do throws(IntrospectionAnswerError) {
            return .success(try grant(body: body, mapping: mapping, catalog: catalog))
        } catch {
            return .failure(error)
        }
    }

    private static func grant(
        body: Span<UInt8>,
        mapping: AnswerMapping,
        catalog: ScopeCatalog
    ) throws(IntrospectionAnswerError) -> Grant {
        let answer = MappedAnswer(object: try object(body), mapping: mapping)
        guard try answer.isActive() else { return .inactive }
        let scopes = try GrantedScopes(answer.scopes(), catalog: catalog)
        return Grant(
            scopes: scopes.known,
            expiresAt: try answer.time(mapping.expiresAt, earliest: 1, rounding: .down),
            notBefore: try answer.time(mapping.notBefore, earliest: 0, rounding: .up),
            keyID: try answer.keyID(),
            subject: try answer.subject(),
            unknownScopeCount: scopes.unknownCount
        )
    }

    private static func object(_ body: Span<UInt8>) throws(IntrospectionAnswerError) -> JSONValue {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: body)
        } catch {
            throw .json(error)
        }
        guard case .object = value else { throw .notAnObject }
        return value
    }
}
