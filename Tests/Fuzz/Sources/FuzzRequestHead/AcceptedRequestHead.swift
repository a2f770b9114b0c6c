import FuzzSupport
import HTTP1

/// A request head that was accepted, beside a plain reading of the same bytes.
struct AcceptedRequestHead {
    let head: RequestHead
    let bytes: [UInt8]
    let limits: HeadLimits
    private let plain: PlainHead

    init(_ head: RequestHead, _ bytes: [UInt8], _ limits: HeadLimits) {
        self.head = head
        self.bytes = bytes
        self.limits = limits
        // One empty line may stand before it.
        let start = bytes.starts(with: [13, 10]) ? 2 : 0
        guard head.byteCount <= bytes.count, let plain = PlainHead(bytes[start..<head.byteCount]) else {
            finding("what was accepted is no head: \(quoted(bytes))")
        }
        self.plain = plain
    }

    func check() {
        checkRequestLine()
        checkFields()
        checkFraming()
        checkSecondReading()
    }

    private func checkRequestLine() {
        let parts = plain.startLineParts(3)
        expect(parts.count == 3, "the request line has not three parts")
        expectEqual(text(head.methodRange), parts[0], "the method")
        expectEqual(head.method.name.map { Array($0.description.utf8) } ?? parts[0], parts[0], "the method's case")
        expect(parts[1].suffix(head.targetRange.count).elementsEqual(text(head.targetRange)), "the target")
        expect(text(head.pathRange).first == UInt8(ascii: "/"), "the target is not in origin-form")
        let query = head.queryRange.map { [UInt8(ascii: "?")] + text($0) } ?? []
        let path = head.targetLacksPath ? [] : text(head.pathRange)
        expectEqual(text(head.targetRange), path + query, "path and query are not the target")
        expect(parts[2].starts(with: "HTTP/1.".utf8) && parts[2].count == 8, "the version")
        expectEqual(parts[2].last == UInt8(ascii: "0"), head.version == .http10, "the version")
        expect(plain.startLine.count <= limits.requestLine, "the request line is over its limit")
        expect(plain.startLine.allSatisfy { (0x20...0x7E).contains($0) }, "the request line has odd bytes")
    }

    private func checkFields() {
        expectEqual(head.fields.count, plain.fields.count, "the number of fields")
        for (line, field) in zip(head.fields, plain.fields) {
            expectEqual(text(line.nameRange), Array(field.line.prefix(line.nameRange.count)), "a name")
            expectEqual(line.nameRange.count, field.name.utf8.count, "a name's length")
            expectEqual(text(line.valueRange), field.value, "a value")
            let isOdd = !field.name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
            expectEqual(line.nameIsOdd, isOdd, "an odd byte in a name")
            let tidy = text(line.nameRange) + Array(":".utf8)
            let isTidy = [tidy + field.value, tidy + [0x20] + field.value].contains(field.line)
            expectEqual(line.isTidy, isTidy && !(field.value.isEmpty && field.line.last == 0x20), "tidiness")
            expect(field.value.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }, "a control in a value")
        }
        expect(head.fields.count <= limits.fieldCount, "there are more fields than the limit")
        let size = plain.fields.reduce(0) { $0 + $1.line.count + 2 }
        expect(size <= limits.fieldBytes, "the fields have \(size) bytes, more than the limit")
        guard !head.lacksHost else {
            expect(plain.values("host").isEmpty && head.version == .http10, "Host is missing")
            return
        }
        expectEqual(plain.values("host"), [text(head.hostRange)], "Host")
        expect(HostField.isValid(text(head.hostRange).span), "Host is invalid")
    }

    private func checkFraming() {
        guard let framing = PlainFraming(plain) else { finding("the framing has two readings: \(plain)") }
        switch framing {
        case .unsaid: expectEqual(head.framing, .none, "the framing")
        case .length(let length): expectEqual(head.framing, .length(length), "the framing")
        case .chunked:
            expectEqual(head.framing, .chunked, "the framing")
            expect(head.version == .http11, "chunked in HTTP/1.0")
        }
        let closes = plain.listMembers("connection").contains("close")
        expectEqual(head.keepAlive, head.version == .http11 && !closes, "whether the connection is kept")
        let expects = !plain.values("expect").isEmpty && head.version == .http11
        expectEqual(head.expectsContinue, expects, "whether 100 is expected")
    }

    /// What was read, written anew in the plainest form, is read the same.
    private func checkSecondReading() {
        let slash = head.targetLacksPath ? "/" : ""
        var copy = text(head.methodRange) + Array(" \(slash)".utf8) + text(head.targetRange) + Array(" ".utf8)
        copy += Array((head.version == .http11 ? "HTTP/1.1\r\n" : "HTTP/1.0\r\n").utf8)
        for line in head.fields { copy += text(line.nameRange) + Array(":".utf8) + text(line.valueRange) + [13, 10] }
        copy += [13, 10]
        var parser = RequestHeadParser(limits: limits)
        expectEqual(parser.parse(copy.span), .complete, "the copy \(quoted(copy))")
        let second = parser.head
        expectEqual(second.byteCount, copy.count, "the copy's length")
        expectEqual(second.method, head.method, "the copy's method")
        expectEqual(second.framing, head.framing, "the copy's framing")
        expectEqual(second.keepAlive, head.keepAlive, "whether the copy's connection is kept")
        expectEqual(second.expectsContinue, head.expectsContinue, "whether the copy expects 100")
        expectEqual(
            Array(copy[second.targetRange.range]),
            Array(slash.utf8) + text(head.targetRange),
            "the copy's target"
        )
        expectEqual(second.fields.map(\.name), head.fields.map(\.name), "the copy's field names")
    }

    private func text(_ range: ByteRange) -> [UInt8] { Array(bytes[range.range]) }
}
