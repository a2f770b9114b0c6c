import CurlTransport
import GatewayConfig
import Introspection

/// What a call needs to know; replaced as a whole.
struct IntrospectionCallSettings {
    /// The request but for its URL, its time-out, and what the key brings.
    let template: TransferRequest
    let mapping: RequestMapping
    /// URLs.
    let endpoints: [String]
    var order: EndpointOrder
    /// Of all attempts together, in nanoseconds.
    let timeout: Int64
    /// Which settings an attempt was made with.
    let version: UInt64

    init(_ configuration: IntrospectionConfiguration, version: UInt64) {
        template = TransferRequest(
            url: "",
            headers: configuration.client.headers,
            credentials: configuration.client.basicCredentials,
            timeoutMilliseconds: 1,
            maximumResponseBytes: IntrospectionAnswer.maximumBodyLength,
            connectTimeoutMilliseconds: Int(configuration.connectTimeout.nanoseconds / 1_000_000),
            trust: configuration.trust
        )
        mapping = configuration.request
        endpoints = configuration.endpoints.map(\.description)
        order = EndpointOrder(count: endpoints.count)
        timeout = configuration.timeout.nanoseconds
        self.version = version
    }
}

extension IntrospectionConfiguration.Client {
    fileprivate var basicCredentials: TransferRequest.BasicCredentials? {
        guard case .basic(let id, let secret) = self else { return nil }
        // RFC 6749 §2.3.1: both are form-encoded before they become a Basic credential.
        return TransferRequest.BasicCredentials(
            user: PercentEncoding.formEncoded(Array(id.utf8)),
            password: PercentEncoding.formEncoded(secret.bytes)
        )
    }

    fileprivate var headers: [String] {
        switch self {
        case .none, .basic: []
        case .bearer(let token): ["Authorization: Bearer \(String(decoding: token.bytes, as: UTF8.self))"]
        case .header(let name, let value): ["\(name): \(String(decoding: value.bytes, as: UTF8.self))"]
        }
    }
}
