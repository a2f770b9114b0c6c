/// Writes records as JSON, one object a line.
///
/// What a record doesn't have is left out. `truncated` names the fields that were cut.
public enum AuditRecordRenderer {
    /// Appends the line of a record, with its line feed.
    public static func render(_ record: AuditRecord, into line: inout [UInt8]) {
        var fields = FieldWriter(line: line)
        line = []
        fields.time(record.timeMicroseconds)
        fields.text("request_id", record.requestID)
        fields.text("client", record.client)
        fields.text("method", record.method)
        fields.text("path", record.path)
        fields.text("template", record.template)
        fields.text("code", record.code)
        fields.number("status", record.status)
        fields.text("required_scope", record.requiredScope)
        fields.list("required_scopes", record.requiredScopes.isEmpty ? nil : record.requiredScopes)
        fields.list("granted_scopes", record.grantedScopes)
        fields.text("key_id", record.keyID)
        fields.text("subject", record.subject)
        fields.text("key_fingerprint", record.keyFingerprint)
        fields.number("generation", record.generation)
        fields.text("user_agent", record.userAgent)
        line = fields.finish()
    }

    private struct FieldWriter {
        private var line: [UInt8]
        private var truncated: [StaticString] = []

        init(line: [UInt8]) {
            self.line = line
        }

        mutating func time(_ microseconds: Int64) {
            line.append(contentsOf: "{\"time\":\"".utf8)
            RFC3339.append(microseconds: microseconds, to: &line)
            line.append(UInt8(ascii: "\""))
        }

        mutating func text(_ name: StaticString, _ text: AuditText?) {
            guard let text else { return }
            key(name)
            AuditStringEscape.append(text.bytes, to: &line)
            note(name, [text])
        }

        mutating func number(_ name: StaticString, _ value: some BinaryInteger) {
            key(name)
            line.append(contentsOf: String(value).utf8)
        }

        mutating func list(_ name: StaticString, _ texts: [AuditText]?) {
            guard let texts else { return }
            key(name)
            line.append(UInt8(ascii: "["))
            for (index, text) in texts.enumerated() {
                if index > 0 {
                    line.append(UInt8(ascii: ","))
                }
                AuditStringEscape.append(text.bytes, to: &line)
            }
            line.append(UInt8(ascii: "]"))
            note(name, texts)
        }

        mutating func finish() -> [UInt8] {
            if !truncated.isEmpty {
                list("truncated", truncated.map { AuditText($0.description.utf8, maximumLength: AuditLimits.name) })
            }
            line.append(contentsOf: "}\n".utf8)
            return line
        }

        private mutating func key(_ name: StaticString) {
            line.append(contentsOf: ",\"".utf8)
            name.withUTF8Buffer { line.append(contentsOf: $0) }
            line.append(contentsOf: "\":".utf8)
        }

        private mutating func note(_ name: StaticString, _ texts: [AuditText]) {
            if texts.contains(where: \.isTruncated) {
                truncated.append(name)
            }
        }
    }
}
