/// Where the things that the audit records stand in the bytes of a request's head.
public struct AuditedHead: Sendable {
    /// The method; nil when the request line couldn't be read.
    public var method: Range<Int>?
    /// The path, as sent; nil when it couldn't be read.
    public var path: Range<Int>?
    /// The trace id of a well-formed `traceparent` (W3C Trace Context §3.2.2.3).
    public var traceID: Range<Int>?
    /// What the client calls itself.
    public var userAgent: Range<Int>?
    /// The keys that came with the request. Where a client has put one into a text as well, the record has `[key]`
    /// instead.
    public var secrets: [Range<Int>] = []

    /// A head of which nothing is known.
    public init() {}

    /// A text without any of the secrets; nil when it has none, and stands as it is.
    func scrubbed(_ text: Span<UInt8>, in bytes: Span<UInt8>) -> [UInt8]? {
        let holdsOne = secrets.contains { range in
            range.count >= SecretScrubber.shortestSecret
                && SecretScrubber.firstIndex(of: bytes.extracting(range), in: text, from: 0) != nil
        }
        guard holdsOne else { return nil }
        let scrubber = SecretScrubber(secrets.map { Self.array(bytes.extracting($0)) })
        return scrubber.scrub(Self.array(text))
    }

    private static func array(_ bytes: Span<UInt8>) -> [UInt8] { bytes.withUnsafeBufferPointer { Array($0) } }
}
