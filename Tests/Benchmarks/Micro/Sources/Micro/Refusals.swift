import Digests
import NIOCore
import Redaction

@testable import Audit
@testable import Envelope

extension Operation {
    /// The whole answer to a request without the scope that it needs.
    static let envelope = Operation(name: "envelope") {
        let envelope = RenderedEnvelope(
            Envelope(
                status: 403,
                code: "forbidden_scope",
                message: Array("This request needs the scope write:trades, which this API key does not have.".utf8),
                requiredScope: Array("write:trades".utf8),
                challenge: .insufficientScope
            )
        )
        var ids = RequestIDGenerator(seed: 7)
        let time: UInt64 = 1_795_000_000_000
        let date = Array("Tue, 24 Nov 2026 12:00:00 GMT".utf8)
        var buffer = ByteBufferAllocator().buffer(capacity: 4096)
        return { count in
            for _ in 0..<count {
                buffer.clear(minimumCapacity: 4096)
                let id = ids.next(milliseconds: time)
                envelope.write(.init(requestID: id, date: date, closes: false, omitsBody: false), to: &buffer)
                keep(buffer.readableBytes)
            }
        }
    }

    /// A refusal from what the gateway knows of it to its line in the log, digest of the chain included.
    static let auditRecord = Operation(name: "audit record") {
        let requestID = Array("01M85DPBBTNG2SVB3AB4J8TWGR".utf8)
        let request = Array(
            ("PUT /api/v1/trades/trd_1/tags HTTP/1.1\r\nHost: journal.example\r\n"
                + "User-Agent: journal-client/4.2 (linux; x86_64)\r\n"
                + "Authorization: Bearer tj_live_9k2m4n6p8q0r2s4t6v8w0x2y4z6A8B0C\r\n\r\n").utf8
        )
        func range(of text: String) -> Range<Int> {
            let text = Array(text.utf8)
            let start = request.indices.first { request[$0...].starts(with: text) } ?? 0
            return start..<start + text.count
        }
        var audited = RequestTexts()
        audited.note(.method, at: range(of: "PUT"))
        audited.note(.path, at: range(of: "/api/v1/trades/trd_1/tags"))
        audited.note(.userAgent, at: range(of: "journal-client/4.2 (linux; x86_64)"))
        audited.secrets.add(field: range(of: "Bearer tj_live_9k2m4n6p8q0r2s4t6v8w0x2y4z6A8B0C"), in: request.span)
        let known = audited
        let template = Array("/api/v1/trades/{tradeId}/tags".utf8)
        let requiredScope = Array("write:tags".utf8)
        let grant = AuditedGrant(
            scopes: ["read:trades", "read:tags"].map { Array($0.utf8) },
            keyID: Array("key_1".utf8),
            subject: "user_demo",
            keyFingerprint: Digest256(0x71A7_D19C_A7CB_FF1F, 0, 0, 0),
            secrets: known.secrets,
            in: request.span
        )
        let head = AuditRecordRenderer.Head(timeMicroseconds: 1_795_000_000_000_000, instance: .name("gate-1"))
        var chain = AuditChain()
        var lines: [UInt8] = []
        var memory: [UInt8] = []
        return { count in
            for _ in 0..<count {
                memory.removeAll(keepingCapacity: true)
                let draft = AuditDraft(
                    timeMicroseconds: 1_795_000_000_000_000,
                    requestID: requestID.span,
                    client: "127.0.0.1",
                    head: known,
                    in: request.span,
                    template: template,
                    code: "forbidden_scope",
                    status: 403,
                    requiredScope: requiredScope,
                    grant: grant,
                    generation: 1,
                    to: &memory
                )
                let record = AuditRecord(draft, in: memory)
                lines.removeAll(keepingCapacity: true)
                AuditRecordRenderer.render(.request(record), head, chain: &chain, signer: nil, into: &lines)
                keep(lines.count)
            }
        }
    }
}
