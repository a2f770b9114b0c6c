/// The keyed digest of an API key, by which the cache knows it.
///
/// All its bits must be unpredictable to clients (HMAC under a secret of the process): they serve as hash bits as they
/// are, and two keys of one digest would be one key.
public struct KeyDigest: Hashable, Sendable {
    /// Bytes 0 to 7 of the digest.
    public let word0: UInt64
    /// Bytes 8 to 15.
    public let word1: UInt64
    /// Bytes 16 to 23.
    public let word2: UInt64
    /// Bytes 24 to 31.
    public let word3: UInt64

    /// A digest from its four words.
    public init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }
}
