import Digests

/// Writes lines: one JSON object each, with a line feed.
///
/// `time`, `seq`, `event` and `instance` come first, `prev`, the digest of the line before, last but for the `mac` of a
/// signed checkpoint. What a record doesn't have is left out. `truncated` names the fields that were cut.
/// `config/schema/audit.schema.json` has every field with its meaning.
enum AuditRecordRenderer {
    /// What a line has beside its event.
    struct Head {
        var timeMicroseconds: Int64
        var instance: AuditText
        /// The record waited in memory because it couldn't be written; its client was answered 503.
        var wasRetained = false
    }

    /// Appends the next line of a chain, and moves the chain on.
    static func render(
        _ event: AuditEvent,
        _ head: Head,
        chain: inout AuditChain,
        signer: AuditSigner?,
        into lines: inout [UInt8]
    ) {
        let start = lines.count
        var fields = FieldWriter(line: lines)
        lines = []
        fields.time(head.timeMicroseconds)
        fields.number("seq", chain.sequence + 1)
        fields.constant("event", event.name)
        fields.text("instance", head.instance)
        render(event, head, into: &fields)
        fields.finishTruncated()
        fields.digest("prev", chain.last)
        if case .checkpoint = event, let signer {
            let mac = signer.sign(fields.line.span.extracting(start...))
            fields.digest("mac", mac)
        }
        lines = fields.finish()
        chain.sequence += 1
        chain.last = SHA256.hash(lines.span.extracting(start...))
        if case .checkpoint = event { chain.sinceCheckpoint = 0 } else { chain.sinceCheckpoint += 1 }
    }

    private static func render(_ event: AuditEvent, _ head: Head, into fields: inout FieldWriter) {
        switch event {
        case .request(let record): render(record, wasRetained: head.wasRetained, into: &fields)
        case .reload(let reload): render(reload, into: &fields)
        case .revocation(let revocation): render(revocation, into: &fields)
        case .start(let start):
            fields.text("version", start.version)
            fields.number("pid", start.process)
            fields.number("generation", start.generation)
            fields.text("digest", start.digest)
        case .stop, .checkpoint: break
        case .gap(let gap):
            fields.number("dropped", gap.count)
            fields.moment("first", gap.first)
            fields.moment("last", gap.last)
        case .recovered(let recovered): render(recovered, into: &fields)
        case .retention(let retention):
            fields.text("file", .name(retention.file))
            fields.number("removed_through", retention.removedThrough)
            fields.text("limit", .name(retention.limit))
        }
    }

    private static func render(_ record: AuditRecord, wasRetained: Bool, into fields: inout FieldWriter) {
        fields.text("request_id", record.requestID)
        fields.text("trace_id", record.traceID)
        fields.text("client", record.client)
        fields.text("forwarded_client", record.forwardedClient)
        fields.text("method", record.method)
        fields.text("path", record.path)
        fields.text("query", record.query)
        fields.text("template", record.template)
        fields.text("code", record.code)
        if record.status > 0 { fields.number("status", wasRetained ? 503 : record.status) }
        fields.text("required_scope", record.requiredScope)
        fields.list("required_scopes", record.requiredScopes.isEmpty ? nil : record.requiredScopes)
        fields.list("granted_scopes", record.grantedScopes)
        fields.text("key_id", record.keyID)
        fields.text("subject", record.subject)
        fields.text("key_fingerprint", record.keyFingerprint)
        fields.number("generation", record.generation)
        if case .shadow(let shadow) = record.decision {
            fields.text("shadow_code", shadow.code)
            fields.text("shadow_required_scope", shadow.requiredScope)
            fields.text("shadow_template", shadow.template)
            fields.text("shadow_digest", shadow.digest)
        }
        fields.text("user_agent", record.userAgent)
    }

    private static func render(_ reload: AuditReload, into fields: inout FieldWriter) {
        fields.text("client", reload.client)
        fields.text("trigger", reload.trigger)
        fields.constant("outcome", reload.isApplied ? "applied" : "refused")
        fields.number("generation", reload.generation)
        fields.text("digest", reload.digest)
        fields.text("problem", reload.problem)
    }

    private static func render(_ revocation: AuditRevocation, into fields: inout FieldWriter) {
        fields.text("client", revocation.client)
        switch revocation.target {
        case .fingerprint(let fingerprint): fields.text("key_fingerprint", .name(fingerprint))
        case .keyID(let id): fields.text("key_id", .name(id))
        case .subject(let subject):
            fields.text("subject", AuditText(subject.utf8, maximumLength: AuditLimits.subject))
        case .all: fields.constant("keys", "all")
        }
        fields.number("count", revocation.count)
    }

    private static func render(_ recovered: AuditRecovered, into fields: inout FieldWriter) {
        if !recovered.torn.isEmpty {
            fields.number("torn_bytes", recovered.torn.count)
            fields.text("torn", AuditText(recovered.torn, maximumLength: AuditLimits.torn))
            fields.digest("torn_hash", SHA256.hash(recovered.torn.span))
        }
        if let missing = recovered.missing {
            fields.number("missing_through", missing.sequence)
            fields.digest("missing_hash", missing.digest)
        }
        if recovered.headIsMissing { fields.constant("head", "missing") }
    }

    private struct FieldWriter {
        private(set) var line: [UInt8]
        private var truncated: [StaticString] = []

        init(line: [UInt8]) {
            self.line = line
        }

        mutating func time(_ microseconds: Int64) {
            line.append(contentsOf: "{\"time\":\"".utf8)
            RFC3339.append(microseconds: microseconds, to: &line)
            line.append(UInt8(ascii: "\""))
        }

        mutating func moment(_ name: StaticString, _ microseconds: Int64) {
            key(name)
            line.append(UInt8(ascii: "\""))
            RFC3339.append(microseconds: microseconds, to: &line)
            line.append(UInt8(ascii: "\""))
        }

        mutating func text(_ name: StaticString, _ text: AuditText?) {
            guard let text else { return }
            key(name)
            AuditStringEscape.append(text.bytes, to: &line)
            note(name, [text])
        }

        /// A text that needs no escapes.
        mutating func constant(_ name: StaticString, _ text: StaticString) {
            key(name)
            line.append(UInt8(ascii: "\""))
            text.withUTF8Buffer { line.append(contentsOf: $0) }
            line.append(UInt8(ascii: "\""))
        }

        mutating func digest(_ name: StaticString, _ digest: Digest256) {
            key(name)
            line.append(UInt8(ascii: "\""))
            line.append(contentsOf: digest.hex.utf8)
            line.append(UInt8(ascii: "\""))
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

        mutating func finishTruncated() {
            guard !truncated.isEmpty else { return }
            let names = truncated.map { AuditText.name($0.description) }
            truncated = []
            list("truncated", names)
        }

        mutating func finish() -> [UInt8] {
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
