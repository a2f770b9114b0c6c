/// The rule that a response head breaks. The connection is of no use after any of them.
public enum ResponseError: UInt8, Error, CaseIterable, Sendable {
    /// Not `HTTP/d.d SP 3DIGIT SP reason`, single spaces (RFC 9112 §4).
    case malformedStatusLine
    /// A major version other than 1 (RFC 9112 §2.3).
    case unsupportedVersion
    /// A status below 100 (RFC 9110 §15).
    case invalidStatus
    /// A control byte other than HTAB in the status line (RFC 9112 §4).
    case controlInStatusLine
    /// The status line is longer than its limit.
    case statusLineTooLong
    /// LF without CR before it (RFC 9112 §2.2).
    case bareLineFeed
    /// CR without LF behind it (RFC 9112 §2.2).
    case bareCarriageReturn
    /// A line that begins with whitespace (RFC 9112 §5.2).
    case obsoleteFolding
    /// Whitespace in a name, or before the colon of a field that frames the message (RFC 9112 §5.1).
    case whitespaceInFieldName
    /// No name before the colon (RFC 9112 §5).
    case emptyFieldName
    /// A name that is not a token, or a line without a colon (RFC 9110 §5.1).
    case invalidFieldName
    /// NUL in a field line (RFC 9110 §5.5).
    case nulInField
    /// A control byte other than HTAB in a field line (RFC 9110 §5.5).
    case controlInField
    /// More field lines than the limit.
    case tooManyFields
    /// More bytes in field lines than the limit.
    case fieldsTooLarge
    /// Content-Lengths that differ (RFC 9112 §6.3).
    case repeatedContentLength
    /// A Content-Length that is not 1*DIGIT up to `Int64.max` (RFC 9110 §8.6).
    case invalidContentLength
    /// More than one Transfer-Encoding line (RFC 9112 §6.1).
    case repeatedTransferEncoding
    /// A Transfer-Encoding other than `chunked` alone (RFC 9112 §6.1).
    case unsupportedTransferEncoding
    /// Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1).
    case transferEncodingInHTTP10
    /// Both Content-Length and Transfer-Encoding (RFC 9112 §6.3).
    case contentLengthWithTransferEncoding

    /// A sentence for logs. It names no bytes of the input.
    public var message: StaticString {
        switch self {
        case .malformedStatusLine: "The status line is malformed."
        case .unsupportedVersion: "The response's HTTP version is not supported."
        case .invalidStatus: "The response's status is out of range."
        case .controlInStatusLine: "The status line holds a control character."
        case .statusLineTooLong: "The status line is too long."
        case .bareLineFeed: "Lines of the response must end with CR LF."
        case .bareCarriageReturn: "A CR in the response must be followed by LF."
        case .obsoleteFolding: "The response folds a header field."
        case .whitespaceInFieldName: "The response has whitespace in a header field's name or before its colon."
        case .emptyFieldName: "The response has a header field without a name."
        case .invalidFieldName: "The response has a malformed header field name."
        case .nulInField: "The response has a NUL in a header field."
        case .controlInField: "The response has a control character in a header field."
        case .tooManyFields: "The response has too many header fields."
        case .fieldsTooLarge: "The response's header fields are too large."
        case .repeatedContentLength: "The response has Content-Length header fields that differ."
        case .invalidContentLength: "The response's Content-Length is malformed."
        case .repeatedTransferEncoding: "The response has more than one Transfer-Encoding header field."
        case .unsupportedTransferEncoding: "The response has a Transfer-Encoding other than chunked."
        case .transferEncodingInHTTP10: "The response is HTTP/1.0 and has a Transfer-Encoding."
        case .contentLengthWithTransferEncoding: "The response has both Content-Length and Transfer-Encoding."
        }
    }
}
