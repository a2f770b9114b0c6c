import Digests
import Redaction
import Testing

@testable import Audit

@Suite struct AuditedGrantTests {
    private static let key = "tj_live_9k2m4n6p8q0r2s4t6v8w0x2y4z6A8B0C"

    private static func record(_ scopes: [String], keyID: String?, subject: String?, isRendered: Bool) -> AuditRecord {
        // Another record lies before it.
        var memory = Array("{}".utf8)
        let bytes = Array("GET /a \(key)".utf8)
        var head = RequestTexts()
        head.note(.method, at: 0..<3)
        head.secrets.add(7..<bytes.count)
        let names = scopes.map { Array($0.utf8) }
        let id = keyID.map { Array($0.utf8) }
        let fingerprint = Digest256(0x0123_4567_89AB_CDEF, 1, 2, 3)
        let grant = AuditedGrant(
            scopes: names,
            keyID: id,
            subject: subject,
            keyFingerprint: fingerprint,
            secrets: head.secrets,
            in: bytes.span
        )
        let draft = AuditDraft(
            timeMicroseconds: 1,
            requestID: Array("r".utf8).span,
            client: "c",
            head: head,
            in: bytes.span,
            code: "forbidden_scope",
            status: 403,
            grantedScopes: isRendered ? nil : names,
            keyID: isRendered ? nil : id,
            subject: isRendered ? nil : subject,
            keyFingerprint: isRendered ? nil : fingerprint,
            grant: isRendered ? grant : nil,
            generation: 1,
            to: &memory
        )
        return AuditRecord(draft, in: memory)
    }

    /// A record is the same, whether its grant was rendered before or not: also where a text is cut, or has the key.
    @Test(
        arguments: [
            ([], nil, nil), (["read:a"], "k_1", "me"), (["read:a", "write:b"], nil, "J\u{F6}rg \"\\"),
            ([String(repeating: "s", count: 300)], "k \(key)", "\(key)\(key)"),
            (["read:a"], "k", String(repeating: "\u{E9}", count: 700)),
        ] as [([String], String?, String?)]
    )
    func saysTheSame(_ scopes: [String], _ keyID: String?, _ subject: String?) {
        let rendered = Self.record(scopes, keyID: keyID, subject: subject, isRendered: true)
        #expect(rendered == Self.record(scopes, keyID: keyID, subject: subject, isRendered: false))
        var line = AuditMembers()
        rendered.append(wasRetained: false, to: &line)
        #expect(!String(decoding: line.bytes, as: UTF8.self).contains(Self.key))
    }
}
