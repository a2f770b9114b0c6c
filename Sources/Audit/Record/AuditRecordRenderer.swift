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
        var fields = AuditMembers(after: lines)
        lines = []
        fields.time(head.timeMicroseconds)
        fields.number("seq", chain.sequence + 1)
        fields.constant("event", event.name)
        fields.text("instance", head.instance)
        render(event, head, into: &fields)
        fields.finishTruncated()
        fields.digest("prev", chain.last)
        if case .checkpoint = event, let signer {
            let mac = signer.sign(fields.bytes.span.extracting(start...))
            fields.digest("mac", mac)
        }
        fields.raw("}\n")
        lines = fields.bytes
        chain.sequence += 1
        chain.last = SHA256.hash(lines.span.extracting(start...))
        if case .checkpoint = event { chain.sinceCheckpoint = 0 } else { chain.sinceCheckpoint += 1 }
    }

    private static func render(_ event: AuditEvent, _ head: Head, into fields: inout AuditMembers) {
        switch event {
        case .request(let record): record.append(wasRetained: head.wasRetained, to: &fields)
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

    private static func render(_ reload: AuditReload, into fields: inout AuditMembers) {
        fields.text("client", reload.client)
        fields.text("trigger", reload.trigger)
        fields.constant("outcome", reload.isApplied ? "applied" : "refused")
        fields.number("generation", reload.generation)
        fields.text("digest", reload.digest)
        fields.text("problem", reload.problem)
    }

    private static func render(_ revocation: AuditRevocation, into fields: inout AuditMembers) {
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

    private static func render(_ recovered: AuditRecovered, into fields: inout AuditMembers) {
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
}
