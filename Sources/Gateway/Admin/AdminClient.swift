import CurlTransport
import GatewayConfig
import NIOCore

/// Asks the admin listener of a running gateway for something.
public struct AdminClient: Sendable {
    /// What it answered.
    public struct Answer: Sendable {
        /// The HTTP status.
        public let status: Int
        /// The body.
        public let body: [UInt8]
    }

    /// No gateway answered.
    public struct NoAnswer: Error, CustomStringConvertible {
        /// What is wrong and what to do, for the operator.
        public let description: String
    }

    /// Where it asks.
    public let address: AdminAddress
    private let token: Secret?
    private let timeoutMilliseconds: Int
    private static let maximumAnswer = 16 << 20

    /// A client of the admin listener at an address, with its token if it has one.
    public init(address: AdminAddress, token: Secret? = nil, timeout: Duration = .seconds(30)) {
        self.address = address
        self.token = token
        timeoutMilliseconds = Int(timeout.nanoseconds / 1_000_000)
    }

    /// Sends `POST path` with a JSON body.
    ///
    /// - Throws: ``NoAnswer`` when there is none.
    public func post(_ path: String, json body: [UInt8]) async throws -> Answer {
        try await ask(path, body)
    }

    /// Sends `GET path`.
    ///
    /// - Throws: ``NoAnswer`` when there is none.
    public func get(_ path: String) async throws -> Answer {
        try await ask(path, nil)
    }

    private func ask(_ path: String, _ body: [UInt8]?) async throws -> Answer {
        var headers = ["Accept: application/json"]
        if body != nil { headers.append("Content-Type: application/json") }
        if let token { headers.append("Authorization: Bearer \(String(decoding: token.bytes, as: UTF8.self))") }
        var request = TransferRequest(
            url: "http://localhost\(path)",
            headers: headers,
            body: body,
            timeoutMilliseconds: timeoutMilliseconds,
            maximumResponseBytes: Self.maximumAnswer
        )
        switch address {
        case .socket(let socket): request.url = "http://\(socket)\(path)"
        case .unix(let path): request.unixSocket = path
        }
        let settled = request
        let result = try await ToolLoop.run { loop in await loop.transfer(settled) }
        switch result {
        case .success(let response): return Answer(status: response.status, body: response.body)
        case .failure(let failure):
            throw NoAnswer(
                description: "no gateway answers at \(address) (\(failure)): is it running, and is admin.address right?"
            )
        }
    }
}
