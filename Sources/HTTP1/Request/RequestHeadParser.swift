/// Parses request heads strictly (RFC 9112 §2 to §6): what has two readings is refused.
///
/// One empty line before the request line is skipped (RFC 9112 §2.2), as long as it ends with CR LF; it is part of the
/// head's bytes. The result does not depend on how the input is split. One parser serves a connection: `reset()` it
/// between requests.
public struct RequestHeadParser: Sendable {
    private enum State {
        case requestLine
        case fields
        case complete
        case failed(RequestError)
    }

    /// What was parsed; whole once `parse` returned `complete`. Its storage is reused by the next head.
    public private(set) var head = RequestHead()

    private let limits: HeadLimits
    private var state = State.requestLine
    private var scanner = LineScanner()
    private var section: FieldSectionReader
    private var rules = RequestFieldRules()
    private var offset = 0
    /// Where the request line begins: behind an empty line, if there was one.
    private var lineStart = 0

    /// Whether any of the head has come, besides the empty line that may stand before it.
    public private(set) var hasBegun = false

    /// Makes a parser for heads within `limits`.
    public init(limits: HeadLimits = HeadLimits()) {
        self.limits = limits.clamped
        section = FieldSectionReader(limits: limits)
    }

    /// Makes ready for the next request, whose bytes count from 0 again.
    public mutating func reset() {
        head.reset()
        state = .requestLine
        scanner = LineScanner()
        section = FieldSectionReader(limits: limits)
        rules = RequestFieldRules()
        offset = 0
        lineStart = 0
        hasBegun = false
    }

    /// Parses the head at the start of `bytes`; after `needMore`, call again with the same bytes and more behind them.
    ///
    /// Bytes behind the head are not looked at. After `complete` or `failed` it returns the same again until `reset()`.
    public mutating func parse(_ bytes: Span<UInt8>) -> HeadProgress<RequestError> {
        switch state {
        case .requestLine: return parseRequestLine(bytes)
        case .fields: return parseFields(bytes)
        case .complete: return .complete
        case .failed(let error): return .failed(error)
        }
    }

    private mutating func fail(_ error: RequestError) -> HeadProgress<RequestError> {
        state = .failed(error)
        return .failed(error)
    }

    private mutating func parseRequestLine(_ bytes: Span<UInt8>) -> HeadProgress<RequestError> {
        switch scanner.next(bytes, from: lineStart, limit: limits.requestLine + 2) {
        case .needMore:
            let rest = bytes.count - lineStart
            hasBegun = rest > 1 || (rest == 1 && (lineStart > 0 || bytes[0] != ASCII.carriageReturn))
            return .needMore
        case .fault(let fault):
            hasBegun = true
            return fail(requestLineError(fault, bytes))
        case .line(let end):
            if end == 0 {
                lineStart = 2
                return parseRequestLine(bytes)
            }
            hasBegun = true
            if let error = readRequestLine(bytes, end) { return fail(error) }
            offset = end + 2
            state = .fields
            return parseFields(bytes)
        }
    }

    private func requestLineError(_ fault: LineFault, _ bytes: Span<UInt8>) -> RequestError {
        switch fault {
        case .bareLineFeed: return .bareLineFeed
        case .bareCarriageReturn: return .bareCarriageReturn
        case .tooLong: return .requestLineTooLong
        case .nul(let position), .control(let position):
            for index in lineStart..<position where bytes[index] == ASCII.space { return .targetForbiddenByte }
            return .invalidMethod
        }
    }

    /// method SP request-target SP HTTP-version (RFC 9112 §3).
    private mutating func readRequestLine(_ bytes: Span<UInt8>, _ end: Int) -> RequestError? {
        var methodEnd = lineStart
        while methodEnd < end, ByteSet.token.contains(bytes[methodEnd]) { methodEnd += 1 }
        guard 1...32 ~= methodEnd - lineStart, methodEnd < end, bytes[methodEnd] == ASCII.space else {
            return end == lineStart ? .malformedRequestLine : .invalidMethod
        }
        let targetStart = methodEnd + 1
        let targetEnd = end - HTTPVersion.byteCount - 1
        guard targetEnd > targetStart, bytes[targetEnd] == ASCII.space, bytes[targetStart] != ASCII.space,
            bytes[targetEnd - 1] != ASCII.space
        else { return .malformedRequestLine }
        switch HTTPVersion.read(bytes, at: targetEnd + 1, end: end) {
        case .known(let version): head.version = version
        case .unsupported: return .unsupportedVersion
        case .malformed: return .malformedRequestLine
        }
        head.method = Method.recognise(bytes, lineStart, methodEnd)
        head.methodRange = ByteRange(lineStart, methodEnd)
        if methodEnd - lineStart == 7, ASCII.hasPrefix(bytes, at: lineStart, end: methodEnd, "CONNECT") {
            return .connectMethod
        }
        switch RequestTarget.validate(bytes, targetStart, targetEnd) {
        case .failure(let error): return error
        case .success(let target):
            head.targetRange = target.origin
            head.targetLacksPath = target.lacksPath
            head.pathRange = target.path
            head.queryRange = target.query
            rules.targetAuthority = target.authority
            return nil
        }
    }

    private mutating func parseFields(_ bytes: Span<UInt8>) -> HeadProgress<RequestError> {
        while true {
            switch section.next(bytes, offset: &offset) {
            case .needMore: return .needMore
            case .fault(let fault): return fail(RequestError(fault))
            case .field(let line):
                head.fields.append(line)
                if let error = rules.accept(line, bytes, &head) { return fail(error) }
            case .end:
                if let error = rules.finish(bytes, &head) { return fail(error) }
                head.byteCount = offset
                state = .complete
                return .complete
            }
        }
    }
}
