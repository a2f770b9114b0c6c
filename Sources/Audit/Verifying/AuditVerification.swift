import Digests

/// Something that isn't as the log's writer left it.
public struct AuditFinding: Hashable, Sendable {
    /// What kind it is.
    public enum Kind: String, CaseIterable, Sendable {
        /// Records are missing between two others.
        case removed
        /// A line isn't what the line after it says, or its number isn't the next.
        case changed
        /// A record stands where it doesn't belong: put in, repeated, or moved.
        case misplaced
        /// A line is no record.
        case foreign
        /// The beginning of the log is missing, and no record says that it was removed.
        case beginning
        /// The end of the log is missing.
        case end
        /// A signature isn't right, or one that should be there is missing.
        case signature
        /// A start found that records were missing.
        case missing
        /// The head file is missing or unreadable.
        case head
        /// A file couldn't be read.
        case unreadable
        /// There is no record of a chain: nothing was checked.
        case empty
        /// The file was converted: its lines end with CR LF, or it begins with a byte order mark.
        case converted
    }

    /// What kind it is.
    public let kind: Kind
    /// The file.
    public let file: String
    /// The line, from 1; 0 for the file as a whole.
    public let line: Int
    /// What was found, in words.
    public let message: String
}

extension AuditFinding: CustomStringConvertible {
    /// `file:line: message`
    public var description: String { line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)" }
}

/// The place of a line in a chain that somebody has noted elsewhere: `NUMBER:DIGEST`.
public struct AuditAnchor: Hashable, Sendable, CustomStringConvertible {
    /// The line's number.
    public let sequence: UInt64
    /// The line's digest.
    public let digest: Digest256

    init(sequence: UInt64, digest: Digest256) {
        self.sequence = sequence
        self.digest = digest
    }

    /// Reads `NUMBER:DIGEST`, the latter 64 hexadecimal digits; nil for another text.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = UInt64(parts[0]), let digest = Digest256(hex: Array(parts[1].utf8))
        else {
            return nil
        }
        self.init(sequence: sequence, digest: digest)
    }

    /// `NUMBER:DIGEST`
    public var description: String { "\(sequence):\(digest.hex)" }
}

/// What a check of a whole log found.
public struct AuditVerification: Sendable {
    /// What isn't as it should be, in the order of the log; no more than ``AuditVerifier/maximumFindings``.
    public internal(set) var findings: [AuditFinding] = []
    /// How many findings there were in all.
    public internal(set) var findingCount = 0
    /// What is worth knowing, and in order.
    public internal(set) var notes: [String] = []
    /// How many lines there are.
    public internal(set) var lines = 0
    /// How many bytes they have.
    public internal(set) var bytes: UInt64 = 0
    /// The number of the first line; nil when none has one.
    public internal(set) var first: UInt64?
    /// The last line's number and digest; nil when there is none.
    public internal(set) var last: AuditAnchor?
    /// How many checkpoints there are.
    public internal(set) var checkpoints = 0
    /// How many of them have a signature that was checked and is right.
    public internal(set) var signedCheckpoints = 0
    /// The number of the last of those.
    public internal(set) var lastSigned: UInt64?
    /// How many records the log says were dropped while it couldn't be written.
    public internal(set) var dropped: UInt64 = 0
    /// How many starts weren't preceded by an end in order.
    public internal(set) var crashes = 0
}
