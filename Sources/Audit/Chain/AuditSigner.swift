import Digests

/// Signs checkpoints with HMAC-SHA-256, so that nobody without the key can make a chain anew.
public struct AuditSigner: Sendable {
    private let key: HMACSHA256

    /// A signer with a key of any length.
    public init(key: [UInt8]) {
        self.key = HMACSHA256(key: key.span)
    }

    /// The code for the bytes of a line before its `,"mac"`.
    func sign(_ bytes: Span<UInt8>) -> Digest256 { key.authenticate(bytes) }
}
