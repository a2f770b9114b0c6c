/// The rules on what a request's fields say, as opposed to how they are written.
struct RequestFieldRules: Sendable {
    /// The authority of an absolute-form target.
    var targetAuthority: TargetAuthority?
    private var framing = FramingFields()
    private var hasHost = false
    private var closes = false

    /// Takes note of one field line.
    @inline(__always)
    mutating func accept(_ line: FieldLine, _ bytes: Span<UInt8>, _ head: inout RequestHead) -> RequestError? {
        switch line.name {
        case .host, .contentLength, .transferEncoding, .connection, .expect: acceptRuled(line, bytes, &head)
        default: nil
        }
    }

    private mutating func acceptRuled(
        _ line: FieldLine,
        _ bytes: Span<UInt8>,
        _ head: inout RequestHead
    ) -> RequestError? {
        let value = line.valueRange
        switch line.name {
        case .host:
            guard !hasHost else { return .repeatedHost }
            guard HostField.isValid(bytes, value) else { return .invalidHost }
            hasHost = true
            head.hostRange = value
        case .contentLength:
            return framing.addContentLength(bytes, line).map(RequestError.init)
        case .transferEncoding:
            return framing.addTransferEncoding(bytes, line).map(RequestError.init)
        case .connection:
            switch ConnectionOptions.read(bytes, value) {
            case .unsaid: break
            case .close: closes = true
            case .malformed: return .invalidConnection
            }
        case .expect:
            guard ASCII.equals(bytes, Int(value.start), Int(value.end), ignoringCase: "100-continue") else {
                return .unsupportedExpectation
            }
            // RFC 9110 §10.1.1: a 100-continue expectation in HTTP/1.0 is ignored.
            head.expectsContinue = head.version == .http11
        default: break
        }
        return nil
    }

    /// Checks what holds between the fields and fills in what follows from them.
    func finish(_ bytes: Span<UInt8>, _ head: inout RequestHead) -> RequestError? {
        if hasHost {
            if let targetAuthority, !targetAuthority.isEqual(to: head.hostRange, in: bytes) {
                return .targetAuthorityMismatch
            }
        } else {
            // RFC 9112 §3.2: only HTTP/1.0 goes without.
            guard head.version == .http10 else { return .missingHost }
            head.lacksHost = true
            head.hostRange = targetAuthority?.range ?? .empty
        }
        if let fault = framing.check(head.version) { return RequestError(fault) }
        // RFC 9112 §6.3: a request with neither field has no body.
        head.framing = framing.isChunked ? .chunked : framing.contentLength.map(BodyFraming.length) ?? .none
        head.keepAlive = head.version == .http11 && !closes
        return nil
    }
}
