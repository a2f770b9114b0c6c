import CCrypto

/// SHA-256 (FIPS 180-4 §6.2), all at once or in parts.
public struct SHA256: Sendable {
    var context: SHA256_CTX

    /// A computation that has taken no byte yet.
    public init() {
        context = SHA256_CTX()
        scopegate_sha256_init(&context)
    }

    /// Takes the next bytes of the message.
    public mutating func update(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { scopegate_sha256_update(&context, $0.baseAddress, $0.count) }
    }

    /// The digest of all bytes taken so far. More may be taken afterwards.
    public func finalize() -> Digest256 {
        withUnsafePointer(to: context) { Digest256(scopegate_sha256_final($0)) }
    }

    /// The digest of `bytes`.
    public static func hash(_ bytes: Span<UInt8>) -> Digest256 {
        var computation = SHA256()
        computation.update(bytes)
        return computation.finalize()
    }
}

extension Digest256 {
    init(_ digest: scopegate_digest256) {
        self.init(digest.word0, digest.word1, digest.word2, digest.word3)
    }
}
