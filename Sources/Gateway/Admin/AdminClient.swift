import CurlTransport
import GatewayConfig
import NIOCore

/// Asks the admin listener of a running gateway to do something.
public struct AdminClient: Sendable {
    /// What it answered.
    public struct Answer: Sendable {
        /// The HTTP status.
        public let status: Int
        /// The body, JSON.
        public let body: [UInt8]
    }

    /// No gateway answered.
    public struct NoAnswer: Error, CustomStringConvertible {
        /// What is wrong and what to do, for the operator.
        public let description: String
    }

    private let address: SocketAddressText
    private let timeoutMilliseconds: Int
    private static let maximumAnswer = 16 << 20

    /// A client of the admin listener at an address.
    public init(address: SocketAddressText, timeout: Duration = .seconds(30)) {
        self.address = address
        timeoutMilliseconds = Int(timeout.nanoseconds / 1_000_000)
    }

    /// Sends `POST path` with a JSON body.
    ///
    /// - Throws: ``NoAnswer`` when there is none.
    public func post(_ path: String, json body: [UInt8]) async throws -> Answer {
        let request = TransferRequest(
            url: "http://\(address)\(path)",
            headers: ["Content-Type: application/json", "Accept: application/json"],
            body: body,
            timeoutMilliseconds: timeoutMilliseconds,
            maximumResponseBytes: Self.maximumAnswer
        )
        let result = try await ToolLoop.run { loop in
            await withCheckedContinuation { continuation in
                loop.eventLoop.execute {
                    loop.transfer(request) { continuation.resume(returning: $0) }
                }
            }
        }
        switch result {
        case .success(let response): return Answer(status: response.status, body: response.body)
        case .failure(let failure):
            throw NoAnswer(
                description: "no gateway answers at \(address) (\(failure)): is it running, and is admin.address right?"
            )
        }
    }
}
