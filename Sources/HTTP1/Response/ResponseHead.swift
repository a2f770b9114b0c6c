/// The head of a response (RFC 9112 §2.1), as ranges of the bytes that were parsed.
public struct ResponseHead: Equatable, Sendable {
    /// What becomes of Content-Length on the way to the client.
    public enum LengthRule: Equatable, Sendable {
        /// It goes on as it is, if there is one.
        case keep
        /// It was said more than once: ``ResponseHead/contentLength`` takes the place of all that was said.
        case restate
        /// It goes no further: the response has no length, or the fields contradict each other where they don't count.
        case drop
    }

    /// The version in the status line; a later minor one counts as HTTP/1.1.
    public internal(set) var version = HTTPVersion.http11
    /// The status, `100...999`; from 600 on it counts as a 5xx one (RFC 9110 §15).
    public internal(set) var status = 0
    /// Where the reason phrase is; it may be empty or missing.
    public internal(set) var reasonRange = ByteRange.empty
    /// The field lines in the order they came.
    public internal(set) var fields: [FieldLine] = []
    /// How the body ends.
    public internal(set) var framing = BodyFraming.none
    /// Whether the connection may carry another exchange: HTTP/1.1 without `close`, and a body that does not end with
    /// the connection (RFC 9112 §9.3); HTTP/1.0 never.
    public internal(set) var keepAlive = false
    /// What Content-Length says, whether or not it frames the body.
    public internal(set) var contentLength: UInt64?
    /// What becomes of Content-Length on the way to the client.
    public internal(set) var lengthRule = LengthRule.keep
    /// How long the server keeps the connection when it is idle, as far as it says so; 0 for not at all.
    public internal(set) var keepAliveSeconds: Int?
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
