/// The call to the introspection endpoint: the only part of introspection that does I/O.
public protocol IntrospectionCalling: Sendable {
    /// Asks the endpoint about a key, and completes exactly once, whatever happens: a call that hangs must time out.
    ///
    /// It may be called on any thread, must not block it, and may complete on any thread, before it returns too.
    func call(key: [UInt8], completion: @escaping @Sendable (IntrospectionCallResult) -> Void)
}

/// What a call brought.
public enum IntrospectionCallResult: Sendable {
    /// An HTTP answer: its status, the value of its one Content-Type (empty when there is none), and its whole body.
    /// A body longer than ``IntrospectionAnswer/maximumBodyLength`` may be cut anywhere beyond that length.
    case answer(status: Int, contentType: [UInt8], body: [UInt8])
    /// No answer.
    case failed(IntrospectionCallFailure)
}

/// Why a call brought no answer. The texts are for logs and must not hold the key.
public enum IntrospectionCallFailure: Hashable, Sendable {
    /// The endpoint couldn't be reached: name look-up, connection or TLS failed.
    case unreachable(String)
    /// The time for the call ran out.
    case timedOut
    /// The connection broke, or what came isn't HTTP.
    case invalidResponse(String)
    /// The answer's body is longer than ``IntrospectionAnswer/maximumBodyLength``.
    case answerTooLarge
    /// The gateway is stopping.
    case shutDown
}

extension IntrospectionCallFailure: CustomStringConvertible {
    /// The failure in words.
    public var description: String {
        switch self {
        case .unreachable(let reason): "unreachable: \(reason)"
        case .timedOut: "timed out"
        case .invalidResponse(let reason): "no valid response: \(reason)"
        case .answerTooLarge: "the answer is longer than \(IntrospectionAnswer.maximumBodyLength) bytes"
        case .shutDown: "shutting down"
        }
    }
}
