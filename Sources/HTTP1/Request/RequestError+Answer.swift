extension RequestError {
    /// The status of the answer (RFC 9110 §15, RFC 6585 §5): 400, 414, 417, 431 or 505.
    public var status: Int {
        switch self {
        case .requestLineTooLong: 414
        case .tooManyFields, .fieldsTooLarge: 431
        case .unsupportedVersion: 505
        case .unsupportedExpectation: 417
        default: 400
        }
    }

    /// The code in the answer's error envelope.
    public var code: StaticString {
        switch self {
        case .malformedRequestLine, .invalidMethod:
            "invalid_request"
        case .unsupportedVersion:
            "http_version_not_supported"
        case .requestLineTooLong:
            "target_too_long"
        case .connectMethod, .asteriskForm, .unsupportedTargetForm, .targetUserinfo, .invalidTargetAuthority,
            .targetAuthorityMismatch, .targetForbiddenByte, .targetFragment,
            .targetBackslash, .targetSemicolon, .malformedPercentEncoding, .forbiddenPercentEncoding,
            .targetEncodingNotUTF8, .targetDotSegment, .targetEmptySegment:
            "invalid_request_target"
        case .bareLineFeed, .bareCarriageReturn, .repeatedContentLength, .invalidContentLength,
            .repeatedTransferEncoding, .unsupportedTransferEncoding, .transferEncodingInHTTP10,
            .contentLengthWithTransferEncoding:
            "invalid_request_framing"
        case .obsoleteFolding, .whitespaceInFieldName, .emptyFieldName, .invalidFieldName, .nulInField, .controlInField,
            .invalidConnection:
            "invalid_request_header"
        case .tooManyFields, .fieldsTooLarge:
            "headers_too_large"
        case .missingHost, .repeatedHost, .invalidHost:
            "invalid_request_host"
        case .unsupportedExpectation:
            "expectation_failed"
        }
    }

    /// A sentence for the caller. It names no bytes of the input.
    public var message: StaticString {
        switch self {
        case .malformedRequestLine: "The request line is malformed."
        case .invalidMethod: "The request method is malformed."
        case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are supported on this connection."
        case .requestLineTooLong: "The request line is too long."
        case .connectMethod: "The CONNECT method is not served here."
        case .asteriskForm: "The request target must be a path."
        case .unsupportedTargetForm: "The request target must be a path or an http or https URL."
        case .targetUserinfo: "The request target must not hold user information."
        case .invalidTargetAuthority: "The host in the request target is malformed."
        case .targetAuthorityMismatch: "The host in the request target and the Host header field differ."
        case .targetForbiddenByte: "The request target holds a character that must be percent-encoded or left out."
        case .targetFragment: "The request target must not hold a fragment."
        case .targetBackslash: "The request target must not hold a backslash."
        case .targetSemicolon: "The path must not hold a semicolon."
        case .malformedPercentEncoding: "A percent-encoding in the request target is malformed."
        case .forbiddenPercentEncoding: "The path percent-encodes a character that is not allowed in a path."
        case .targetEncodingNotUTF8: "The percent-encodings in the path are not UTF-8."
        case .targetDotSegment: "The path must not hold dot segments."
        case .targetEmptySegment: "The path must not hold empty segments."
        case .bareLineFeed: "Lines of the request must end with CR LF."
        case .bareCarriageReturn: "A CR in the request must be followed by LF."
        case .obsoleteFolding: "Header fields must not be folded."
        case .whitespaceInFieldName: "There must be no whitespace in a header field's name or before its colon."
        case .emptyFieldName: "A header field has no name."
        case .invalidFieldName: "A header field's name is malformed."
        case .nulInField: "A header field holds a NUL."
        case .controlInField: "A header field holds a control character."
        case .invalidConnection: "The Connection header field is malformed."
        case .tooManyFields: "The request has too many header fields."
        case .fieldsTooLarge: "The request's header fields are too large."
        case .missingHost: "The request has no Host header field."
        case .repeatedHost: "The request has more than one Host header field."
        case .invalidHost: "The Host header field is malformed."
        case .repeatedContentLength: "The request has more than one Content-Length header field."
        case .invalidContentLength: "The Content-Length header field is malformed."
        case .repeatedTransferEncoding: "The request has more than one Transfer-Encoding header field."
        case .unsupportedTransferEncoding: "The only Transfer-Encoding supported is chunked."
        case .transferEncodingInHTTP10: "An HTTP/1.0 request must not have a Transfer-Encoding."
        case .contentLengthWithTransferEncoding: "The request has both Content-Length and Transfer-Encoding."
        case .unsupportedExpectation: "The only expectation supported is 100-continue."
        }
    }
}
