import FuzzSupport
import HTTP1

/// A response head that was accepted, beside a plain reading of the same bytes.
struct AcceptedResponseHead {
    let head: ResponseHead
    let method: Method
    let bytes: [UInt8]
    let limits: HeadLimits
    private let plain: PlainHead

    init(_ head: ResponseHead, _ method: Method, _ bytes: [UInt8], _ limits: HeadLimits) {
        self.head = head
        self.method = method
        self.bytes = bytes
        self.limits = limits
        guard head.byteCount <= bytes.count, let plain = PlainHead(bytes[..<head.byteCount], mayPadNames: true)
        else {
            finding("what was accepted is no head: \(quoted(bytes))")
        }
        self.plain = plain
    }

    func check() {
        checkStatusLine()
        checkFields()
        checkFraming()
    }

    private func checkStatusLine() {
        let parts = plain.startLineParts(3)
        expect((2...3).contains(parts.count), "the status line has not three parts, nor two")
        expect(parts[0].starts(with: "HTTP/1.".utf8) && parts[0].count == 8, "the version")
        expectEqual(parts[0].last == UInt8(ascii: "0"), head.version == .http10, "the version")
        expectEqual(parts[1], Array(String(head.status).utf8), "the status")
        expect((100...999).contains(head.status), "the status \(head.status)")
        let reason = parts.count == 3 ? parts[2] : []
        expectEqual(text(head.reasonRange), reason, "the reason")
        expect(reason.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }, "a control in the reason")
        expect(plain.startLine.count <= limits.requestLine, "the status line is over its limit")
    }

    private func checkFields() {
        expectEqual(head.fields.count, plain.fields.count, "the number of fields")
        for (line, field) in zip(head.fields, plain.fields) {
            expectEqual(line.nameRange.count, field.name.utf8.count, "a name's length")
            expectEqual(text(line.nameRange), Array(field.line.prefix(line.nameRange.count)), "a name")
            expectEqual(text(line.valueRange), field.value, "a value")
            expect(field.value.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }, "a control in a value")
        }
        expect(head.fields.count <= limits.fieldCount, "there are more fields than the limit")
        let size = plain.fields.reduce(0) { $0 + $1.line.count + 2 }
        expect(size <= limits.fieldBytes, "the fields have \(size) bytes, more than the limit")
    }

    /// RFC 9112 §6.3.
    private func checkFraming() {
        let framing = PlainFraming(plain, mayRepeatLength: true)
        let forbidsBody = head.status < 200 || head.status == 204
        let hasNoBody = forbidsBody || head.status == 304 || method == .head
        if !hasNoBody, framing == nil { finding("the framing has two readings: \(plain)") }
        let expected: BodyFraming =
            switch framing {
            case _ where hasNoBody: .none
            case .unsaid, nil: .untilClose
            case .length(let length): .length(length)
            case .chunked: .chunked
            }
        expectEqual(head.framing, expected, "the framing of \(head.status) to \(method)")
        expect(hasNoBody || framing != .chunked || head.version == .http11, "chunked in HTTP/1.0")
        let tokens = plain.connectionTokens
        let closes = tokens.names.contains("close") || tokens.areOdd
        // A server that frames a body where there can be none may send one.
        let mayHaveBody = forbidsBody && framing != .unsaid && framing != .length(0)
        let keeps = head.version == .http11 && !closes && expected != .untilClose && !mayHaveBody
        expectEqual(head.keepAlive, keeps, "whether the connection is kept")
    }

    private func text(_ range: ByteRange) -> [UInt8] { Array(bytes[range.range]) }
}
