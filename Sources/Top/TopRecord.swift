import StrictJSON

/// A record of the audit, as far as it is shown (`/audit`).
public struct TopRecord: Equatable, Sendable {
    /// When, in RFC 3339.
    public var time: String
    /// What it is about: `denied`, `reload`, …
    public var event: String
    /// The status that the request was answered with.
    public var status: Int64?
    /// Why it was refused.
    public var code: String?
    /// The method.
    public var method: String?
    /// The path, as the client sent it.
    public var path: String?
    /// The scope that was missing.
    public var requiredScope: String?
    /// Who, as far as it is known: the key's id, or its fingerprint.
    public var key: String?
    /// Whose key it is; of a revocation, whose keys were revoked.
    public var subject: String?
    /// The address of the client.
    public var client: String?
    /// Of a reload: how it was asked for.
    public var trigger: String?
    /// Of a reload: `applied` or `refused`.
    public var outcome: String?
    /// Of a reload: why it was refused.
    public var problem: String?
    /// The generation of the route map.
    public var generation: Int64?
    /// Of a revocation: how many grants were forgotten.
    public var count: Int64?

    /// Reads a record; nil when it isn't one.
    public init?(_ value: JSONValue) {
        guard let fields = JSONFields(value), let time = fields.text("time"), let event = fields.text("event") else {
            return nil
        }
        self.time = time
        self.event = event
        status = fields.optionalWhole("status")
        code = fields.text("code")
        method = fields.text("method")
        path = fields.text("path")
        requiredScope = fields.text("required_scope")
        key = fields.text("key_id") ?? fields.text("key_fingerprint") ?? (fields.text("keys").map { "\($0) keys" })
        subject = fields.text("subject")
        client = fields.text("forwarded_client") ?? fields.text("client")
        trigger = fields.text("trigger")
        outcome = fields.text("outcome")
        problem = fields.text("problem")
        generation = fields.optionalWhole("generation")
        count = fields.optionalWhole("count")
    }

    /// The time of day, to the second, in UTC.
    var timeOfDay: String { String(time.dropFirst(11).prefix(8)) }
}
