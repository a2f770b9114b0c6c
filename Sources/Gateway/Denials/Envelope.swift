/// A refusal as the caller reads it: status, header fields and the JSON envelope.
struct Envelope {
    var status: Int
    /// `error.code`.
    var code: StaticString
    /// `error.message`: a sentence; nothing of the request stands in it but names from the catalog.
    var message: [UInt8]
    /// The scope of `error.details.required_scope`.
    var requiredScope: [UInt8]?
    /// All scopes of a requirement that has several.
    var requiredScopes: [[UInt8]] = []
    /// The value of Allow, with 405.
    var allow: [UInt8]?
    /// The value of WWW-Authenticate, with 401 and forbidden_scope.
    var challenge: Challenge?
    /// Seconds for Retry-After, with 503.
    var retryAfter: Int?
    /// The number of the route map that decided, for X-Scopegate-Generation.
    var generation: UInt64?

    /// The challenges of RFC 6750 §3.
    enum Challenge: Equatable {
        /// No key was given: no error is named (RFC 6750 §3.1).
        case bearer
        case invalidToken
        /// RFC 6750 §3.1 lets `scope` name what is needed.
        case insufficientScope
    }

    /// How a response ends.
    struct Delivery {
        var requestID: RequestID
        var date: [UInt8]
        var closes: Bool
        /// HEAD: the head of what a GET would have got, and no body.
        var omitsBody: Bool
    }
}

/// The reason phrases of the statuses that the gateway itself answers with (RFC 9110 §15).
enum StatusText {
    static func reason(_ status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 421: "Misdirected Request"
        case 417: "Expectation Failed"
        case 431: "Request Header Fields Too Large"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Error"
        }
    }
}
