/// The head of a response (RFC 9112 §2.1), as ranges of the bytes that were parsed.
public struct ResponseHead: Equatable, Sendable {
    /// The version in the status line.
    public internal(set) var version = HTTPVersion.http11
    /// The status, `100...599`.
    public internal(set) var status = 0
    /// Where the reason phrase is; it may be empty.
    public internal(set) var reasonRange = ByteRange.empty
    /// The field lines in the order they came.
    public internal(set) var fields: [FieldLine] = []
    /// How the body ends.
    public internal(set) var framing = BodyFraming.none
    /// Whether the connection may carry another exchange: HTTP/1.1 without `close`, and a body that does not end with
    /// the connection (RFC 9112 §9.3); HTTP/1.0 never.
    public internal(set) var keepAlive = false
    /// The length of the head with its empty line: the offset at which the body, or after 1xx the next head, begins.
    public internal(set) var byteCount = 0

    /// An empty head.
    public init() {}

    /// Whether this is a 1xx head, after which another head follows (RFC 9110 §15.2).
    public var isInformational: Bool { status < 200 }

    mutating func reset() {
        var storage: [FieldLine] = []
        swap(&storage, &fields)
        storage.removeAll(keepingCapacity: true)
        self = ResponseHead()
        fields = storage
    }
}
