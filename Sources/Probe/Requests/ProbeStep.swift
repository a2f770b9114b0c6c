/// One connection to the backend, and what is done on it.
public struct ProbeStep: Equatable, Sendable {
    /// What is to be found out on the connection.
    public enum Kind: Equatable, Sendable {
        /// The answer to one request.
        case answer
        /// How many answers come to a request whose body is a request itself, and to one more request behind it, with
        /// which the connection ends.
        case body(next: ProbeRequest)
        /// The same, but the body is held back until the answer has come, or for a moment.
        case heldBody(next: ProbeRequest)
        /// How long the connection lives after the answer.
        case idle(milliseconds: Int)
    }

    /// The request.
    public var request: ProbeRequest
    /// What is to be found out.
    public var kind: Kind

    /// A step; without further words one request and its answer.
    public init(_ request: ProbeRequest, _ kind: Kind = .answer) {
        self.request = request
        self.kind = kind
    }
}
