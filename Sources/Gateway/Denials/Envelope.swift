import HTTP1
import NIOCore
import ScopeModel

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

    func write(_ delivery: Delivery, to buffer: inout ByteBuffer) {
        var body = ByteBuffer()
        writeBody(delivery.requestID, to: &body)
        let scopes = requiredScopes.reduce(requiredScope?.count ?? 0) { $0 + $1.count + 1 }
        let room = 512 + delivery.date.count + scopes + (allow?.count ?? 0) + body.readableBytes
        buffer.write(room: room) { cursor in
            cursor.append("HTTP/1.1 ")
            cursor.append(decimal: status)
            cursor.append(" ")
            cursor.append(StatusText.reason(status))
            cursor.append("\r\nDate: ")
            cursor.append(delivery.date)
            cursor.append("\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: ")
            cursor.append(decimal: body.readableBytes)
            cursor.append("\r\nX-Request-Id: ")
            delivery.requestID.append(to: &cursor)
            writeExtraFields(to: &cursor)
            if delivery.closes { cursor.append("\r\nConnection: close") }
            cursor.append("\r\n\r\n")
            if !delivery.omitsBody { body.withUnsafeReadableBytes { cursor.append($0) } }
        }
    }

    private func writeExtraFields(to cursor: inout ByteCursor) {
        if let allow {
            cursor.append("\r\nAllow: ")
            cursor.append(allow)
        }
        switch challenge {
        case nil: break
        case .bearer: cursor.append("\r\nWWW-Authenticate: Bearer")
        case .invalidToken: cursor.append("\r\nWWW-Authenticate: Bearer error=\"invalid_token\"")
        case .insufficientScope:
            cursor.append("\r\nWWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"")
            writeScopeList(to: &cursor)
            cursor.append("\"")
        }
        if let retryAfter {
            cursor.append("\r\nRetry-After: ")
            cursor.append(decimal: retryAfter)
        }
        if let generation {
            cursor.append("\r\nX-Scopegate-Generation: ")
            cursor.append(decimal: Int(clamping: generation))
        }
    }

    private func writeScopeList(to cursor: inout ByteCursor) {
        guard !requiredScopes.isEmpty else { return cursor.append(requiredScope ?? []) }
        for (index, scope) in requiredScopes.enumerated() {
            if index > 0 { cursor.append(UInt8(ascii: " ")) }
            cursor.append(scope)
        }
    }

    /// Scope names, codes and request ids hold nothing that JSON would have escaped (``RequestID`` lets neither quotes
    /// nor backslashes through, the catalog only letters, digits, `_` and `:`); messages are ours.
    private func writeBody(_ requestID: RequestID, to buffer: inout ByteBuffer) {
        let scopes = requiredScopes.reduce(requiredScope?.count ?? 0) { $0 + $1.count + 3 }
        buffer.write(room: 256 + message.count + scopes) { cursor in
            cursor.append("{\"error\":{\"code\":\"")
            cursor.append(code)
            cursor.append("\",\"message\":\"")
            cursor.append(message)
            cursor.append("\"")
            if let requiredScope {
                cursor.append(",\"details\":{\"required_scope\":\"")
                cursor.append(requiredScope)
                cursor.append("\"")
                if !requiredScopes.isEmpty {
                    cursor.append(",\"required_scopes\":[")
                    for (index, scope) in requiredScopes.enumerated() {
                        cursor.append(index == 0 ? "\"" : ",\"")
                        cursor.append(scope)
                        cursor.append("\"")
                    }
                    cursor.append("]")
                }
                cursor.append("}")
            }
            cursor.append(",\"request_id\":\"")
            requestID.append(to: &cursor)
            cursor.append("\"}}")
        }
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
