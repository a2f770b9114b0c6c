import StrictJSON

/// A check of readiness (`/readyz`).
public struct TopCheck: Equatable, Sendable {
    /// What is checked.
    public var name: String
    /// `ok`, `degraded` or `failing`.
    public var state: String
    /// What is wrong.
    public var reason: String?

    /// Reads a check; nil when it isn't one.
    public init?(_ value: JSONValue) {
        guard let fields = JSONFields(value), let name = fields.text("name"), let state = fields.text("state") else {
            return nil
        }
        self.name = name
        self.state = state
        reason = fields.text("reason")
    }
}
