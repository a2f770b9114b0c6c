import CoreMetrics
import PrometheusMetrics

/// What is counted of connections before their first request.
struct ListenerMetrics: Sendable {
    private let handshakes: (tls12: Counter, tls13: Counter)
    private let failures: [Counter]
    private let proxyRefusals: [Counter]

    init(_ registry: PrometheusRegistry) {
        func handshakes(_ version: String) -> Counter {
            registry.counter(
                "scopegate_tls_handshakes_total",
                "Handshakes of clients that were completed, by version.",
                labels: [("version", version)]
            )
        }
        self.handshakes = (handshakes("1.2"), handshakes("1.3"))
        failures = HandshakeFailure.allCases.map { kind in
            registry.counter(
                "scopegate_tls_handshake_failures_total",
                "Handshakes of clients that failed, by kind.",
                labels: [("kind", kind.rawValue)]
            )
        }
        proxyRefusals = ProxyHeaderRefusal.allCases.map { reason in
            registry.counter(
                "scopegate_proxy_protocol_refused_total",
                "Connections closed because they do not begin with the PROXY protocol of a trusted peer, by reason.",
                labels: [("reason", reason.rawValue)]
            )
        }
    }

    func handshakeCompleted(isTLS13: Bool) {
        (isTLS13 ? handshakes.tls13 : handshakes.tls12).increment()
    }

    func failed(_ kind: HandshakeFailure) {
        failures[HandshakeFailure.allCases.firstIndex(of: kind) ?? 0].increment()
    }

    func refused(_ reason: ProxyHeaderRefusal) {
        proxyRefusals[ProxyHeaderRefusal.allCases.firstIndex(of: reason) ?? 0].increment()
    }

    /// When the certificates in use expire. One that several listeners use is shown once.
    static func expiry(_ listeners: [ListenerTLS?]) -> [MetricFamily] {
        var times: [String: Int64] = [:]
        for item in listeners.compactMap(\.self).flatMap(\.certificates.items) {
            times[item.file] = min(times[item.file] ?? .max, item.facts.notAfter)
        }
        guard !times.isEmpty else { return [] }
        return [
            .by(
                "file",
                .gauge,
                "scopegate_tls_certificate_expiry_timestamp_seconds",
                "When the certificates that clients are shown expire, in seconds since 1970.",
                times.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            )
        ]
    }
}
