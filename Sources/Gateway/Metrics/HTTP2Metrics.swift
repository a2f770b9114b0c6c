import CoreMetrics
import PrometheusMetrics

/// What is counted of connections of HTTP/2.
struct HTTP2Metrics: Sendable {
    private let connections: Counter
    private let failures: [Counter]
    private let streamFailures: Counter

    init(_ registry: PrometheusRegistry) {
        connections = registry.counter(
            "scopegate_http2_connections_total",
            "Client connections on which HTTP/2 is spoken."
        )
        failures = HTTP2Failure.allCases.map { kind in
            registry.counter(
                "scopegate_http2_connection_failures_total",
                "Connections of HTTP/2 that were ended for what the client did, by the limit or rule.",
                labels: [("kind", kind.rawValue)]
            )
        }
        streamFailures = registry.counter(
            "scopegate_http2_stream_failures_total",
            "Streams of HTTP/2 that ended with an error, those that clients reset included."
        )
    }

    func connectionBegun() { connections.increment() }

    func failed(_ kind: HTTP2Failure) {
        failures[HTTP2Failure.allCases.firstIndex(of: kind) ?? 0].increment()
    }

    func streamFailed() { streamFailures.increment() }
}
