import CivilCalendar
import HTTP1
import SimpleHTTP

/// A request as an operation sees it.
struct JournalCall {
    let request: SimpleRequest
    /// What stands for the `{…}` of the template, in their order.
    let parameters: [String]
    let now: Timestamp
    let query: [(name: String, value: String)]

    /// The id in the path; operations of templates without one don't ask for it.
    var id: String { parameters.first ?? "" }

    /// The value of a query parameter; of several the first.
    func queryValue(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// The day that a query parameter gives.
    ///
    /// - Throws: 400 `invalid_parameter`.
    func queryDate(_ name: String) throws(JournalError) -> CivilDate? {
        guard let text = queryValue(name) else { return nil }
        guard let date = CivilDate(parsing: text) else {
            throw .invalidParameter(name, "must be a day such as 2026-01-31")
        }
        return date
    }

    /// The members of a JSON body.
    ///
    /// - Throws: 415 if the body says that it is something else, 400 `invalid_json`.
    func members() throws(JournalError) -> [String: JSONValue] {
        guard request.mediaType ?? "application/json" == "application/json" else {
            throw .unsupportedMediaType("application/json")
        }
        guard let members = (try? JSONValue(parsing: request.body))?.object else { throw .invalidJSON }
        return members
    }

    /// The same, but a body may be left out.
    func membersIfAny() throws(JournalError) -> [String: JSONValue] {
        request.body.isEmpty ? [:] : try members()
    }
}

/// What an operation comes to; it is written as a response after the store is unlocked.
enum JournalOutcome {
    case json(Int, JSONValue)
    /// 201 with the path of what was made; nil if it can be read only among others.
    case created(JSONValue, location: String?)
    /// 204.
    case done
    case file(contentType: String, [UInt8])
}

/// One method of one path template.
struct JournalOperation: Sendable {
    typealias Body = @Sendable (inout JournalState, JournalCall) throws(JournalError) -> JournalOutcome

    let method: HTTP1.Method
    /// Below `/api/v1`, such as `/trades/{tradeId}`.
    let template: String
    /// Whether answers carry an entity tag (RFC 9110 §8.8.3) and If-None-Match is heeded.
    let hasEntityTag: Bool
    let body: Body

    init(_ method: HTTP1.Method, _ template: String, hasEntityTag: Bool = false, _ body: @escaping Body) {
        self.method = method
        self.template = template
        self.hasEntityTag = hasEntityTag
        self.body = body
    }
}
