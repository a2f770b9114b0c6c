import ScopeModel

/// The rules for a whole introspection answer: status, content type, length and body.
public enum IntrospectionAnswer {
    /// The longest body that is read, in bytes. A transport should stop receiving beyond it.
    public static let maximumBodyLength = 64 * 1024

    /// What a call's result means: the grant (perhaps ``Grant/inactive``), or why it means nothing.
    public static func interpret(
        _ result: IntrospectionCallResult,
        mapping: AnswerMapping = .rfc7662,
        catalog: ScopeCatalog
    ) -> Result<Grant, IntrospectionFailure> {
        switch result {
        case .failed(.answerTooLarge):
            return .failure(.answerTooLarge)
        case .failed(let failure):
            return .failure(.callFailed(failure))
        case .answer(let status, let contentType, let body):
            if mapping.inactiveStatuses.contains(status) { return .success(.inactive) }
            guard status == 200 else { return .failure(.unexpectedStatus(status)) }
            guard isJSON(contentType) else { return .failure(.unexpectedContentType) }
            guard body.count <= maximumBodyLength else { return .failure(.answerTooLarge) }
            return IntrospectionResponse.parse(body: body.span, mapping: mapping, catalog: catalog)
                .mapError(IntrospectionFailure.invalidAnswer)
        }
    }

    /// Whether a Content-Type is `application/json`, with or without parameters (RFC 9110 §8.3.1).
    static func isJSON(_ contentType: [UInt8]) -> Bool {
        let mediaType = contentType.prefix { $0 != UInt8(ascii: ";") }
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let withoutTrailing = mediaType.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        let lowercased = withoutTrailing.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return lowercased.elementsEqual("application/json".utf8)
    }
}
