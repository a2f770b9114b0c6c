/// `audit`: the log of refused requests, and of others by setting.
public struct AuditConfiguration: Equatable, Sendable {
    /// When a refusal may be answered.
    public enum Durability: String, CaseIterable, Sendable {
        /// At once; its record is written within 100 ms.
        case buffered
        /// When the kernel has its record.
        case written
        /// When the disk has its record.
        case synced
    }

    /// What happens when records can't be written and ``AuditConfiguration/capacity`` is used up.
    public enum Overflow: String, CaseIterable, Sendable {
        /// Nothing that needs a key is served.
        case failClosed = "fail_closed"
        /// Records are dropped and counted.
        case drop
    }

    /// Which requests that pass are recorded.
    public enum Allowed: String, CaseIterable, Sendable {
        /// None.
        case none
        /// Those whose method isn't safe (RFC 9110 §9.2.1).
        case writes
        /// All.
        case all
    }

    /// What of a query is recorded.
    public enum Query: String, CaseIterable, Sendable {
        /// Nothing.
        case drop
        /// All of it.
        case keep
        /// The names of its parameters.
        case redact
    }

    /// The file, which is appended to; its path from the working directory, or absolute.
    public var path = "audit.jsonl"
    /// What key fingerprints are made with, at least 16 bytes; `nil` for a random one for each process, so that
    /// fingerprints can't be compared across restarts.
    public var fingerprintSecret: Secret?
    /// What checkpoints are signed with, at least 16 bytes; `nil` for no signatures.
    public var signingKey: Secret?
    /// The name of this gateway in records; `nil` for the machine's.
    public var instance: String?
    /// When a refusal may be answered.
    public var durability = Durability.written
    /// What happens when records can't be written and the capacity is used up.
    public var overflow = Overflow.failClosed
    /// How many records may wait to be written: 1…1,000,000.
    public var capacity = 16_384
    /// Which requests that pass are recorded.
    public var allowed = Allowed.none
    /// Of those requests one in this many is: 1…1,000,000.
    public var sample = 1
    /// What of a query is recorded.
    public var query = Query.drop
    /// When the file is set aside.
    public var rotate = AuditRotationConfiguration()
    /// How long files that were set aside are kept.
    public var keep = AuditRetentionConfiguration()
    /// The syslog daemon that gets every record as well; `nil` for none.
    public var syslog: AuditSyslogConfiguration?
    /// Whether every record goes to standard output as well.
    public var stdout = false

    /// The defaults.
    public init() {}
}

/// `audit.rotate`: when the file is set aside.
public struct AuditRotationConfiguration: Equatable, Sendable {
    /// When it has become longer than this, in bytes: 64 KiB…1 TiB; `nil` for never.
    public var size: Int? = 100 << 20
    /// When its first record is this old: 1 min…10,000 h; `nil` for never.
    public var age: Duration?
    /// Whether it is compressed then.
    public var compress = true

    /// The defaults.
    public init() {}
}

/// `audit.keep`: how long files that were set aside are kept. `nil` sets no limit.
public struct AuditRetentionConfiguration: Equatable, Sendable {
    /// How many: 1…100,000.
    public var count: Int?
    /// How old: 1 min…1,000,000 h.
    public var age: Duration?
    /// How many bytes together, as they lie on the disk: 64 KiB…1 PiB.
    public var size: Int?

    /// The defaults: for ever.
    public init() {}
}

/// `audit.syslog`: the syslog daemon that gets every record as well (RFC 5424).
public struct AuditSyslogConfiguration: Equatable, Sendable {
    /// The facilities that records may be logged under (RFC 5424 §6.2.1).
    public enum Facility: String, CaseIterable, Sendable {
        /// User-level messages.
        case user
        /// System daemons.
        case daemon
        /// Security and authorisation.
        case auth
        /// Security and authorisation, private.
        case authpriv
        /// Local use.
        case local0, local1, local2, local3, local4, local5, local6, local7
    }

    /// The daemon's socket.
    public var socket = "/dev/log"
    /// The facility of the messages; their severity is notice.
    public var facility = Facility.authpriv

    /// The defaults.
    public init() {}
}
