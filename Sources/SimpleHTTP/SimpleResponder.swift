import NIOCore

/// Answers requests; called on the event loops of a server, several at the same time.
public protocol SimpleResponder: Sendable {
    /// The answer to a request. Must not block.
    func respond(to request: SimpleRequest) -> SimpleResponse

    /// The answer to a request that takes time, or nil when ``respond(to:)`` answers it. Must not block. The connection
    /// waits; later requests on it are answered after this one.
    ///
    /// - Parameter eventLoop: the event loop of the connection.
    func lateResponse(to request: SimpleRequest, on eventLoop: any EventLoop) -> EventLoopFuture<SimpleResponse>?
}

extension SimpleResponder {
    /// All requests are answered at once.
    public func lateResponse(to: SimpleRequest, on: any EventLoop) -> EventLoopFuture<SimpleResponse>? { nil }
}
