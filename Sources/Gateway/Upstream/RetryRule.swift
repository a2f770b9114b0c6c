import HTTP1

/// Whether a request that failed may be sent once more (RFC 9110 §9.2.2, RFC 9112 §9.3.1).
struct RetryRule: Equatable {
    /// Why a request may be sent once more.
    enum Verdict: Equatable {
        /// It may not.
        case no
        /// It hit a kept connection that the server was just closing, which tells nothing of the server.
        case staleConnection
        /// Another server may do better, if the budget allows it.
        case otherServer
    }

    /// Earlier requests had used the connection: it may have been closed while this one was on its way.
    var wasReused: Bool
    /// How often the request has been sent, or was about to be.
    var attempts: Int
    /// How often it may be.
    var maximumAttempts: Int
    /// There is more than one server.
    var hasOthers: Bool
    /// A byte of a response has come.
    var hasResponse: Bool
    /// A byte of the request has been taken by the connection.
    var wasSent: Bool
    /// Everything of the request that was handed over is still at hand.
    var isWhole: Bool
    /// Nothing is known but that the server is late.
    var isTimeout: Bool
    /// Whether late servers count.
    var repeatsTimeouts: Bool
    var method: Method

    var verdict: Verdict {
        guard !hasResponse, isWhole, !wasSent || method.isIdempotent else { return .no }
        if wasReused, attempts == 1, !isTimeout { return .staleConnection }
        guard hasOthers, attempts < maximumAttempts else { return .no }
        // A connection that isn't made in time has taken nothing, so that nothing is done twice.
        return isTimeout && wasSent && !repeatsTimeouts ? .no : .otherServer
    }
}
