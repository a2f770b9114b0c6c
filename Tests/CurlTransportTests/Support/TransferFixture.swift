import CurlTransport
import NIOCore
import Synchronization

/// Transfers on a loop to a scripted HTTP server, which writes down what it is asked.
final class TransferFixture: Sendable {
    let loop: LoopFixture
    let server: ScriptedServer
    private let log: RequestLog

    private init(_ loop: LoopFixture, _ server: ScriptedServer, _ log: RequestLog) {
        self.loop = loop
        self.server = server
        self.log = log
    }

    /// Runs a test with a server that answers each request as told, connections kept.
    static func with(
        answer: @escaping @Sendable (HTTPText, Peer) throws -> Void,
        _ body: (TransferFixture) async throws -> Void
    ) async throws {
        let log = RequestLog()
        let server = try ScriptedServer { peer in
            while let request = try peer.readRequest() {
                log.append(request)
                try answer(request, peer)
            }
        }
        do {
            try await LoopFixture.with { try await body(TransferFixture($0, server, log)) }
        } catch {
            let failures = server.stop()
            throw failures.isEmpty ? error : PeerError(description: "\(error); \(failures)")
        }
        let failures = server.stop()
        guard failures.isEmpty else { throw PeerError(description: "\(failures)") }
    }

    var url: String { "http://127.0.0.1:\(server.port)/introspect?a=b" }
    var requests: [HTTPText] { log.all }

    /// The outcome of a transfer.
    func transfer(_ request: TransferRequest) async throws -> Result<TransferResponse, CurlFailure> {
        try await loop.transfer(request)
    }

    func transfer(
        url: String? = nil,
        headers: [String] = [],
        body: [UInt8]? = nil,
        credentials: TransferRequest.BasicCredentials? = nil,
        timeout: Int = 5000,
        limit: Int = 1 << 20
    ) async throws -> Result<TransferResponse, CurlFailure> {
        try await transfer(
            TransferRequest(
                url: url ?? self.url,
                headers: headers,
                body: body,
                credentials: credentials,
                timeoutMilliseconds: timeout,
                maximumResponseBytes: limit
            )
        )
    }
}

/// What a server was asked.
private final class RequestLog: Sendable {
    private let requests = Mutex<[HTTPText]>([])

    var all: [HTTPText] { requests.withLock { $0 } }
    func append(_ request: HTTPText) { requests.withLock { $0.append(request) } }
}

extension LoopFixture {
    /// The outcome of a transfer, which has to come once, on the loop, and not before the call returns.
    func transfer(_ request: TransferRequest) async throws -> Result<TransferResponse, CurlFailure> {
        let eventLoop = curl.eventLoop
        return try await eventLoop.flatSubmit {
            let promise = eventLoop.makePromise(of: Result<TransferResponse, CurlFailure>.self)
            var hasReturned = false
            var isCompleted = false
            self.curl.transfer(request) { outcome in
                eventLoop.preconditionInEventLoop()
                guard hasReturned, !isCompleted else {
                    return promise.fail(PeerError(description: "completed before the call returned, or twice"))
                }
                isCompleted = true
                promise.succeed(outcome)
            }
            hasReturned = true
            return promise.futureResult
        }.get()
    }
}

extension Result where Success == TransferResponse, Failure == CurlFailure {
    /// The kind of the failure, if it is one.
    var failureKind: CurlFailure.Kind? {
        if case .failure(let failure) = self { return failure.kind }
        return nil
    }
}
