/// What a check found.
public struct ProbeResult: Encodable, Equatable, Sendable {
    /// What it comes to.
    public enum Verdict: String, Encodable, Sendable {
        /// The backend does it, and the gateway lets through what it shouldn't.
        case finding
        /// The backend does it, and the gateway lets nothing through by that.
        case note
        /// The backend doesn't do it.
        case no
        /// It can't be told.
        case unclear
        /// It wasn't asked.
        case skipped
    }

    /// The name of the check.
    public let check: String
    /// What it comes to.
    public var verdict: Verdict
    /// What was seen, in a sentence.
    public var seen: String
    /// What the gateway makes of it.
    public var gateway: String?
    /// The requests that get through by it.
    public var letsThrough: [LetThrough] = []
    /// What closes it.
    public var closedBy: String?
    /// The requests that have shown it, as `METHOD target` and the field or content that makes the difference.
    public var shownBy: [String] = []

    enum CodingKeys: String, CodingKey {
        case check, verdict, seen, gateway
        case letsThrough = "lets_through"
        case closedBy = "closed_by"
        case shownBy = "shown_by"
    }

    /// A result.
    public init(_ check: String, _ verdict: Verdict, _ seen: String, gateway: String? = nil) {
        self.check = check
        self.verdict = verdict
        self.seen = seen
        self.gateway = gateway
    }
}

/// A question to the backend.
public protocol ProbeCheck: Sendable {
    /// Its name.
    var name: String { get }
    /// What is to be asked; nothing when the check can't be made.
    func steps(_ context: ProbeContext) -> [ProbeStep]
    /// What the answers come to.
    func judge(_ seen: [ProbeObservation], _ context: ProbeContext) -> ProbeResult
}

/// What all checks go by.
public struct ProbeContext: Sendable {
    let settings: ProbeSettings
    let baseline: ProbeBaseline
    let map: ProbedMap

    /// What all checks go by.
    public init(_ settings: ProbeSettings, _ baseline: ProbeBaseline, _ map: ProbedMap) {
        self.settings = settings
        self.baseline = baseline
        self.map = map
    }

    /// Whether a field of a client that is let through reaches the backend under this name.
    func passesOn(_ name: String) -> Bool {
        guard var request = map.getThatPasses(settings.path) else { return false }
        let field = ProbeField(name, settings.nonce)
        request.fields.append(field)
        return map.passing(request)?.keeps(field) ?? false
    }
}

extension ProbeContext {
    /// Texts, no more than a few of them.
    static func list(_ texts: [String], most: Int = 4) -> String {
        let shown = texts.prefix(most).joined(separator: ", ")
        return texts.count > most ? "\(shown) and \(texts.count - most) more" : shown
    }
}
