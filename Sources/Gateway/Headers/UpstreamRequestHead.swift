import HTTP1
import NIOCore
import Redaction

/// Writes the head that goes upstream: the method, the target and the kept fields byte for byte as they were checked,
/// without white space around values, and the gateway's own fields behind them.
struct UpstreamRequestHead {
    let head: RequestHead
    let client: ClientIdentity
    let rules: HeaderRules
    /// The upstream's own Host; nil to keep the client's.
    let host: [UInt8]?
    /// The upstream's own Host, for a request that names none.
    let fallbackHost: [UInt8]
    let requestID: RequestID
    /// The id of the key that was used; empty for none.
    let keyID: [UInt8]
    /// Where the client's own id for the request stands, when the gateway has given it another.
    var clientsID: ByteRange?
    /// Whether the connection ends with the response.
    let closes: Bool
    /// The trace that the upstream is told of in the place of the client's; nil to leave that as it came.
    var traceparent: [UInt8]?

    private static let methodRoom = 576

    /// Writes the head behind what the buffer holds.
    ///
    /// It and what it calls are inlined: they have one caller, on the path of every request.
    @inline(__always)
    func write(_ bytes: Span<UInt8>, to buffer: inout ByteBuffer) {
        // Every field is written at most once from the client's bytes and twice from its Host or addresses.
        let ours = client.forwardedFor.count * 3 + client.forwardedParameter.count + head.hostRange.count * 2
        let certificate = client.certificate?.field.count ?? 0
        let room =
            head.byteCount * 2 + ours + (host?.count ?? fallbackHost.count) + keyID.count + certificate
            + Self.methodRoom
        buffer.write(room: room) { cursor in write(bytes, to: &cursor) }
    }

    @inline(__always)
    private func write(_ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        cursor.append(bytes, head.methodRange)
        cursor.append(head.targetLacksPath ? " /" : " ")
        cursor.append(bytes, head.targetRange)
        cursor.append(" HTTP/1.1\r\n")
        if host != nil || head.lacksHost { writeHost(bytes, to: &cursor) }
        writeKeptFields(bytes, to: &cursor)
        if head.framing == .chunked { cursor.append("Transfer-Encoding: chunked\r\n") }
        if closes { cursor.append("Connection: close\r\n") }
        writeOrigin(bytes, to: &cursor)
        cursor.append("X-Request-Id: ")
        requestID.append(to: &cursor)
        if let clientsID, rules.forwardsKey || !keySecrets(bytes).isIn(bytes.extracting(clientsID.range), in: bytes) {
            cursor.append("\r\nX-Client-Request-Id: ")
            cursor.append(bytes, clientsID)
        }
        if !keyID.isEmpty, rules.forwardsKey || !keySecrets(bytes).isIn(keyID.span, in: bytes) {
            cursor.append("\r\nX-Scopegate-Key-Id: ")
            cursor.append(keyID)
        }
        if let traceparent {
            cursor.append("\r\ntraceparent: ")
            cursor.append(traceparent)
        }
        cursor.append("\r\n\r\n")
    }

    /// The Host of an upstream that isn't given the client's, or of a request that has none.
    private func writeHost(_ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        cursor.append("Host: ")
        if let host {
            cursor.append(host)
        } else if head.hostRange.isEmpty {
            cursor.append(fallbackHost)
        } else {
            cursor.append(bytes, head.hostRange)
        }
        cursor.append("\r\n")
    }

    /// What must not be in the gateway's own fields for a backend that doesn't get the key: issuers and clients repeat
    /// it.
    private func keySecrets(_ bytes: Span<UInt8>) -> RequestSecrets {
        RequestSecrets(head.fields, in: bytes, rules.keys)
    }

    @inline(__always)
    private func writeKeptFields(_ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        let nominations = ConnectionNominations(head.fields, in: bytes)
        var runs = FieldRuns()
        for field in head.fields {
            if keeps(field, nominations, bytes) {
                runs.keep(field, bytes, to: &cursor)
            } else {
                runs.drop(lineStart: Int(field.nameRange.start), bytes, to: &cursor)
            }
        }
        runs.finish(headEnd: head.byteCount, bytes, to: &cursor)
    }

    @inline(__always)
    private func keeps(_ field: FieldLine, _ nominations: ConnectionNominations, _ bytes: Span<UInt8>) -> Bool {
        // An upstream that maps names to CGI variables can't tell X_Forwarded_For from X-Forwarded-For.
        if field.nameIsOdd, !rules.passesOddName(field, in: bytes) { return false }
        if traceparent != nil, field.name == .traceparent { return false }
        // Before the families: an operator's own field for keys may be of one, such as X-Auth-Token.
        if field.name == .other, rules.keys.isKeyField(field, in: bytes) { return rules.forwardsKey }
        switch rules.rule(for: field, in: bytes) {
        case .drop, .steering: return false
        case .keep:
            switch field.name {
            case .host: return host == nil
            case .contentLength: return true
            default: return rules.forwardsKey
            }
        case .origin:
            switch field.name {
            // These two are written anew, with the client's address behind what a trusted proxy said.
            case .xForwardedFor, .forwarded: return false
            // Another certificate's chain doesn't stand beside the gateway's word.
            case .clientCertChain: return client.isTrusted && ownCertificate == nil
            default: return client.isTrusted
            }
        case .keepUnlessNominated:
            return nominations.isEmpty || !nominations.names(field, in: bytes)
        }
    }

    @inline(__always)
    private func writeOrigin(_ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        cursor.append("X-Forwarded-For: ")
        writeTrusted(.xForwardedFor, bytes, to: &cursor)
        cursor.append(client.forwardedFor)
        cursor.append("\r\nForwarded: ")
        writeTrusted(.forwarded, bytes, to: &cursor)
        cursor.append(client.forwardedParameter)
        if !head.hostRange.isEmpty {
            cursor.append(";host=\"")
            cursor.append(bytes, head.hostRange)
            cursor.append("\"")
        }
        cursor.append(";proto=")
        cursor.append(client.scheme)
        cursor.append("\r\n")
        if !isKept(.xForwardedProto) {
            cursor.append("X-Forwarded-Proto: ")
            cursor.append(client.scheme)
            cursor.append("\r\n")
        }
        if !head.hostRange.isEmpty, !isKept(.xForwardedHost) {
            cursor.append("X-Forwarded-Host: ")
            cursor.append(bytes, head.hostRange)
            cursor.append("\r\n")
        }
        if !isKept(.xForwardedPort) {
            cursor.append("X-Forwarded-Port: ")
            cursor.append(client.localPort)
            cursor.append("\r\n")
        }
        if let certificate = ownCertificate {
            cursor.append("Client-Cert: ")
            cursor.append(certificate.field)
            cursor.append("\r\n")
        }
    }

    /// The client's certificate, if the upstream is told of it by the gateway: a trusted proxy knows better whose
    /// request it forwards.
    @inline(__always)
    private var ownCertificate: ShownCertificate? {
        guard let certificate = client.certificate, !certificate.field.isEmpty, !isKept(.clientCert) else { return nil }
        return certificate
    }

    @inline(__always)
    private func isKept(_ name: FieldName) -> Bool {
        client.isTrusted && head.fields.contains { $0.name == name }
    }

    @inline(__always)
    private func writeTrusted(_ name: FieldName, _ bytes: Span<UInt8>, to cursor: inout ByteCursor) {
        guard client.isTrusted else { return }
        for field in head.fields where field.name == name && !field.valueRange.isEmpty {
            cursor.append(bytes, field.valueRange)
            cursor.append(", ")
        }
    }
}
