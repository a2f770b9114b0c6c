import HTTP1

/// Whether a request that failed may be sent once more on a new connection (RFC 9110 §9.2.2, RFC 9112 §9.3.1).
struct RetryRule: Equatable {
    /// Earlier requests had used the connection: it may have been closed while this one was on its way.
    var wasReused: Bool
    /// The request has been repeated already.
    var wasRepeated: Bool
    /// A byte of a response has come.
    var hasResponse: Bool
    /// A byte of the request has been taken by the connection.
    var wasSent: Bool
    /// A byte of the body has been handed over, so that the head alone would no longer be the request.
    var bodyBegun: Bool
    /// Everything of the request that was handed over is still at hand.
    var isWhole: Bool
    var method: Method

    var allowsRepeat: Bool {
        guard wasReused, !wasRepeated, !hasResponse, isWhole else { return false }
        return !wasSent || (method.isIdempotent && !bodyBegun)
    }
}
