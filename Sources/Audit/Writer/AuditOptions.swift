/// When a refusal may be answered.
public enum AuditDurability: String, CaseIterable, Sendable {
    /// At once; its record is written within 100 ms.
    case buffered
    /// When write(2) has taken its record, which then outlives the process.
    case written
    /// When fdatasync(2) has brought its record to the disk, so that it outlives a loss of power; one call serves all
    /// that wait.
    case synced
}

/// What happens when the log can't be written and the memory for what waits is used up.
public enum AuditOverflow: String, CaseIterable, Sendable {
    /// Nothing that needs a key is served.
    case failClosed = "fail_closed"
    /// Records are dropped and counted, and the log gets a `gap` record with the count when it can be written again.
    case drop
}

/// How a log is kept.
public struct AuditOptions: Sendable {
    /// How many records may wait to be written, at least 1.
    public var capacity = 16_384
    /// When a refusal may be answered.
    public var durability = AuditDurability.written
    /// What happens beyond the capacity.
    public var overflow = AuditOverflow.failClosed
    /// The name of this gateway in every record.
    public var instance = "scopegate"
    /// Signs checkpoints; nil for none.
    public var signer: AuditSigner?
    /// When the file is set aside, and how long files are kept.
    public var rotation = AuditRotation()
    /// Where every line goes as well.
    public var mirrors: [AuditMirrorTarget] = []
    /// Is given whole lines once they are in the file, on the writer's thread, which it must not hold up.
    public var tap: (@Sendable (_ lines: [UInt8]) -> Void)?

    /// How long lines may be without a checkpoint, in nanoseconds.
    var checkpointDelay: Int64 = 10_000_000_000

    /// The defaults.
    public init() {}

    /// What the system calls this machine: an instance's name, unless it is given another.
    public static var machineName: String { System.hostName }
}
