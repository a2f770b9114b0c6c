/// The head of a request (RFC 9112 §2.1), as ranges of the bytes that were parsed.
public struct RequestHead: Equatable, Sendable {
    /// The method; when it is `other`, `methodRange` tells it.
    public internal(set) var method = Method.other
    /// Where the method is.
    public internal(set) var methodRange = ByteRange.empty
    /// What goes upstream as the target, byte for byte: the origin-form, or the part of an absolute-form from its
    /// path on.
    public internal(set) var targetRange = ByteRange.empty
    /// Whether the target is an absolute-form without a path, so that `/` goes upstream before ``targetRange``.
    public internal(set) var targetLacksPath = false
    /// The target's path, up to `?`.
    public internal(set) var pathRange = ByteRange.empty
    /// The target's query after `?`; `nil` when there is no `?`.
    public internal(set) var queryRange: ByteRange?
    /// The value of Host; without one the authority of the target, and empty if that has none either.
    public internal(set) var hostRange = ByteRange.empty
    /// Whether there is no Host, as it may be in HTTP/1.0.
    public internal(set) var lacksHost = false
    /// The version in the request line; a later minor one counts as HTTP/1.1.
    public internal(set) var version = HTTPVersion.http11
    /// How the body ends; never `untilClose`.
    public internal(set) var framing = BodyFraming.none
    /// The field lines in the order they came.
    public internal(set) var fields: [FieldLine] = []
    /// Whether the connection may carry another request: HTTP/1.1 without `close` (RFC 9112 §9.3); HTTP/1.0 never.
    public internal(set) var keepAlive = false
    /// Whether the client waits for 100 before it sends the body (RFC 9110 §10.1.1).
    public internal(set) var expectsContinue = false
    /// The length of the head with its empty line: the offset at which the body begins.
    public internal(set) var byteCount = 0

    /// An empty head.
    public init() {}

    mutating func reset() {
        var storage: [FieldLine] = []
        swap(&storage, &fields)
        storage.removeAll(keepingCapacity: true)
        self = RequestHead()
        fields = storage
    }
}
