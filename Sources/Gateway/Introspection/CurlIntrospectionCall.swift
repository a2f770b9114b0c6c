import CurlTransport
import GatewayConfig
import Introspection
import NIOCore
import Synchronization

/// Calls the introspection endpoint (RFC 7662 §2.1) by an ordinary libcurl transfer on the loop that asks.
final class CurlIntrospectionCall: IntrospectionCalling {
    private let request: TransferRequest
    private let loops = Mutex<[CurlLoop]>([])

    init(_ configuration: IntrospectionConfiguration) {
        request = TransferRequest(
            url: configuration.endpoint.description,
            headers: ["Content-Type: \(TokenRequest.contentType)", "Accept: application/json"],
            body: [],
            credentials: configuration.client.map { client in
                // RFC 6749 §2.3.1: both are form-encoded before they become a Basic credential.
                TransferRequest.BasicCredentials(
                    user: TokenRequest.formEncoded(Array(client.id.utf8)),
                    password: TokenRequest.formEncoded(client.secret.bytes)
                )
            },
            timeoutMilliseconds: Int(configuration.timeout.nanoseconds / 1_000_000),
            maximumResponseBytes: IntrospectionAnswer.maximumBodyLength,
            certificateAuthorityFile: configuration.tls.caFile
        )
    }

    /// Gives it the loops to call on. Until then, and again once this is called with none, every call fails.
    func use(_ loops: [CurlLoop]) {
        self.loops.withLock { $0 = loops }
    }

    func call(key: [UInt8], completion: @escaping @Sendable (IntrospectionCallResult) -> Void) {
        let loops = self.loops.withLock { $0 }
        guard let loop = loops.first(where: { $0.eventLoop.inEventLoop }) ?? loops.first else {
            return completion(.failed(.shutDown))
        }
        var request = request
        request.body = TokenRequest.form(key: key)
        let ready = request
        let start: @Sendable () -> Void = {
            loop.transfer(ready) { completion(Self.result($0)) }
        }
        if loop.eventLoop.inEventLoop { start() } else { loop.eventLoop.execute(start) }
    }

    private static func result(_ result: Result<TransferResponse, CurlFailure>) -> IntrospectionCallResult {
        switch result {
        case .success(let response):
            return .answer(status: response.status, contentType: response.contentType ?? [], body: response.body)
        case .failure(let failure):
            switch failure.kind {
            case .timeout: return .failed(.timedOut)
            case .resolve, .connect, .tls: return .failed(.unreachable(failure.description))
            case .io, .other: return .failed(.invalidResponse(failure.description))
            }
        }
    }
}
