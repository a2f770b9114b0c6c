/// What a line of the audit is about. The name of each is the line's `event`.
public enum AuditEvent: Hashable, Sendable {
    /// A request: `denied`, `allowed` or `shadow`, by its decision.
    case request(AuditRecord)
    /// `reload`: the route map, the catalog or other settings were replaced, or could not be.
    case reload(AuditReload)
    /// `revocation`: keys were revoked by an operator.
    case revocation(AuditRevocation)
    /// `start`: a gateway began to write.
    case start(AuditStart)
    /// `stop`: the gateway ended in order. Nothing of this instance follows but a checkpoint.
    case stop
    /// `checkpoint`: the chain up to here, signed when a key is set. The log makes these itself.
    case checkpoint
    /// `gap`: records were dropped for want of memory while the log couldn't be written. The log makes these itself.
    case gap(AuditGap)
    /// `recovered`: what a start found that isn't as an orderly stop leaves it. The log makes these itself.
    case recovered(AuditRecovered)
    /// `retention`: a rotated file is about to be removed. The log makes these itself.
    case retention(AuditRetention)

    /// The names of all.
    public static let names = [
        "denied", "allowed", "shadow", "reload", "revocation", "start", "stop", "checkpoint", "gap", "recovered",
        "retention",
    ]

    /// The value of the member `event`.
    public var name: StaticString {
        switch self {
        case .request(let record): record.event
        case .reload: "reload"
        case .revocation: "revocation"
        case .start: "start"
        case .stop: "stop"
        case .checkpoint: "checkpoint"
        case .gap: "gap"
        case .recovered: "recovered"
        case .retention: "retention"
        }
    }
}

/// What was decided on a request.
public enum AuditDecision: Hashable, Sendable {
    /// It was refused.
    case denied
    /// It was passed on, or answered from the catalog.
    case allowed
    /// A route map that isn't in force would have decided otherwise.
    case shadow(AuditShadow)
}

/// What a route map that isn't in force would have decided.
public struct AuditShadow: Hashable, Sendable {
    /// The reason of the refusal, or `allowed`.
    public let code: AuditText
    /// The scope that would have been named as missing.
    public let requiredScope: AuditText?
    /// The template that the path matches there.
    public let template: AuditText?
    /// The digest of that route map.
    public let digest: AuditText?

    /// An outcome; `code` is `allowed` or the reason of a refusal.
    public init(code: String, requiredScope: String? = nil, template: String? = nil, digest: String? = nil) {
        self.code = .name(code)
        self.requiredScope = requiredScope.map(AuditText.name)
        self.template = template.map { AuditText($0.utf8, maximumLength: AuditLimits.path) }
        self.digest = digest.map(AuditText.name)
    }
}

/// A reload of what decides.
public struct AuditReload: Hashable, Sendable {
    /// Whether it is in force now; otherwise what was before still is.
    public let isApplied: Bool
    /// The generation of the route map that is in force now.
    public let generation: UInt64
    /// The digest of the route map that is in force now.
    public let digest: AuditText?
    /// How it was asked for: `signal`, `admin`, `watch`, …
    public let trigger: AuditText
    /// The address of the operator's client, when it was asked for on the admin listener.
    public let client: AuditText?
    /// What was wrong, when it isn't in force.
    public let problem: AuditText?

    /// A reload.
    public init(
        isApplied: Bool,
        generation: UInt64,
        digest: String? = nil,
        trigger: String,
        client: String? = nil,
        problem: String? = nil
    ) {
        self.isApplied = isApplied
        self.generation = generation
        self.digest = digest.map(AuditText.name)
        self.trigger = .name(trigger)
        self.client = client.map(AuditText.name)
        self.problem = problem.map { AuditText($0.utf8, maximumLength: AuditLimits.problem) }
    }
}

/// A revocation of keys by an operator. A key itself must not stand in it; its fingerprint may.
public struct AuditRevocation: Hashable, Sendable {
    /// Which keys.
    public enum Target: Hashable, Sendable {
        /// One key, by its fingerprint.
        case fingerprint(String)
        /// The keys with an issuer's name for a key.
        case keyID(String)
        /// The keys that stand for a subject.
        case subject(String)
        /// All keys.
        case all
    }

    /// Which keys.
    public let target: Target
    /// How many remembered grants were dropped.
    public let count: Int
    /// The address of the operator's client.
    public let client: AuditText?

    /// A revocation.
    public init(_ target: Target, count: Int, client: String? = nil) {
        self.target = target
        self.count = count
        self.client = client.map(AuditText.name)
    }
}

/// The start of a gateway.
public struct AuditStart: Hashable, Sendable {
    /// The program's version.
    public let version: AuditText
    /// The process's id.
    public let process: Int32
    /// The generation of the route map that it starts with.
    public let generation: UInt64
    /// The digest of that route map.
    public let digest: AuditText

    /// A start.
    public init(version: String, process: Int32, generation: UInt64, digest: String) {
        self.version = .name(version)
        self.process = process
        self.generation = generation
        self.digest = .name(digest)
    }
}

/// Records that were dropped: more than the memory holds while the log couldn't be written.
public struct AuditGap: Hashable, Sendable {
    /// How many.
    public var count: UInt64
    /// When the first of them came, in microseconds since 1970.
    public var first: Int64
    /// When the last of them came.
    public var last: Int64
}

/// What a start found that isn't as an orderly stop leaves it.
public struct AuditRecovered: Hashable, Sendable {
    /// The end of the file that was no whole record, as a crash leaves it. It stood where this record stands.
    public var torn: [UInt8] = []
    /// What the head file knows that the log doesn't: records are missing.
    public var missing: AuditHead?
    /// There was no head file beside records that were written with one.
    public var headIsMissing = false

    var isEmpty: Bool { torn.isEmpty && missing == nil && !headIsMissing }
}

/// The removal of a rotated file.
public struct AuditRetention: Hashable, Sendable {
    /// The file's name, without its directory.
    public let file: String
    /// The last sequence number in it.
    public let removedThrough: UInt64
    /// Which limit it is beyond: `count`, `age` or `size`.
    public let limit: String
}
