import NIOCore

/// An ``Envelope`` whose bytes are all in place but for those that differ from one response to the next: the date, the
/// request's id, and what hangs on them.
struct RenderedEnvelope: Sendable {
    private let bytes: [UInt8]
    /// Where the date belongs, then the length of the body, then the request's id.
    private let date: Int
    private let length: Int
    private let requestID: Int
    /// Where the fields end, whose last line break is still to come.
    private let fieldsEnd: Int
    /// Where the request's id belongs in the body.
    private let bodyRequestID: Int

    private static let headEnd: StaticString = "\r\n\r\n"

    init(_ envelope: Envelope) {
        var bytes: [UInt8] = []
        bytes += "HTTP/1.1 \(envelope.status) \(StatusText.reason(envelope.status))\r\nDate: ".utf8
        date = bytes.count
        bytes += "\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: ".utf8
        length = bytes.count
        bytes += "\r\nX-Request-Id: ".utf8
        requestID = bytes.count
        Self.appendFields(of: envelope, to: &bytes)
        fieldsEnd = bytes.count
        bytes += "\(Self.headEnd)".utf8
        Self.appendBody(of: envelope, to: &bytes)
        bodyRequestID = bytes.count
        bytes += "\"}}".utf8
        self.bytes = bytes
    }

    /// Writes the response.
    func write(_ delivery: Envelope.Delivery, to buffer: inout ByteBuffer) {
        let id = delivery.requestID
        let headEnd = fieldsEnd + Self.headEnd.utf8CodeUnitCount
        let room = bytes.count + delivery.date.count + 2 * id.count + 64
        buffer.write(room: room) { cursor in
            let text = bytes.span
            cursor.append(text.extracting(..<date))
            cursor.append(delivery.date)
            cursor.append(text.extracting(date..<length))
            cursor.append(decimal: bytes.count - headEnd + id.count)
            cursor.append(text.extracting(length..<requestID))
            id.append(to: &cursor)
            cursor.append(text.extracting(requestID..<fieldsEnd))
            if delivery.closes { cursor.append("\r\nConnection: close") }
            guard !delivery.omitsBody else { return cursor.append(Self.headEnd) }
            cursor.append(text.extracting(fieldsEnd..<bodyRequestID))
            id.append(to: &cursor)
            cursor.append(text.extracting(bodyRequestID...))
        }
    }

    private static func appendFields(of envelope: Envelope, to bytes: inout [UInt8]) {
        if let allow = envelope.allow {
            bytes += "\r\nAllow: ".utf8
            bytes += allow
        }
        switch envelope.challenge {
        case nil: break
        case .bearer: bytes += "\r\nWWW-Authenticate: Bearer".utf8
        case .invalidToken: bytes += "\r\nWWW-Authenticate: Bearer error=\"invalid_token\"".utf8
        case .insufficientScope:
            bytes += "\r\nWWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"".utf8
            let several = envelope.requiredScopes
            bytes += several.isEmpty ? envelope.requiredScope ?? [] : Array(several.joined(separator: " ".utf8))
            bytes += "\"".utf8
        }
        if let retryAfter = envelope.retryAfter { bytes += "\r\nRetry-After: \(retryAfter)".utf8 }
        if let generation = envelope.generation { bytes += "\r\nX-Scopegate-Generation: \(generation)".utf8 }
    }

    /// The body up to the request's id.
    ///
    /// Scope names, codes and request ids hold nothing that JSON would have escaped (``RequestID`` lets neither quotes
    /// nor backslashes through, the catalog only letters, digits, `_` and `:`); messages are ours.
    private static func appendBody(of envelope: Envelope, to bytes: inout [UInt8]) {
        bytes += "{\"error\":{\"code\":\"\(envelope.code)\",\"message\":\"".utf8
        bytes += envelope.message
        bytes += "\"".utf8
        if let requiredScope = envelope.requiredScope {
            bytes += ",\"details\":{\"required_scope\":\"".utf8
            bytes += requiredScope
            bytes += "\"".utf8
            if !envelope.requiredScopes.isEmpty {
                bytes += ",\"required_scopes\":[\"".utf8
                bytes += envelope.requiredScopes.joined(separator: "\",\"".utf8)
                bytes += "\"]".utf8
            }
            bytes += "}".utf8
        }
        bytes += ",\"request_id\":\"".utf8
    }
}
