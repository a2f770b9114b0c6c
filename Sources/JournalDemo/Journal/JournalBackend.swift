import HTTP1
import SimpleHTTP
import Synchronization

/// A trading journal in memory, which stores and returns what the scopes of the reference speak of.
///
/// It trusts whoever calls: authentication and scopes are the gateway's task. A request with `X-Nonce` gets it back as
/// `X-Echo-Nonce`.
public final class JournalBackend: SimpleResponder {
    private static let operations =
        Trades.operations + Accounts.operations + Balance.operations + Goals.operations + Protocols.operations
        + Tags.operations + Strategies.operations + Screenshots.operations + CopyGroups.operations
        + Autosync.operations + Catalog.operations

    private let state: Mutex<JournalState>
    private let router: JournalRouter
    private let clock: WallClock

    /// A journal with a few records of every kind.
    ///
    /// - Parameter scopes: What `GET /api/v1/scopes` answers.
    public init(scopes: DemoScopeCatalog, clock: WallClock = .system) {
        self.clock = clock
        router = JournalRouter(Self.operations + [scopes.operation])
        state = Mutex(SeedData.state(by: router, at: Timestamp(seconds: clock.now())))
    }

    /// The methods and path templates that are served, such as `GET` and `/api/v1/trades/{tradeId}`.
    public static var routes: [(method: String, template: String)] {
        (operations + [DemoScopeCatalog().operation]).map {
            ("\($0.method.name ?? "")", JournalRouter.prefix + $0.template)
        }
    }

    /// Answers a request.
    public func respond(to request: SimpleRequest) -> SimpleResponse {
        var response: SimpleResponse
        do {
            response = try answer(request)
        } catch {
            response = error.response
        }
        if let nonce = request.field("X-Nonce") {
            response.fields.append(("X-Echo-Nonce", nonce))
        }
        return response
    }

    private func answer(_ request: SimpleRequest) throws(JournalError) -> SimpleResponse {
        let (operation, parameters) = try router.find(request.method, request.pathSegments)
        guard let query = FormDecoder.decode(request.query ?? "") else {
            throw JournalError(status: 400, code: "invalid_query", message: "The query is malformed.")
        }
        let call = JournalCall(
            request: request,
            parameters: parameters,
            now: Timestamp(seconds: clock.now()),
            query: query
        )
        let outcome = try state.withLock { (state) throws(JournalError) in try operation.body(&state, call) }
        let response = Self.response(outcome)
        return operation.hasEntityTag ? Self.tagged(response, for: request) : response
    }

    private static func response(_ outcome: JournalOutcome) -> SimpleResponse {
        switch outcome {
        case .json(let status, let value):
            .json(status, value)
        case .created(let value, let location):
            .json(201, value, fields: location.map { [("Location", $0)] } ?? [])
        case .done:
            SimpleResponse(status: 204)
        case .file(let contentType, let bytes):
            // Whatever was uploaded is for saving, not for showing as a page of this origin.
            SimpleResponse(
                status: 200,
                fields: [
                    ("Content-Type", contentType), ("X-Content-Type-Options", "nosniff"),
                    ("Content-Disposition", "attachment"),
                ],
                body: bytes
            )
        }
    }

    /// Adds the entity tag, and turns the response into a 304 if the client has it already (RFC 9110 §13.1.2, §15.4.5).
    private static func tagged(_ response: SimpleResponse, for request: SimpleRequest) -> SimpleResponse {
        let tag = EntityTag.tag(of: response.body)
        if let known = request.field("If-None-Match"), EntityTag.matches(known, tag) {
            return SimpleResponse(status: 304, fields: [("ETag", tag)])
        }
        var response = response
        response.fields.append(("ETag", tag))
        return response
    }
}
