/// A request target (RFC 9112 §3.2) that has one reading only, as ranges of the bytes that were validated.
public struct RequestTarget: Equatable, Sendable {
    /// What goes upstream, byte for byte: the target in origin-form, or the part of an absolute-form from its path on.
    public internal(set) var origin: ByteRange
    /// The path, up to `?`. It begins with `/`.
    public internal(set) var path: ByteRange
    /// The query after `?`; `nil` when there is no `?`.
    public internal(set) var query: ByteRange?
    /// The authority of an absolute-form, which must equal Host; `nil` in origin-form.
    public internal(set) var authority: ByteRange?

    /// Checks a target against every rule that needs nothing but its bytes.
    ///
    /// Accepted are origin-form and, for http and https, absolute-form with a path. In the path each octet has one
    /// spelling (RFC 3986 §6.2.2.2): what needs no percent-encoding has none, and what could change the path's
    /// structure (`/`, `\`, `%`, `;`, controls, dot segments, empty segments) is refused in any spelling but `/`.
    /// A path's percent-encodings must be UTF-8, as overlong forms are a second spelling to lenient decoders
    /// (RFC 3629 §10). Only one trailing `/` is allowed. A query is any VCHAR but `#` and `\`.
    public static func validate(_ bytes: Span<UInt8>) -> Result<RequestTarget, RequestError> {
        validate(bytes, 0, bytes.count)
    }

    @inline(__always)
    static func validate(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Result<RequestTarget, RequestError> {
        guard start < end else { return .failure(.malformedRequestLine) }
        if bytes[start] == ASCII.slash { return originForm(bytes, start, end, authority: nil) }
        switch authority(bytes, start, end) {
        case .success(let authority): return originForm(bytes, Int(authority.end), end, authority: authority)
        case .failure(let error): return .failure(error)
        }
    }

    /// Reads `scheme "://" authority` and makes sure that a path follows.
    private static func authority(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Result<ByteRange, RequestError> {
        var index = start
        if ASCII.hasPrefix(bytes, at: start, end: end, ignoringCase: "http://") {
            index += 7
        } else if ASCII.hasPrefix(bytes, at: start, end: end, ignoringCase: "https://") {
            index += 8
        } else if end - start == 1, bytes[start] == ASCII.asterisk {
            return .failure(.asteriskForm)
        } else {
            return .failure(.unsupportedTargetForm)
        }
        let authorityStart = index
        while index < end, bytes[index] != ASCII.slash, bytes[index] != ASCII.question {
            // RFC 9110 §4.2.4: userinfo in a target is an error.
            if bytes[index] == ASCII.at { return .failure(.targetUserinfo) }
            index += 1
        }
        let authority = ByteRange(authorityStart, index)
        guard HostField.isValid(bytes, authority) else { return .failure(.invalidTargetAuthority) }
        guard index < end, bytes[index] == ASCII.slash else { return .failure(.absoluteTargetWithoutPath) }
        return .success(authority)
    }

    @inline(__always)
    private static func originForm(
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        authority: ByteRange?
    ) -> Result<RequestTarget, RequestError> {
        var path = PathRules(start: start)
        switch path.end(bytes, end) {
        case .failure(let error): return .failure(error)
        case .success(let pathEnd):
            guard pathEnd < end else {
                let whole = ByteRange(start, end)
                return .success(RequestTarget(origin: whole, path: whole, query: nil, authority: authority))
            }
            if let error = queryError(bytes, pathEnd + 1, end) { return .failure(error) }
            return .success(
                RequestTarget(
                    origin: ByteRange(start, end),
                    path: ByteRange(start, pathEnd),
                    query: ByteRange(pathEnd + 1, end),
                    authority: authority
                )
            )
        }
    }

    private static func queryError(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> RequestError? {
        var index = start
        while index < end {
            let byte = bytes[index]
            if ByteSet.query.contains(byte) {
                index += 1
            } else if byte == ASCII.percent {
                guard percentDecoded(bytes, index, end) != nil else { return .malformedPercentEncoding }
                index += 3
            } else {
                return byteError(byte)
            }
        }
        return nil
    }

    /// The octet that the percent-encoding at `index` stands for, or `nil` without two hexadecimal digits.
    @inline(__always)
    static func percentDecoded(_ bytes: Span<UInt8>, _ index: Int, _ end: Int) -> UInt8? {
        guard end - index >= 3, let high = ASCII.hexValue(bytes[index + 1]), let low = ASCII.hexValue(bytes[index + 2])
        else { return nil }
        return high << 4 | low
    }

    /// Names the rule that a byte breaks which may not stand in a target as it is.
    static func byteError(_ byte: UInt8) -> RequestError {
        switch byte {
        case ASCII.hash: .targetFragment
        case ASCII.backslash: .targetBackslash
        case ASCII.semicolon: .targetSemicolon
        default: .targetForbiddenByte
        }
    }
}
