import CurlTransport
import HTTP1
import Introspection
import Redaction

/// What is kept of a request that is logged or traced until it is over. A box, so that the others stay small.
final class ObservedRequest {
    let head: AccessLogEntry.Request?
    /// It gets a line in the access log.
    let isLogged: Bool
    /// Its spans, if it is traced.
    var trace: RequestTrace?
    /// The server that it was sent to last.
    var server: UpstreamTarget?
    /// It waited for the introspection endpoint.
    var wasIntrospected = false

    /// The issuer's name for the key.
    private(set) var keyID: RedactedText?
    /// Whom the key stands for.
    private(set) var subject: RedactedText?
    private let secrets: RequestSecrets

    /// - Parameter secrets: The request's keys, which issuers may repeat.
    init(head: AccessLogEntry.Request?, secrets: RequestSecrets, isLogged: Bool, trace: RequestTrace?) {
        self.head = head
        self.secrets = secrets
        self.isLogged = isLogged
        self.trace = trace
    }

    /// Takes what is known of the key, while the head's bytes are at hand.
    func note(_ grant: Grant?, in bytes: Span<UInt8>) {
        guard let grant else { return }
        let id = grant.keyIDUTF8
        if !id.isEmpty { keyID = secrets.redact(id.span, limit: TextLimits.name, in: bytes) }
        if let named = grant.subject {
            let text = Array(named.utf8)
            subject = secrets.redact(text.span, limit: TextLimits.subject, in: bytes)
        }
    }
}
