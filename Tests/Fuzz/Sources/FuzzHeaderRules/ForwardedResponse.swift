import FuzzSupport
import HTTP1
import NIOCore

/// A response head and what was written of it for the client.
struct ForwardedResponse {
    private let bytes: [UInt8]
    private let method: HTTP1.Method
    private let head: ResponseHead
    private let framing: ClientBodyFraming
    private let closes: Bool
    private let written: [UInt8]

    private static let date = Array("Tue, 15 Nov 1994 08:12:31 GMT".utf8)
    private static let requestID = "01J0000000000000000000FUZZ"
    /// Hop-by-hop (RFC 9110 §7.6.1), and what is ours to say.
    private static let dropped: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade", "proxy-authenticate",
        "x-request-id",
    ]

    /// Writes the head for the client; `nil` when the bytes are no acceptable head of a final response.
    init?(_ bytes: [UInt8], options: UInt8) {
        method = options & 1 != 0 ? .head : .get
        var parser = ResponseHeadParser()
        guard parser.parse(bytes.span, requestMethod: method) == .complete, !parser.head.isInformational,
            let requestID = RequestID(Array(Self.requestID.utf8).span)
        else { return nil }
        self.bytes = bytes
        head = parser.head
        framing = ClientBodyFraming(head.framing, clientVersion: options & 2 != 0 ? .http10 : .http11)
        closes = options & 4 != 0 || framing == .untilClose
        var buffer = ByteBuffer()
        ClientResponseHead(head: head, framing: framing, requestID: requestID, closes: closes, date: Self.date)
            .write(bytes.span, to: &buffer)
        written = Array(buffer.readableBytesView)
    }

    func check() {
        guard let before = PlainHead(bytes[..<head.byteCount], mayPadNames: true), let after = PlainHead(written[...])
        else {
            finding("what the client gets is no head: \(quoted(written))")
        }
        checkSecondReading()
        let line = "HTTP/1.1 \(head.status) ".utf8 + bytes[head.reasonRange.range]
        expectEqual(after.startLine, Array(line), "the status line")

        let nominated = Set(before.connectionTokens.names)
        let kept = before.fields.filter { isKept($0.name, isNominated: nominated.contains($0.name)) }.map(\.sent)
        expectEqual(Array(after.fields.prefix(kept.count)), kept, "the kept fields")
        let own = after.fields.dropFirst(kept.count).map { "\($0.name): \(String(decoding: $0.value, as: UTF8.self))" }
        var expected = ["x-request-id: \(Self.requestID)"]
        if before.values("date").isEmpty { expected.append("date: " + String(decoding: Self.date, as: UTF8.self)) }
        if framing == .chunked { expected.append("transfer-encoding: chunked") }
        if head.lengthRule == .restate, let length = head.contentLength { expected.append("content-length: \(length)") }
        if closes { expected.append("connection: close") }
        expectEqual(own.sorted(), expected.sorted(), "the gateway's own fields")
    }

    private func isKept(_ name: String, isNominated: Bool) -> Bool {
        if Self.dropped.contains(name) || name.hasPrefix("x-scopegate-") { return false }
        switch name {
        case "trailer": return framing == .chunked
        case "content-length": return head.lengthRule == .keep
        // Without these a response would mean something else.
        case "date", "content-type", "cache-control": return true
        default: return !isNominated
        }
    }

    /// The client, were it to read as we do, finds the end of the body where the gateway puts it.
    private func checkSecondReading() {
        var parser = ResponseHeadParser(limits: HeadLimits(fieldCount: 120, fieldBytes: 1 << 20))
        expectEqual(parser.parse(written.span, requestMethod: method), .complete, "for the client: \(quoted(written))")
        let second = parser.head
        expectEqual(second.byteCount, written.count, "the length of what the client gets")
        expectEqual(second.status, head.status, "the status")
        let expected: BodyFraming =
            switch framing {
            case .asSent: head.framing
            case .chunked: .chunked
            case .untilClose: .untilClose
            }
        expectEqual(second.framing, expected, "the framing")
        expectEqual(second.keepAlive, !closes, "whether the connection is kept")
    }
}
