/// A request target (RFC 9112 §3.2) that has one reading only, as ranges of the bytes that were validated.
public struct RequestTarget: Equatable, Sendable {
    /// What goes upstream, byte for byte: the target in origin-form, or the part of an absolute-form from its path on.
    public internal(set) var origin: ByteRange
    /// Whether the target is an absolute-form without a path, so that `/` goes before ``origin`` (RFC 9112 §3.2.1).
    public internal(set) var lacksPath = false
    /// The path, up to `?`. It begins with `/`; if the target has none, it is a `/` that stands elsewhere in it.
    public internal(set) var path: ByteRange
    /// The query after `?`; `nil` when there is no `?`.
    public internal(set) var query: ByteRange?
    /// The authority of an absolute-form, which must be Host's; `nil` in origin-form.
    public internal(set) var authority: TargetAuthority?

    /// Checks a target against every rule that needs nothing but its bytes.
    ///
    /// Accepted are origin-form and, for http and https, absolute-form. What could change the path's structure (`\`,
    /// `;`, controls, dot segments, empty segments) is refused. A path whose percent-encodings can be read in more than
    /// one way is accepted here; ``PathReadings`` has the other readings, for the map to decide about. A path's
    /// percent-encodings must be UTF-8, as overlong forms are a second spelling to lenient decoders (RFC 3629 §10).
    /// Only one trailing `/` is allowed. A query is any VCHAR but `#`: no rule reads it.
    public static func validate(_ bytes: Span<UInt8>) -> Result<RequestTarget, RequestError> {
        validate(bytes, 0, bytes.count)
    }

    @inline(__always)
    static func validate(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Result<RequestTarget, RequestError> {
        guard start < end else { return .failure(.malformedRequestLine) }
        if bytes[start] == ASCII.slash { return originForm(bytes, start, end, authority: nil) }
        switch authority(bytes, start, end) {
        case .failure(let error): return .failure(error)
        case .success(let authority):
            let pathStart = Int(authority.range.end)
            if pathStart < end, bytes[pathStart] == ASCII.slash {
                return originForm(bytes, pathStart, end, authority: authority)
            }
            return withoutPath(bytes, end, authority)
        }
    }

    /// A target that ends behind its authority, or goes on there with a query.
    private static func withoutPath(
        _ bytes: Span<UInt8>,
        _ end: Int,
        _ authority: TargetAuthority
    ) -> Result<RequestTarget, RequestError> {
        let start = Int(authority.range.end)
        if start < end, let error = queryError(bytes, start + 1, end) { return .failure(error) }
        return .success(
            RequestTarget(
                origin: ByteRange(start, end),
                lacksPath: true,
                // The second slash before the authority.
                path: ByteRange(Int(authority.range.start) - 1, Int(authority.range.start)),
                query: start < end ? ByteRange(start + 1, end) : nil,
                authority: authority
            )
        )
    }

    /// Reads `scheme "://" authority`.
    private static func authority(
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ end: Int
    ) -> Result<TargetAuthority, RequestError> {
        var index = start
        var isSecure = false
        if ASCII.hasPrefix(bytes, at: start, end: end, ignoringCase: "http://") {
            index += 7
        } else if ASCII.hasPrefix(bytes, at: start, end: end, ignoringCase: "https://") {
            index += 8
            isSecure = true
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
        return .success(TargetAuthority(range: authority, isSecure: isSecure))
    }

    @inline(__always)
    private static func originForm(
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        authority: TargetAuthority?
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
        for index in start..<end where !ByteSet.query.contains(bytes[index]) { return byteError(bytes[index]) }
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
