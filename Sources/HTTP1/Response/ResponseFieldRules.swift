/// The rules on what a response's fields say, as opposed to how they are written.
struct ResponseFieldRules: Sendable {
    private var framing = FramingFields()
    private var closes = false

    /// Takes note of one field line.
    @inline(__always)
    mutating func accept(_ line: FieldLine, _ bytes: Span<UInt8>) -> ResponseError? {
        switch line.name {
        case .contentLength: return framing.addContentLength(bytes, line).map(ResponseError.init)
        case .transferEncoding: return framing.addTransferEncoding(bytes, line).map(ResponseError.init)
        case .connection:
            switch ConnectionOptions.read(bytes, line.valueRange) {
            case .unsaid: return nil
            case .close: closes = true
            case .malformed: return .invalidConnection
            }
            return nil
        default: return nil
        }
    }

    /// Checks what holds between the fields and fills in what follows from them.
    func finish(_ requestMethod: Method, _ head: inout ResponseHead) -> ResponseError? {
        if let fault = framing.check(head.version) { return ResponseError(fault) }
        let isBodiless = head.isInformational || head.status == 204
        // RFC 9112 §6.1: no Transfer-Encoding with these. A Content-Length, which RFC 9110 §8.6 bars too, is common
        // and harmless, for rule 1 of RFC 9112 §6.3 comes before it.
        if isBodiless && framing.isChunked { return .transferEncodingWithoutBody }
        head.framing =
            if isBodiless || head.status == 304 || requestMethod == .head {
                .none
            } else if framing.isChunked {
                .chunked
            } else {
                framing.contentLength.map(BodyFraming.length) ?? .untilClose
            }
        head.keepAlive = head.version == .http11 && !closes && head.framing != .untilClose
        return nil
    }
}
