/// The rule that a request head breaks. The connection is of no use after any of them.
public enum RequestError: UInt8, Error, CaseIterable, Sendable {
    /// Not `method SP target SP HTTP/d.d`, single spaces (RFC 9112 §3).
    case malformedRequestLine
    /// The method is not a token of 1 to 32 bytes (RFC 9110 §9.1).
    case invalidMethod
    /// A major version other than 1 (RFC 9110 §15.6.6).
    case unsupportedVersion
    /// The request line is longer than its limit (RFC 9112 §3).
    case requestLineTooLong
    /// CONNECT, which asks for a tunnel (RFC 9110 §9.3.6).
    case connectMethod
    /// `*` (RFC 9112 §3.2.4).
    case asteriskForm
    /// Neither origin-form nor absolute-form of http or https (RFC 9112 §3.2).
    case unsupportedTargetForm
    /// An absolute-form with `@` in its authority (RFC 9110 §4.2.4).
    case targetUserinfo
    /// An absolute-form whose authority is not a host with an optional port (RFC 3986 §3.2).
    case invalidTargetAuthority
    /// An absolute-form whose authority is not what Host says (RFC 9112 §3.2.2).
    case targetAuthorityMismatch
    /// A control, a space, a non-ASCII byte, or one that RFC 3986 §3.3 bars from paths.
    case targetForbiddenByte
    /// `#` (RFC 9112 §3.2.1).
    case targetFragment
    /// `\`, which some servers take for `/` (CVE-2021-29492).
    case targetBackslash
    /// `;` in a path, whose meaning servers disagree about (RFC 3986 §3.3).
    case targetSemicolon
    /// `%` without two hexadecimal digits (RFC 3986 §2.1).
    case malformedPercentEncoding
    /// A percent-encoding of `.`, `\` or a control in a path (RFC 3986 §2.2).
    case forbiddenPercentEncoding
    /// Percent-encodings in a path that are not UTF-8 (RFC 3986 §2.5, RFC 3629 §10).
    case targetEncodingNotUTF8
    /// A `.` or `..` segment (RFC 3986 §5.2.4).
    case targetDotSegment
    /// An empty segment that is not the one after a trailing slash (RFC 3986 §3.3).
    case targetEmptySegment
    /// LF without CR before it (RFC 9112 §2.2).
    case bareLineFeed
    /// CR without LF behind it (RFC 9112 §2.2).
    case bareCarriageReturn
    /// A line that begins with whitespace (RFC 9112 §5.2).
    case obsoleteFolding
    /// Whitespace in a name or before its colon (RFC 9112 §5.1).
    case whitespaceInFieldName
    /// No name before the colon (RFC 9112 §5).
    case emptyFieldName
    /// A name that is not a token, or a line without a colon (RFC 9110 §5.1).
    case invalidFieldName
    /// NUL in a field line (RFC 9110 §5.5).
    case nulInField
    /// A control byte other than HTAB in a field line (RFC 9110 §5.5).
    case controlInField
    /// A Connection value that is not a list of tokens (RFC 9110 §7.6.1).
    case invalidConnection
    /// More field lines than the limit (RFC 6585 §5).
    case tooManyFields
    /// More bytes in field lines than the limit (RFC 6585 §5).
    case fieldsTooLarge
    /// No Host in HTTP/1.1 (RFC 9112 §3.2).
    case missingHost
    /// More than one Host (RFC 9112 §3.2).
    case repeatedHost
    /// A Host that is empty or not a host with an optional port (RFC 9112 §3.2).
    case invalidHost
    /// More than one Content-Length line (RFC 9112 §6.3).
    case repeatedContentLength
    /// A Content-Length that is not 1*DIGIT up to `Int64.max` (RFC 9110 §8.6).
    case invalidContentLength
    /// More than one Transfer-Encoding line (RFC 9112 §6.1).
    case repeatedTransferEncoding
    /// A Transfer-Encoding other than `chunked` alone (RFC 9112 §6.1).
    case unsupportedTransferEncoding
    /// Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1).
    case transferEncodingInHTTP10
    /// Both Content-Length and Transfer-Encoding (RFC 9112 §6.3, §11.2).
    case contentLengthWithTransferEncoding
    /// An Expect other than `100-continue` (RFC 9110 §10.1.1).
    case unsupportedExpectation
}
