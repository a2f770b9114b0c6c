/// What the probe asks for, and how.
public struct ProbeSettings: Sendable {
    /// A path that is there, asked for by GET.
    public var path: ProbePath
    /// The path that POST requests may be sent to; `nil` when nothing may be changed.
    public var writePath: ProbePath?
    /// A text that stands nowhere else: `probe` and letters and digits behind it.
    public var nonce: String
    /// Further fields that may say who somebody is.
    public var identityFields: [String]
    /// The names of the fields that let the probe in.
    public var accessFields: [ProbeField]
    /// How long an idle connection is watched, in milliseconds.
    public var idleMilliseconds: Int
    /// How long the gateway keeps idle connections to the backend, in milliseconds.
    public var poolIdleMilliseconds: Int

    /// Settings by their values.
    public init(
        path: ProbePath,
        writePath: ProbePath? = nil,
        nonce: String,
        identityFields: [String] = [],
        accessFields: [ProbeField] = [],
        idleMilliseconds: Int = 10_000,
        poolIdleMilliseconds: Int = 1000
    ) {
        self.path = path
        self.writePath = writePath
        self.nonce = nonce
        self.identityFields = identityFields
        self.accessFields = accessFields
        self.idleMilliseconds = idleMilliseconds
        self.poolIdleMilliseconds = poolIdleMilliseconds
    }

    /// The request that may change something.
    func write(
        _ target: String,
        fields: [ProbeField] = [],
        form: String = "scopegate_probe=1",
        framing: ProbeRequest.Framing = .length
    ) -> ProbeRequest {
        ProbeRequest(
            "POST",
            target,
            fields: [ProbeField("Content-Type", "application/x-www-form-urlencoded")] + fields,
            body: Array(form.utf8),
            framing: framing
        )
    }
}
