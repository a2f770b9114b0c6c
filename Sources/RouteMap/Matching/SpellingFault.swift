/// Why a path is refused although a template matches it as it is written.
public enum SpellingFault: CaseIterable, Equatable, Sendable {
    /// Decoded it is the path of another template.
    case otherTemplate
    /// Decoded it goes to another backend.
    case otherUpstream
    /// Decoded it has a segment that is empty or dots, a backslash or a control.
    case structure
    /// It has an encoded slash, which its route doesn't allow.
    case slash
    /// It has an encoded percent, which its route doesn't allow.
    case percent
    /// It has an encoded `?`, `#` or `;` under a public route that doesn't allow it.
    case delimiter
    /// It differs from another route's path only by the case of letters, an ending or a slash, and the map refuses
    /// that.
    case nearMiss

    /// A sentence for the caller. It names no bytes of the request.
    public var message: StaticString {
        switch self {
        case .otherTemplate: "The path percent-encodes what is part of another route's path."
        case .otherUpstream: "The path percent-encodes what says where it goes."
        case .structure: "The path percent-encodes a character that is not allowed in a path."
        case .slash: "The path percent-encodes a slash."
        case .percent: "The path percent-encodes a percent sign."
        case .nearMiss: "The path differs from another route's only by the case of letters, an ending or a slash."
        case .delimiter: "The path percent-encodes a character that ends a path or a segment."
        }
    }
}

/// The percent-encodings that a route accepts in its parameters by its own word: `allow`.
public struct EncodingAllowance: OptionSet, Hashable, Sendable {
    /// One bit for each of them.
    public let rawValue: UInt8

    /// Those whose bits are set.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `%2F`: a slash that is data, such as that of `EUR%2FUSD`.
    public static let slash = EncodingAllowance(rawValue: 1)
    /// `%25`: a percent sign that is data.
    public static let percent = EncodingAllowance(rawValue: 2)
    /// `%3F`, `%23` and `%3B` under a public route; others accept them anyway.
    public static let delimiters = EncodingAllowance(rawValue: 4)

    /// The words of route files.
    public static let words: [(word: String, value: EncodingAllowance)] = [
        ("encoded_slash", .slash), ("encoded_percent", .percent), ("encoded_delimiters", .delimiters),
    ]

    /// The words for what is allowed.
    public var words: [String] { Self.words.filter { contains($0.value) }.map(\.word) }
}
