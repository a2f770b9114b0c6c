import Audit
import SimpleHTTP
import StrictJSON

/// `/audit`: the newest records, as they stand in the log.
struct AuditEndpoint: Sendable {
    let recent: AuditRecent

    private static let parameters = [
        "limit", "since", "until", "event", "request_id", "key", "subject", "scope", "route", "reason", "client",
        "method",
        "status",
    ]

    /// Those that are wanted, the newest first. Several values of a parameter, given repeatedly or with commas between
    /// them, ask for any of them.
    func show(_ request: SimpleRequest) -> SimpleResponse {
        do throws(QueryParameters.Problem) {
            let parameters = try QueryParameters(request.query, known: Self.parameters)
            let limit = try parameters.integer("limit", in: 1...1000) ?? 100
            let lines = recent.lines(try Self.filter(parameters), limit: limit)
            return AdminAnswer.json(200, .object([("records", .array(lines.map { .raw($0) }))]))
        } catch {
            return AdminAnswer.error(400, code: "invalid_query", message: error.description)
        }
    }

    private static func filter(_ parameters: QueryParameters) throws(QueryParameters.Problem) -> AuditFilter {
        var filter = AuditFilter()
        filter.since = try time("since", parameters)
        filter.until = try time("until", parameters)
        filter.events = try parameters.values("event")
        filter.requestIDs = try parameters.values("request_id")
        filter.keys = try parameters.values("key")
        filter.subjects = try parameters.values("subject")
        filter.scopes = try parameters.values("scope")
        filter.routes = try parameters.values("route")
        filter.reasons = try parameters.values("reason")
        filter.clients = try parameters.values("client")
        filter.methods = try parameters.values("method")
        filter.statuses = try parameters.values("status")
        return filter
    }

    private static func time(_ name: String, _ parameters: QueryParameters) throws(QueryParameters.Problem) -> Int64? {
        guard let text = try parameters.single(name) else { return nil }
        guard let time = AuditTimeText.parse(text, now: SystemClock.wallMicroseconds) else {
            throw QueryParameters.Problem(description: "\(name) is not a time; write it like \(AuditTimeText.forms).")
        }
        return time
    }
}
