import HTTP1

/// One message as a parser read it, in terms that both parsers have.
struct Reading: Equatable {
    /// The method or the status.
    var subject: String
    /// The target; of a response, nothing.
    var target = ""
    var minorVersion: Int
    var fields: [Field]
    var body: [UInt8] = []
    var trailers: [Field] = []
    var isWhole = false

    /// Whether it is a 1xx response other than 101.
    var isInformational: Bool { subject.first == "1" && subject != "101" }
}

/// What scopegate's codec makes of the first message in some bytes.
enum OurReading: Equatable {
    /// The head is unfinished or refused.
    case nothing
    /// The head is accepted, and all of the body but `unread` bytes of an unfinished trailer line.
    case message(Reading, unread: Int)
    /// The head is accepted, the body refused.
    case brokenBody(Reading)

    static func request(_ bytes: [UInt8]) -> OurReading {
        guard case .complete(let head) = requestOutcome(bytes) else { return .nothing }
        // NIO tells the target as it came; ours begins behind an authority that equals Host.
        let isAbsolute = bytes[Int(head.methodRange.end) + 1] != UInt8(ascii: "/")
        let targetStart = isAbsolute ? head.methodRange.end + 1 : head.targetRange.start
        let reading = Reading(
            subject: text(bytes, head.methodRange),
            target: text(bytes, ByteRange(start: targetStart, end: head.targetRange.end)),
            minorVersion: head.version == .http11 ? 1 : 0,
            fields: head.fields.map { Field(bytes, $0) }
        )
        return read(reading, head.framing, Array(bytes[head.byteCount...]))
    }

    static func response(_ bytes: [UInt8], method: Method) -> OurReading {
        guard case .complete(let head) = responseOutcome(bytes, method: method) else { return .nothing }
        let reading = Reading(
            subject: String(head.status),
            minorVersion: head.version == .http11 ? 1 : 0,
            fields: head.fields.map { Field(bytes, $0) }
        )
        return read(reading, head.framing, Array(bytes[head.byteCount...]), ofResponse: true)
    }

    private static func read(
        _ head: Reading,
        _ framing: BodyFraming,
        _ rest: [UInt8],
        ofResponse: Bool = false
    ) -> OurReading {
        var reading = head
        var unread = 0
        switch framing {
        case .none: reading.isWhole = true
        case .length(let length):
            reading.body = Array(rest.prefix(Int(min(length, UInt64(rest.count)))))
            reading.isWhole = UInt64(reading.body.count) == length
        case .untilClose: reading.body = rest
        case .chunked:
            let decoded = ChunkedOutcome(rest, mayPadSizes: ofResponse)
            if case .failed = decoded.ending { return .brokenBody(head) }
            reading.body = decoded.body
            reading.isWhole = decoded.ending == .end
            if reading.isWhole { reading.trailers = decoded.trailers } else { unread = rest.count - decoded.consumed }
        }
        return .message(reading, unread: unread)
    }
}
