import CurlTransport

/// What of a request was its server's failure.
enum ServerFailure: Equatable, Sendable {
    /// No connection could be made.
    case connection(CurlFailure)
    /// The connection broke before an answer came.
    case brokenConnection
    /// The answer didn't come in time.
    case late
    /// What came was no response.
    case response(ResponseStream.Fault)
    /// One of `ejection.statuses`.
    case status(Int)

    /// What went wrong, for operators.
    var text: String {
        switch self {
        case .connection(let failure): failure.description
        case .brokenConnection: "the connection broke"
        case .late: "no answer in time"
        case .response(let fault): fault.text
        case .status(let status): "status \(status)"
        }
    }
}
