import Digests

/// The chain of lines: each has the next number and the SHA-256 of the line before, its line feed included.
struct AuditChain {
    /// The number of the last line; 0 before the first.
    var sequence: UInt64 = 0
    /// The digest of the last line; zero before the first.
    var last = Digest256.zero
    /// How many lines there are since the last checkpoint.
    var sinceCheckpoint = 0

    /// No more lines than this are without a checkpoint.
    static let checkpointInterval = 1024

    /// Whether the next line has to be a checkpoint.
    var isCheckpointDue: Bool { sinceCheckpoint >= Self.checkpointInterval - 1 }
}

extension Digest256 {
    /// What the first line of a chain has for the digest of the line before.
    static let zero = Digest256(0, 0, 0, 0)
}
