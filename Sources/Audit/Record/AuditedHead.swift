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
    public var secrets: [Range<Int>] { (firstSecret.map { [$0] } ?? []) + otherSecrets }

    // Apart, for with most requests there is one, which needs no memory of its own then.
    private var firstSecret: Range<Int>?
    private var otherSecrets: [Range<Int>] = []

    /// A head of which nothing is known.
    public init() {}

    /// Adds to ``secrets``.
    public mutating func add(secret: Range<Int>) {
        if firstSecret == nil { firstSecret = secret } else { otherSecrets.append(secret) }
    }

    /// A text without any of the secrets; nil when it has none, and stands as it is.
    func scrubbed(_ text: Span<UInt8>, in bytes: Span<UInt8>) -> [UInt8]? {
        var holdsOne = firstSecret.map { Self.holds(text, bytes.extracting($0)) } ?? false
        for range in otherSecrets where !holdsOne { holdsOne = Self.holds(text, bytes.extracting(range)) }
        guard holdsOne else { return nil }
        let scrubber = SecretScrubber(secrets.map { Self.array(bytes.extracting($0)) })
        return scrubber.scrub(Self.array(text))
    }

    private static func holds(_ text: Span<UInt8>, _ secret: Span<UInt8>) -> Bool {
        secret.count >= SecretScrubber.shortestSecret
            && SecretScrubber.firstIndex(of: secret, in: text, from: 0) != nil
    }

    private static func array(_ bytes: Span<UInt8>) -> [UInt8] { bytes.withUnsafeBufferPointer { Array($0) } }
}
