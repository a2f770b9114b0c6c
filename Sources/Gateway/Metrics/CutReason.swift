import ScopeModel

/// Why a response that had begun did not come to its end.
enum CutReason: Int, CaseIterable, Sendable {
    /// The backend ended or broke its response.
    case upstreamCut
    /// The backend fell silent for longer than `upstream.idle_timeout`.
    case idleTimeout
    /// The client went.
    case clientGone
    /// The client took nothing of the response, or sent nothing of its body, for too long.
    case clientSlow
    /// The request's body turned out to be longer than is allowed.
    case bodyTooLarge
    /// The request's body turned out to be malformed.
    case invalidRequest
    /// The gateway's stop had no more time for it.
    case stop

    /// Its name in metrics, logs, records and spans.
    var label: StaticString {
        switch self {
        case .upstreamCut: "upstream_cut"
        case .idleTimeout: "idle_timeout"
        case .clientGone: "client_gone"
        case .clientSlow: "client_slow"
        case .bodyTooLarge: "body_too_large"
        case .invalidRequest: "invalid_request"
        case .stop: "stop"
        }
    }

    /// What the failure means of an exchange whose response has begun.
    init(_ reason: DenialReason) {
        self =
            switch reason {
            case .upstreamTimeout: .idleTimeout
            case .upstreamInvalidResponse, .upstreamUnreachable: .upstreamCut
            case .overloaded, .requestTimeout: .clientSlow
            case .bodyTooLarge: .bodyTooLarge
            default: .invalidRequest
            }
    }
}
