import Logging
import NIOCore

/// Logs connections that ended for other reasons than a request, each kind at most once a second. Each line says how
/// many it stands for. Loop-bound.
struct ListenerLog {
    private var handshakes = LogThrottle(kinds: HandshakeFailure.allCases.count)
    private var http2 = LogThrottle(kinds: HTTP2Failure.allCases.count)
    private var proxyHeaders = LogThrottle(kinds: ProxyHeaderRefusal.allCases.count)

    mutating func failed(_ kind: HandshakeFailure, reason: String, client: String, logger: Logger) {
        let index = HandshakeFailure.allCases.firstIndex(of: kind) ?? 0
        guard let count = handshakes.admit(index, now: .now()) else { return }
        // Clients go away all the time; what looks whether a port is open does nothing else.
        logger.log(
            level: kind == .closed ? .debug : .notice,
            "TLS handshake failed",
            metadata: ["kind": "\(kind.rawValue)", "reason": "\(reason)", "client": "\(client)", "count": "\(count)"]
        )
    }

    mutating func failed(_ kind: HTTP2Failure, reason: String, client: String, logger: Logger) {
        let index = HTTP2Failure.allCases.firstIndex(of: kind) ?? 0
        guard let count = http2.admit(index, now: .now()) else { return }
        logger.notice(
            "HTTP/2 connection ended",
            metadata: ["kind": "\(kind.rawValue)", "reason": "\(reason)", "client": "\(client)", "count": "\(count)"]
        )
    }

    mutating func refused(_ reason: ProxyHeaderRefusal, client: String, logger: Logger) {
        let index = ProxyHeaderRefusal.allCases.firstIndex(of: reason) ?? 0
        guard let count = proxyHeaders.admit(index, now: .now()) else { return }
        logger.warning(
            "PROXY protocol refused",
            metadata: ["reason": "\(reason.rawValue)", "client": "\(client)", "count": "\(count)"]
        )
    }
}
