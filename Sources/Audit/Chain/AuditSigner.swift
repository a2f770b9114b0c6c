import Digests

/// Signs checkpoints with HMAC-SHA-256, so that nobody without the key can make a chain anew.
public struct AuditSigner: Sendable {
    private let key: HMACSHA256
    private let formerKeys: [HMACSHA256]

    /// A signer with a key of any length.
    ///
    /// - Parameter formerKeys: Keys whose signatures are right too, for logs that go back to before a key was changed.
    public init(key: [UInt8], formerKeys: [[UInt8]] = []) {
        self.key = HMACSHA256(key: key.span)
        self.formerKeys = formerKeys.map { HMACSHA256(key: $0.span) }
    }

    /// The code for the bytes of a line before its `,"mac"`.
    func sign(_ bytes: Span<UInt8>) -> Digest256 { key.authenticate(bytes) }

    /// Whether a code is right for such bytes.
    func accepts(_ code: Digest256, for bytes: Span<UInt8>) -> Bool {
        if key.authenticate(bytes) == code { return true }
        for key in formerKeys where key.authenticate(bytes) == code { return true }
        return false
    }
}
