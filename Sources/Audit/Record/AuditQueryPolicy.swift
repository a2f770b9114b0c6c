/// What of a request's query is recorded.
public enum AuditQueryPolicy: String, CaseIterable, Sendable {
    /// Nothing: queries may hold secrets.
    case drop
    /// All of it.
    case keep
    /// The names of the parameters, with `***` for their values.
    case redact

    /// What is recorded of a query, given without its `?`; nil for nothing.
    public func apply(_ query: [UInt8]) -> [UInt8]? {
        switch self {
        case .drop: nil
        case .keep: query
        case .redact: Self.redacted(query)
        }
    }

    private static func redacted(_ query: [UInt8]) -> [UInt8] {
        let mask = Array("***".utf8)
        let parameters = query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        let masked = parameters.map { parameter -> [UInt8] in
            guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")) else {
                // Without a name it may all be a value.
                return parameter.isEmpty ? [] : mask
            }
            return Array(parameter[...equals]) + mask
        }
        return Array(masked.joined(separator: [UInt8(ascii: "&")]))
    }
}
