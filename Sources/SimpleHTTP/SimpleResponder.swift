/// Answers requests; called on the event loops of a server, several at the same time.
public protocol SimpleResponder: Sendable {
    /// The answer to a request. Must not block.
    func respond(to request: SimpleRequest) -> SimpleResponse
}
