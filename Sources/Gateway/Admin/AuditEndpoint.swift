import Audit
import ScopeModel
import SimpleHTTP
import StrictJSON

/// `/audit`: the newest records, as they stand in the log.
struct AuditEndpoint: Sendable {
    let recent: AuditRecent
    private let catalog: @Sendable () -> ScopeCatalog

    /// - Parameter catalog: The scopes that there are now: a filter for another one finds nothing, and is refused.
    init(recent: AuditRecent, catalog: @escaping @Sendable () -> ScopeCatalog) {
        self.recent = recent
        self.catalog = catalog
    }

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
            let lines = recent.lines(try filter(parameters), limit: limit)
            return AdminAnswer.json(200, .object([("records", .array(lines.map { .raw($0) }))]))
        } catch {
            return AdminAnswer.error(400, code: "invalid_query", message: error.description)
        }
    }

    private func filter(_ parameters: QueryParameters) throws(QueryParameters.Problem) -> AuditFilter {
        var texts = AuditFilterTexts()
        texts.since = try parameters.single("since")
        texts.until = try parameters.single("until")
        texts.events = try parameters.values("event")
        texts.requestIDs = try parameters.values("request_id")
        texts.keys = try parameters.values("key")
        texts.subjects = try parameters.values("subject")
        texts.scopes = try parameters.values("scope")
        texts.routes = try parameters.values("route")
        texts.reasons = try parameters.values("reason")
        texts.clients = try parameters.values("client")
        texts.methods = try parameters.values("method")
        texts.statuses = try parameters.values("status")
        do {
            return try texts.filter(now: SystemClock.wallMicroseconds, catalog: catalog())
        } catch {
            throw QueryParameters.Problem(description: "\(error).")
        }
    }
}
