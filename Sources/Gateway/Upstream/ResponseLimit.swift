import HTTP1

/// A setting of `limits` that bounds what backends send as it bounds what clients send.
enum ResponseLimit: CaseIterable {
    case statusLine
    case fieldCount
    case fieldBytes

    /// The setting's name.
    var setting: StaticString {
        switch self {
        case .statusLine: "limits.request_line"
        case .fieldCount: "limits.header_fields"
        case .fieldBytes: "limits.header_bytes"
        }
    }

    /// What the caller is told.
    var message: StaticString {
        switch self {
        case .statusLine:
            "The service behind this gateway gave a response whose status line is longer than limits.request_line."
        case .fieldCount:
            "The service behind this gateway gave a response with more header fields than limits.header_fields."
        case .fieldBytes:
            "The service behind this gateway gave a response whose header fields are larger than limits.header_bytes."
        }
    }

    /// What it is set to, in bytes or fields.
    func value(in limits: HeadLimits) -> Int {
        switch self {
        case .statusLine: limits.requestLine
        case .fieldCount: limits.fieldCount
        case .fieldBytes: limits.fieldBytes
        }
    }
}

extension ResponseStream.Fault {
    /// The limit that the response went past; nil for any other fault.
    var limit: ResponseLimit? {
        switch self {
        case .head(.statusLineTooLong): .statusLine
        // Trailers have the same bounds.
        case .head(.tooManyFields), .body(.tooManyFields): .fieldCount
        case .head(.fieldsTooLarge), .body(.fieldsTooLarge): .fieldBytes
        default: nil
        }
    }
}
