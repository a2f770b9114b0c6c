/// What of a request's head logs, records and spans show: where it stands in the request's bytes. It is given out
/// without the request's keys only.
public struct RequestTexts: Sendable {
    /// What a client has written.
    public enum Part: Int, CaseIterable, Sendable {
        /// The method.
        case method
        /// The path, up to its `?`.
        case path
        /// The trace id of a well-formed `traceparent` (W3C Trace Context §3.2.2.3).
        case traceID
        /// What the client calls itself.
        case userAgent
        /// The page that the request came from, up to its `?`.
        case referer
        /// The client's own id for the request, where the gateway has another.
        case requestID

        /// How long it may be.
        var limit: Int {
            switch self {
            case .method: TextLimits.method
            case .path: TextLimits.path
            case .traceID, .requestID: TextLimits.name
            case .userAgent: TextLimits.userAgent
            case .referer: TextLimits.referer
            }
        }
    }

    /// The keys that came with the request.
    public var secrets = RequestSecrets()
    private var places = InlineArray<6, Range<Int>?>(repeating: nil)

    /// A head of which nothing is known.
    public init() {}

    /// Notes where a part stands.
    public mutating func note(_ part: Part, at range: Range<Int>?) { places[part.rawValue] = range }

    /// Whether a part is known.
    public func has(_ part: Part) -> Bool { places[part.rawValue] != nil }

    /// Calls with a part without the request's keys, and whether it was cut; not at all when there is none.
    public func withRedacted(
        _ part: Part,
        in bytes: Span<UInt8>,
        _ body: (_ redacted: Span<UInt8>, _ isCut: Bool) -> Void
    ) {
        guard let range = range(part, in: bytes) else { return }
        secrets.withRedacted(bytes.extracting(range), limit: part.limit, in: bytes, body)
    }

    /// A part without the request's keys; nil when there is none.
    public func redacted(_ part: Part, in bytes: Span<UInt8>) -> RedactedText? {
        range(part, in: bytes).map { secrets.redact(bytes.extracting($0), limit: part.limit, in: bytes) }
    }

    private func range(_ part: Part, in bytes: Span<UInt8>) -> Range<Int>? {
        guard let range = places[part.rawValue] else { return nil }
        guard part == .path || part == .referer else { return range }
        let text = bytes.extracting(range)
        var end = 0
        // What follows a `?` or a `#` may hold anything.
        while end < text.count, text[end] != UInt8(ascii: "?"), text[end] != UInt8(ascii: "#") { end &+= 1 }
        return range.lowerBound..<range.lowerBound + end
    }
}
