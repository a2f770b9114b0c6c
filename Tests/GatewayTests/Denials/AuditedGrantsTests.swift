import Audit
import Digests
import Introspection
import Redaction
import Testing

@testable import Gateway

@Suite struct AuditedGrantsTests {
    private static func audited(_ number: UInt64) -> AuditedGrant {
        AuditedGrant(
            scopes: [],
            keyID: nil,
            subject: nil,
            keyFingerprint: Digest256(number, 0, 0, 0),
            secrets: RequestSecrets(),
            in: [UInt8]().span
        )
    }

    /// Far more grants than there are places: each gets its own or none, never another's.
    @Test func neverAnothers() {
        var kept = AuditedGrants()
        let grants = (0..<5000).map { _ in Grant(scopes: []) }
        #expect(grants.allSatisfy { kept[$0] == nil })
        for (number, grant) in grants.enumerated() {
            kept[grant] = Self.audited(UInt64(number))
            #expect(kept[grant] == Self.audited(UInt64(number)))
        }
        var found = 0
        for (number, grant) in grants.enumerated() {
            guard let audited = kept[grant] else { continue }
            found += 1
            #expect(audited == Self.audited(UInt64(number)))
        }
        #expect(300...1024 ~= found)
    }

    /// A grant whose memory another takes can't be mistaken for that, for it is held.
    @Test func holdsItsGrants() {
        var kept = AuditedGrants()
        weak var gone: Grant?
        do {
            let grant = Grant(scopes: [])
            gone = grant
            kept[grant] = Self.audited(1)
        }
        #expect(gone != nil)
        kept = AuditedGrants()
        #expect(gone == nil)
    }
}
