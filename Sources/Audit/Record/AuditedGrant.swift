import Digests
import Redaction

/// The members of a record that tell of a key and its grant: the same in each record of a key for as long as its grant
/// is, so that they need not be made each time.
public struct AuditedGrant: Hashable, Sendable {
    let members: [UInt8]
    /// The names of those that were cut, as the elements of a JSON array.
    let truncated: [UInt8]

    /// Renders them.
    ///
    /// - Parameters:
    ///   - scopes: The scopes that the key has.
    ///   - keyID: The issuer's name for the key; nil for none.
    ///   - subject: Whom the key stands for; nil for nobody.
    ///   - keyFingerprint: The key's HMAC under the audit secret, of which the first 16 hexadecimal digits are shown.
    ///   - secrets: The keys that must not be in the record, the grant's own among them.
    ///   - bytes: Where they stand.
    public init(
        scopes: [[UInt8]],
        keyID: [UInt8]?,
        subject: String?,
        keyFingerprint: Digest256,
        secrets: RequestSecrets,
        in bytes: Span<UInt8>
    ) {
        var members = AuditMembers()
        members.grant(scopes, keyID: keyID, subject: subject, keyFingerprint, secrets, in: bytes)
        self.members = members.bytes
        truncated = members.truncated
    }
}

extension AuditMembers {
    /// What is known of a key and its grant.
    mutating func grant(
        _ scopes: [[UInt8]]?,
        keyID: [UInt8]?,
        subject: String?,
        _ keyFingerprint: Digest256?,
        _ secrets: RequestSecrets,
        in bytes: Span<UInt8>
    ) {
        list("granted_scopes", scopes)
        if let keyID { text("key_id", keyID.span, limit: AuditLimits.name, without: secrets, in: bytes) }
        if let subject {
            text("subject", subject.utf8Span.span, limit: AuditLimits.subject, without: secrets, in: bytes)
        }
        if let keyFingerprint { digest("key_fingerprint", keyFingerprint, isShort: true) }
    }
}
