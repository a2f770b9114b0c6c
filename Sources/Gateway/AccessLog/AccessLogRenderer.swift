import Audit
import HTTP1
import Redaction
import StrictJSON

/// Writes lines of the access log.
struct AccessLogRenderer: Sendable {
    enum Format: Sendable {
        /// A JSON object.
        case json
        /// The combined log format of Apache httpd and nginx: `client - key [time] "request" status bytes "referer"
        /// "agent"`.
        case combined
    }

    let format: Format

    /// Appends a line with its line feed.
    func append(_ entry: AccessLogEntry, to text: inout [UInt8]) {
        switch format {
        case .json: appendJSON(entry, to: &text)
        case .combined: appendCombined(entry, to: &text)
        }
        text.append(UInt8(ascii: "\n"))
    }

    // MARK: JSON

    private func appendJSON(_ entry: AccessLogEntry, to text: inout [UInt8]) {
        let observed = entry.observed
        text += "{\"time\":\"".utf8
        RFC3339.append(microseconds: entry.timeMicroseconds, to: &text)
        text.append(UInt8(ascii: "\""))
        func string(_ name: StaticString, _ value: RedactedText?) {
            guard let value else { return }
            member(name, to: &text)
            AuditStringEscape.append(value.bytes, to: &text)
        }
        func constant(_ name: StaticString, _ value: StaticString) {
            member(name, to: &text)
            text.append(UInt8(ascii: "\""))
            value.withUTF8Buffer { text += $0 }
            text.append(UInt8(ascii: "\""))
        }
        func number(_ name: StaticString, _ value: some CustomStringConvertible) {
            member(name, to: &text)
            text += value.description.utf8
        }
        string("request_id", entry.requestID)
        string("client_request_id", entry.request?.clientsID)
        string("trace_id", entry.request?.traceID)
        string("client", entry.client)
        string("method", entry.request?.method)
        string("path", entry.request?.path)
        string("template", entry.template)
        string("protocol", entry.request.map { .own($0.version.name) })
        number("status", observed.status)
        string("decision", .own(observed.decision.label))
        if let reason = observed.reason { constant("reason", reason.code) }
        if let cut = observed.cut { constant("cut", cut.label) }
        string("key_id", entry.keyID)
        string("subject", entry.subject)
        number("bytes_received", observed.bytesReceived)
        number("bytes_sent", observed.bytesSent)
        number("duration_ms", Self.milliseconds(observed.startedAt, observed.endedAt))
        number("decision_ms", Self.milliseconds(observed.startedAt, observed.decidedAt))
        if observed.firstByteAt != 0 {
            number("first_byte_ms", Self.milliseconds(observed.decidedAt, observed.firstByteAt))
            number("response_ms", Self.milliseconds(observed.firstByteAt, observed.endedAt))
        }
        number("generation", entry.generation)
        string("user_agent", entry.request?.userAgent)
        text.append(UInt8(ascii: "}"))
    }

    private func member(_ name: StaticString, to text: inout [UInt8]) {
        text += ",\"".utf8
        name.withUTF8Buffer { text += $0 }
        text += "\":".utf8
    }

    /// Milliseconds with three digits behind the point.
    private static func milliseconds(_ start: UInt64, _ end: UInt64) -> String {
        let microseconds = end > start ? (end - start) / 1000 : 0
        let fraction = "\(microseconds % 1000)"
        return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }

    // MARK: The combined format

    private func appendCombined(_ entry: AccessLogEntry, to text: inout [UInt8]) {
        text += entry.client.bytes
        text += " - ".utf8
        appendWord(entry.keyID?.bytes, to: &text)
        text += " [".utf8
        CommonLogTime.append(microseconds: entry.timeMicroseconds, to: &text)
        text += "] \"".utf8
        if let request = entry.request {
            appendEscaped(request.method?.bytes ?? [], to: &text)
            text.append(UInt8(ascii: " "))
            appendEscaped(request.path?.bytes ?? [], to: &text)
            text += " \(request.version.name)".utf8
        } else {
            text.append(UInt8(ascii: "-"))
        }
        text += "\" \(entry.observed.status) \(entry.observed.bytesSent) ".utf8
        appendQuoted(entry.request?.referer?.bytes, to: &text)
        text.append(UInt8(ascii: " "))
        appendQuoted(entry.request?.userAgent?.bytes, to: &text)
    }

    /// A field without quotes: blanks in it would make two of it.
    private func appendWord(_ value: [UInt8]?, to text: inout [UInt8]) {
        guard let value, !value.isEmpty else { return text.append(UInt8(ascii: "-")) }
        appendEscaped(value, escapingBlanks: true, to: &text)
    }

    private func appendQuoted(_ value: [UInt8]?, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        if let value, !value.isEmpty { appendEscaped(value, to: &text) } else { text.append(UInt8(ascii: "-")) }
        text.append(UInt8(ascii: "\""))
    }

    /// As nginx escapes: quotes, backslashes, controls and what isn't ASCII become `\xHH`.
    private func appendEscaped(_ value: [UInt8], escapingBlanks: Bool = false, to text: inout [UInt8]) {
        for byte in value {
            let isPlain = (0x21...0x7E).contains(byte) || (byte == 0x20 && !escapingBlanks)
            if isPlain, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                text.append(byte)
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                text += (byte < 16 ? "\\x0\(hex)" : "\\x\(hex)").utf8
            }
        }
    }
}
