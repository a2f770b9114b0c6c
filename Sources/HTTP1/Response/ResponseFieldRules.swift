/// The rules on what a response's fields say, as opposed to how they are written.
struct ResponseFieldRules: Sendable {
    private var framing = FramingFields()
    private var framingFault: FramingFault?
    private var closes = false
    private var keepAliveSeconds: Int?

    /// Takes note of one field line.
    @inline(__always)
    mutating func accept(_ line: FieldLine, _ bytes: Span<UInt8>) {
        switch line.name {
        case .contentLength, .transferEncoding, .connection, .keepAlive: acceptRuled(line, bytes)
        default: break
        }
    }

    private mutating func acceptRuled(_ line: FieldLine, _ bytes: Span<UInt8>) {
        switch line.name {
        // Whether a fault counts, the status and the method of the request tell.
        case .contentLength:
            let fault = framing.addEqualContentLengths(bytes, line)
            framingFault = framingFault ?? fault
        case .transferEncoding:
            let fault = framing.addTransferEncoding(bytes, line)
            framingFault = framingFault ?? fault
        case .connection:
            if let plain = ConnectionOptions.plain(bytes, line.valueRange) {
                closes = closes || plain == .close
            } else {
                closes = closes || ConnectionOptions.readOfResponse(bytes, line.valueRange) == .close
                note(KeepAliveHint.seconds(bytes, line.valueRange))
            }
        case .keepAlive: note(KeepAliveHint.seconds(bytes, line.valueRange))
        default: break
        }
    }

    private mutating func note(_ seconds: Int?) {
        guard let seconds else { return }
        keepAliveSeconds = min(keepAliveSeconds ?? seconds, seconds)
    }

    /// Checks what holds between the fields and fills in what follows from them.
    func finish(_ requestMethod: Method, _ head: inout ResponseHead) -> ResponseError? {
        let fault = framingFault ?? framing.check(head.version)
        let forbidsBody = head.isInformational || head.status == 204
        if forbidsBody || head.status == 304 || requestMethod == .head {
            // RFC 9112 §6.3, rule 1: these end with their head, whatever their fields say.
            head.framing = .none
            let isSound = fault == nil && !framing.isChunked && framing.contentLength != nil
            // RFC 9110 §8.6: with HEAD and 304 it tells what a GET would have given.
            head.lengthRule = forbidsBody || !isSound ? .drop : framing.lengthIsPlain ? .keep : .restate
        } else {
            if let fault { return ResponseError(fault) }
            head.framing =
                framing.isChunked ? .chunked : framing.contentLength.map(BodyFraming.length) ?? .untilClose
            head.lengthRule = framing.lengthIsPlain ? .keep : .restate
        }
        head.contentLength = framing.contentLength
        head.keepAliveSeconds = keepAliveSeconds
        // A server that frames a body where there is none may send one, and that would be read as the next response.
        let mayHaveBody = forbidsBody && (fault != nil || framing.isChunked || framing.contentLength ?? 0 > 0)
        head.keepAlive = head.version == .http11 && !closes && head.framing != .untilClose && !mayHaveBody
        return nil
    }
}
