import Audit
import HTTP1
import StrictJSON

/// Writes lines of the access log.
struct AccessLogRenderer: Sendable {
    enum Format: Sendable {
        /// A JSON object.
        case json
        /// The combined log format of Apache httpd and nginx: `client - key [time] "request" status bytes "referer" "agent"`.
        case combined
    }

    let format: Format

    /// Appends a line with its line feed.
    func append(_ entry: AccessLogEntry, to text: inout [UInt8]) {
        let scrubber = SecretScrubber(entry.request?.secrets ?? [])
        switch format {
        case .json: appendJSON(entry, scrubber, to: &text)
        case .combined: appendCombined(entry, scrubber, to: &text)
        }
        text.append(UInt8(ascii: "\n"))
    }

    // MARK: JSON

    private func appendJSON(_ entry: AccessLogEntry, _ scrubber: SecretScrubber, to text: inout [UInt8]) {
        let observed = entry.observed
        text += "{\"time\":\"".utf8
        RFC3339.append(microseconds: entry.timeMicroseconds, to: &text)
        text.append(UInt8(ascii: "\""))
        func string(_ name: StaticString, _ value: [UInt8]?) {
            guard let value else { return }
            member(name, to: &text)
            AuditStringEscape.append(value, to: &text)
        }
        func number(_ name: StaticString, _ value: some CustomStringConvertible) {
            member(name, to: &text)
            text += value.description.utf8
        }
        string("request_id", entry.requestID)
        string("trace_id", entry.request?.traceID)
        string("client", Array(entry.client.utf8))
        string("method", entry.request.map { scrubber.scrub($0.method) })
        string("path", entry.request.map { scrubber.scrub($0.path) })
        string("template", entry.template.map { Array($0.utf8) })
        string("protocol", entry.request.map { Array($0.version.name.utf8) })
        number("status", observed.status)
        string("decision", Array(observed.decision.label.utf8))
        string("reason", observed.reason.map { reason in reason.code.withUTF8Buffer { Array($0) } })
        string("key_id", entry.keyID.map { Array($0.utf8) })
        string("subject", entry.subject.map { Array($0.utf8) })
        number("bytes_received", observed.bytesReceived)
        number("bytes_sent", observed.bytesSent)
        number("duration_ms", Self.milliseconds(observed.startedAt, observed.endedAt))
        number("decision_ms", Self.milliseconds(observed.startedAt, observed.decidedAt))
        if observed.firstByteAt != 0 {
            number("first_byte_ms", Self.milliseconds(observed.decidedAt, observed.firstByteAt))
            number("response_ms", Self.milliseconds(observed.firstByteAt, observed.endedAt))
        }
        number("generation", entry.generation)
        string("user_agent", entry.request?.userAgent.map(scrubber.scrub))
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

    private func appendCombined(_ entry: AccessLogEntry, _ scrubber: SecretScrubber, to text: inout [UInt8]) {
        text += entry.client.utf8
        text += " - ".utf8
        appendWord(entry.keyID.map { Array($0.utf8) }, to: &text)
        text += " [".utf8
        CommonLogTime.append(microseconds: entry.timeMicroseconds, to: &text)
        text += "] \"".utf8
        if let request = entry.request {
            appendEscaped(scrubber.scrub(request.method), to: &text)
            text.append(UInt8(ascii: " "))
            appendEscaped(scrubber.scrub(request.path), to: &text)
            text += " \(request.version.name)".utf8
        } else {
            text.append(UInt8(ascii: "-"))
        }
        text += "\" \(entry.observed.status) \(entry.observed.bytesSent) ".utf8
        appendQuoted(entry.request?.referer.map(scrubber.scrub), to: &text)
        text.append(UInt8(ascii: " "))
        appendQuoted(entry.request?.userAgent.map(scrubber.scrub), to: &text)
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
