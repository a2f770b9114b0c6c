import HTTP1

/// The rule for using an upstream connection again, as far as the body of the request on it goes.
///
/// A backend that leaves a body unread reads it as the next request on the connection, which is then one that nobody
/// has checked. So a connection is used again only after a request without a body, or after one whose body the backend
/// can be taken to have read: of a method that gives bodies a meaning, and answered with a success after its last byte
/// was taken.
struct ConnectionReuse: Equatable {
    private let hasBody: Bool
    /// Whether the backend is told that the connection ends with its response, before it has any reason to read on.
    let asksToClose: Bool
    private var readsBody = false

    /// - Parameters:
    ///   - framing: That of the request.
    ///   - method: Its method.
    ///   - backendReadsBodies: Whether the backend can be taken to read the bodies that it answers with a success.
    init(framing: BodyFraming, method: HTTP1.Method, backendReadsBodies: Bool) {
        hasBody = framing.mayHaveContent
        asksToClose = hasBody && !(backendReadsBodies && method.definesContent)
    }

    init(_ request: RequestHead, _ upstream: Upstream) {
        self.init(framing: request.framing, method: request.method, backendReadsBodies: upstream.readsBodies)
    }

    /// Takes note of the head of the final response.
    ///
    /// - Parameters:
    ///   - status: Its status.
    ///   - requestIsSent: Whether the connection had taken the whole request.
    mutating func answered(status: Int, requestIsSent: Bool) {
        readsBody = requestIsSent && 200..<300 ~= status
    }

    /// Whether the connection may be used again, once the response is complete.
    var isAllowed: Bool { !hasBody || (!asksToClose && readsBody) }
}
