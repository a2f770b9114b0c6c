import HTTP1
import NIOCore

/// How the body of a response goes to the client.
enum ClientBodyFraming: Equatable {
    /// There is none, or it is as long as the upstream's Content-Length says.
    case asSent
    /// In chunks.
    case chunked
    /// It ends when the connection closes: all that an HTTP/1.0 client understands of a body of unknown length.
    case untilClose

    init(_ framing: BodyFraming, clientVersion: HTTPVersion) {
        switch framing {
        case .none, .length: self = .asSent
        case .chunked, .untilClose: self = clientVersion == .http11 ? .chunked : .untilClose
        }
    }
}

/// Writes the head of the upstream's response as the client gets it.
struct ClientResponseHead {
    let head: ResponseHead
    let framing: ClientBodyFraming
    let requestID: RequestID
    let closes: Bool
    /// The time for a response that came without (RFC 9110 §6.6.1).
    let date: [UInt8]

    private static let ownRoom = 256

    /// Writes the head behind what the buffer holds.
    ///
    /// It and what it calls are inlined: they have one caller, on the path of every request.
    @inline(__always)
    func write(_ bytes: Span<UInt8>, to buffer: inout ByteBuffer) {
        buffer.write(room: head.byteCount + Self.ownRoom + date.count) { cursor in write(bytes, to: &cursor) }
    }

    /// Writes the head of an interim response behind what the buffer holds.
    static func writeInterim(_ head: ResponseHead, _ bytes: Span<UInt8>, to buffer: inout ByteBuffer) {
        let nominations = ConnectionNominations(head.fields, in: bytes)
        buffer.write(room: head.byteCount + ownRoom) { cursor in
            writeStatusLine(head, bytes, to: &cursor)
            var runs = FieldRuns()
            for field in head.fields {
                // It has no content, so that nothing is said of any (RFC 9110 §8.6, RFC 9112 §6.1).
                if field.name != .contentLength, field.name != .trailer, isPassedOn(field, nominations, bytes) {
                    runs.keep(field, bytes, to: &cursor)
                } else {
                    runs.drop(lineStart: Int(field.nameRange.start), bytes, to: &cursor)
                }
            }
            runs.finish(headEnd: head.byteCount, bytes, to: &cursor)
            cursor.append("\r\n")
        }
    }

    @inline(__always)
    private static func writeStatusLine(_ head: ResponseHead, _ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        cursor.append("HTTP/1.1 ")
        cursor.append(decimal: head.status)
        cursor.append(" ")
        cursor.append(bytes, head.reasonRange)
        cursor.append("\r\n")
    }

    @inline(__always)
    private func write(_ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        Self.writeStatusLine(head, bytes, to: &cursor)
        let hasDate = writeKeptFields(bytes, to: &cursor)
        if !hasDate {
            cursor.append("Date: ")
            cursor.append(date)
            cursor.append("\r\n")
        }
        cursor.append("X-Request-Id: ")
        requestID.append(to: &cursor)
        if framing == .chunked { cursor.append("\r\nTransfer-Encoding: chunked") }
        if head.lengthRule == .restate, let length = head.contentLength {
            cursor.append("\r\nContent-Length: ")
            cursor.append(decimal: length)
        }
        if closes { cursor.append("\r\nConnection: close") }
        cursor.append("\r\n\r\n")
    }

    @inline(__always)
    private func writeKeptFields(_ bytes: Span<UInt8>, to cursor: inout ByteCursor) -> Bool {
        let nominations = ConnectionNominations(head.fields, in: bytes)
        var runs = FieldRuns()
        var hasDate = false
        for field in head.fields {
            if keeps(field, nominations, bytes) {
                if field.name == .date { hasDate = true }
                runs.keep(field, bytes, to: &cursor)
            } else {
                runs.drop(lineStart: Int(field.nameRange.start), bytes, to: &cursor)
            }
        }
        runs.finish(headEnd: head.byteCount, bytes, to: &cursor)
        return hasDate
    }

    @inline(__always)
    private func keeps(_ field: FieldLine, _ nominations: ConnectionNominations, _ bytes: Span<UInt8>) -> Bool {
        switch field.name {
        case .trailer:
            return framing == .chunked
        case .contentLength:
            return head.lengthRule == .keep
        case .date, .contentType, .cacheControl:
            return true
        default:
            return Self.isPassedOn(field, nominations, bytes)
        }
    }

    /// Whether a field is of the response and not of the connection that it came on.
    @inline(__always)
    private static func isPassedOn(
        _ field: FieldLine,
        _ nominations: ConnectionNominations,
        _ bytes: Span<UInt8>
    ) -> Bool {
        switch field.name {
        case .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade, .proxyAuthenticate:
            return false
        // The gateway's own to say.
        case .xRequestID, .xScopegate:
            return false
        default:
            return nominations.isEmpty || !nominations.names(field, in: bytes)
        }
    }
}
