import HTTP1

/// What the codec takes although a strict parser refuses it or stumbles over it, as there is but one reading; and what
/// is sent in its place.
enum Leniency {
    /// Whether a request that was accepted isn't written as the grammar has it.
    static func isUsed(_ bytes: [UInt8], _ head: RequestHead) -> Bool {
        let version = bytes[Int(head.targetRange.end) + 8]
        return bytes[0] == 0x0D || version > UInt8(ascii: "1")
            || isUsed(bytes, head.fields, head.framing, head.byteCount)
    }

    /// Whether a response that was accepted isn't written as the grammar has it.
    static func isUsed(_ bytes: [UInt8], _ head: ResponseHead) -> Bool {
        let isBodiless = head.framing == .none
        return bytes[7] > UInt8(ascii: "1") || bytes[12] != UInt8(ascii: " ") || head.status > 599
            || head.lengthRule == .restate
            // Where the fields don't count, they may say anything.
            || isBodiless && head.fields.contains { $0.name == .contentLength || $0.name == .transferEncoding }
            || isUsed(bytes, head.fields, head.framing, head.byteCount)
    }

    /// Whether the head of a request or response that was accepted isn't written as the grammar has it.
    static func isUsed(_ bytes: [UInt8]) -> Bool {
        if case .complete(let head) = requestOutcome(bytes) { return isUsed(bytes, head) }
        if case .complete(let head) = responseOutcome(bytes) { return isUsed(bytes, head) }
        return false
    }

    private static func isUsed(
        _ bytes: [UInt8],
        _ fields: [FieldLine],
        _ framing: BodyFraming,
        _ headEnd: Int
    ) -> Bool {
        let isPadded = fields.contains { line in
            let isFraming = line.name == .contentLength || line.name == .transferEncoding
            return isFraming && !line.isTidy || bytes[Int(line.nameRange.end)] != UInt8(ascii: ":")
        }
        // White space is nowhere in a chunked body but in its data, its extensions and its trailers.
        return isPadded || framing == .chunked && bytes[headEnd...].contains { $0 == 0x20 || $0 == 0x09 }
    }

    /// What is sent of a request that makes use of leniency; `nil` for one that doesn't, or isn't whole.
    static func sentRequest(_ bytes: [UInt8]) -> [UInt8]? {
        guard case .complete(let head) = requestOutcome(bytes), isUsed(bytes, head),
            case .message(let reading, _) = OurReading.request(bytes)
        else { return nil }
        let line = "\(reading.subject) \(reading.target) HTTP/1.\(reading.minorVersion)"
        return normalized(reading, startLine: line, head.framing)
    }

    /// What is sent of a response that makes use of leniency; `nil` for one that doesn't, or isn't whole.
    static func sentResponse(_ bytes: [UInt8], method: Method) -> [UInt8]? {
        guard case .complete(let head) = responseOutcome(bytes, method: method), isUsed(bytes, head),
            case .message(let reading, _) = OurReading.response(bytes, method: method)
        else { return nil }
        return normalized(reading, startLine: "HTTP/1.\(reading.minorVersion) \(reading.subject) x", head.framing)
    }

    /// A reading without the fields that are written anew.
    static func withoutFraming(_ reading: Reading) -> Reading {
        var reading = reading
        reading.fields.removeAll(where: isFraming)
        return reading
    }

    /// The message as it goes on: tidy lines, one length, chunks without extensions.
    private static func normalized(_ reading: Reading, startLine: String, _ framing: BodyFraming) -> [UInt8] {
        var bytes = Array(startLine.utf8) + [13, 10]
        for field in reading.fields where !isFraming(field) { bytes += Array("\(field)\r\n".utf8) }
        switch framing {
        case .none, .untilClose: bytes += [13, 10] + reading.body
        case .length(let length): bytes += Array("Content-Length: \(length)\r\n\r\n".utf8) + reading.body
        case .chunked:
            bytes += Array("Transfer-Encoding: chunked\r\n\r\n".utf8)
            if !reading.body.isEmpty {
                bytes += Array((String(reading.body.count, radix: 16) + "\r\n").utf8) + reading.body + [13, 10]
            }
            guard reading.isWhole else { break }
            bytes += Array("0\r\n".utf8) + reading.trailers.flatMap { Array("\($0)\r\n".utf8) } + [13, 10]
        }
        return bytes
    }

    private static func isFraming(_ field: Field) -> Bool {
        ["content-length", "transfer-encoding"].contains(field.name.lowercased())
    }
}
