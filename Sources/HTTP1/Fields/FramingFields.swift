/// What is wrong with the fields that frame a message (RFC 9112 §6).
enum FramingFault {
    case repeatedContentLength
    case invalidContentLength
    case repeatedTransferEncoding
    case unsupportedTransferEncoding
    case transferEncodingInHTTP10
    case contentLengthWithTransferEncoding
}

/// Gathers Content-Length and Transfer-Encoding of one message and refuses every combination that has two readings.
struct FramingFields: Sendable {
    private(set) var contentLength: UInt64?
    private(set) var isChunked = false
    /// Whether Content-Length has been said once, in one number.
    private(set) var lengthIsPlain = true

    /// Takes note of a Content-Length line. Also equal repetitions and lists are refused, which RFC 9110 §8.6 allows.
    mutating func addContentLength(_ bytes: Span<UInt8>, _ line: FieldLine) -> FramingFault? {
        guard contentLength == nil else { return .repeatedContentLength }
        guard let length = Self.contentLength(bytes, line.valueRange) else { return .invalidContentLength }
        contentLength = length
        return nil
    }

    /// Takes note of a Content-Length line that may say again, in a list or in another line, what was said before.
    mutating func addEqualContentLengths(_ bytes: Span<UInt8>, _ line: FieldLine) -> FramingFault? {
        let (start, end) = (Int(line.valueRange.start), Int(line.valueRange.end))
        guard ASCII.first(ASCII.comma, in: bytes, from: start, to: end) < end || contentLength != nil else {
            return addContentLength(bytes, line)
        }
        lengthIsPlain = false
        var members = ConnectionOptions(line.valueRange)
        var isEmpty = true
        while let member = members.nextMember(in: bytes) {
            guard let length = Self.contentLength(bytes, member) else { return .invalidContentLength }
            guard contentLength == nil || contentLength == length else { return .repeatedContentLength }
            contentLength = length
            isEmpty = false
        }
        return isEmpty ? .invalidContentLength : nil
    }

    /// Takes note of a Transfer-Encoding line. Nothing but `chunked` alone is accepted (RFC 9112 §6.1, §7).
    mutating func addTransferEncoding(_ bytes: Span<UInt8>, _ line: FieldLine) -> FramingFault? {
        guard !isChunked else { return .repeatedTransferEncoding }
        let value = line.valueRange
        guard ASCII.equals(bytes, Int(value.start), Int(value.end), ignoringCase: "chunked") else {
            return .unsupportedTransferEncoding
        }
        isChunked = true
        return nil
    }

    /// The rules that hold between the fields, once all are read.
    func check(_ version: HTTPVersion) -> FramingFault? {
        guard isChunked else { return nil }
        // RFC 9112 §6.1: both together may be smuggling; an HTTP/1.0 message with Transfer-Encoding is faulty.
        if contentLength != nil { return .contentLengthWithTransferEncoding }
        return version == .http10 ? .transferEncodingInHTTP10 : nil
    }

    /// 1*DIGIT up to `Int64.max`, or `nil`.
    private static func contentLength(_ bytes: Span<UInt8>, _ value: ByteRange) -> UInt64? {
        guard !value.isEmpty else { return nil }
        var length: Int64 = 0
        for index in value.range {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int64(bytes[index] &- ASCII.zero))
            guard !overflow, !carry else { return nil }
            length = sum
        }
        return UInt64(length)
    }
}
