/// Parses response heads (RFC 9112 §2 to §6), strictly where they have two readings and liberally where they have one:
/// what is refused hides from the client what the server did.
///
/// A status may go without a reason phrase and without the space before it. A 1xx head is a whole head with framing
/// `none`: `reset()` and parse the next one behind it. 101 is not told apart here; who sends no Upgrade must refuse it.
public struct ResponseHeadParser: Sendable {
    private enum State {
        case statusLine
        case fields
        case complete
        case failed(ResponseError)
    }

    /// What was parsed; whole once `parse` returned `complete`. Its storage is reused by the next head.
    public private(set) var head = ResponseHead()

    private let limits: HeadLimits
    private var state = State.statusLine
    private var scanner = LineScanner()
    private var section: FieldSectionReader
    private var rules = ResponseFieldRules()
    private var offset = 0

    /// Makes a parser for heads within `limits`.
    public init(limits: HeadLimits = HeadLimits()) {
        self.limits = limits.clamped
        section = FieldSectionReader(limits: limits, mayPadNames: true)
        // One piece of memory at once for all the fields that responses commonly have.
        head.fields.reserveCapacity(12)
    }

    /// Makes ready for the next head, whose bytes count from 0 again.
    public mutating func reset() {
        head.reset()
        state = .statusLine
        scanner = LineScanner()
        section = FieldSectionReader(limits: limits, mayPadNames: true)
        rules = ResponseFieldRules()
        offset = 0
    }

    /// Parses the head at the start of `bytes`; after `needMore`, call again with the same bytes and more behind them.
    ///
    /// `requestMethod` is the method of the request that this answers, on which the framing depends. Bytes behind the
    /// head are not looked at. After `complete` or `failed` it returns the same again until `reset()`.
    public mutating func parse(_ bytes: Span<UInt8>, requestMethod: Method) -> HeadProgress<ResponseError> {
        switch state {
        case .statusLine: return parseStatusLine(bytes, requestMethod)
        case .fields: return parseFields(bytes, requestMethod)
        case .complete: return .complete
        case .failed(let error): return .failed(error)
        }
    }

    private mutating func fail(_ error: ResponseError) -> HeadProgress<ResponseError> {
        state = .failed(error)
        return .failed(error)
    }

    private mutating func parseStatusLine(
        _ bytes: Span<UInt8>,
        _ requestMethod: Method
    ) -> HeadProgress<ResponseError> {
        switch scanner.next(bytes, from: 0, limit: limits.requestLine + 2) {
        case .needMore: return .needMore
        case .fault(let fault):
            switch fault {
            case .bareLineFeed: return fail(.bareLineFeed)
            case .bareCarriageReturn: return fail(.bareCarriageReturn)
            case .nul, .control: return fail(.controlInStatusLine)
            case .tooLong: return fail(.statusLineTooLong)
            }
        case .line(let end):
            if let error = readStatusLine(bytes, end) { return fail(error) }
            offset = end + 2
            state = .fields
            return parseFields(bytes, requestMethod)
        }
    }

    /// HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 §4), or without all that is behind the status.
    private mutating func readStatusLine(_ bytes: Span<UInt8>, _ end: Int) -> ResponseError? {
        switch HTTPVersion.read(bytes, at: 0, end: end) {
        case .known(let version): head.version = version
        case .unsupported: return .unsupportedVersion
        case .malformed: return .malformedStatusLine
        }
        let start = HTTPVersion.byteCount + 1
        let statusEnd = start + 3
        guard end >= statusEnd, bytes[start - 1] == ASCII.space,
            end == statusEnd || bytes[statusEnd] == ASCII.space
        else { return .malformedStatusLine }
        var status = 0
        for index in start..<statusEnd {
            guard ASCII.isDigit(bytes[index]) else { return .malformedStatusLine }
            status = status * 10 + Int(bytes[index] - ASCII.zero)
        }
        guard status >= 100 else { return .invalidStatus }
        head.status = status
        head.reasonRange = ByteRange(min(statusEnd + 1, end), end)
        return nil
    }

    private mutating func parseFields(_ bytes: Span<UInt8>, _ requestMethod: Method) -> HeadProgress<ResponseError> {
        while true {
            switch section.next(bytes, offset: &offset) {
            case .needMore: return .needMore
            case .fault(let fault): return fail(ResponseError(fault))
            case .field(let line):
                head.fields.append(line)
                rules.accept(line, bytes)
            case .end:
                if let error = rules.finish(requestMethod, &head) { return fail(error) }
                head.byteCount = offset
                state = .complete
                return .complete
            }
        }
    }
}
