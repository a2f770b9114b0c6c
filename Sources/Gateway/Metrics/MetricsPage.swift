import CurlTransport
import NIOCore
import PrometheusMetrics

/// All metrics of a gateway.
struct MetricsPage: Sendable {
    let loops: [GatewayLoop]
    let services: GatewayServices
    let reloader: Reloader
    let spans: SpanQueue?
    /// The version of the program.
    let version: String

    /// The metrics in Prometheus' text format, as they stand now.
    func render(on eventLoop: any EventLoop) -> EventLoopFuture<[UInt8]> {
        GatewayFigures.gather(loops, on: eventLoop).map { PrometheusText.render(families($0)) }
    }

    private func families(_ figures: GatewayFigures) -> [MetricFamily] {
        let build = MetricFamily(
            .gauge,
            "scopegate_build_info",
            "What runs; always 1.",
            [.init(.integer(1), labels: [("version", version), ("libcurl", CurlLibrary.version)])]
        )
        let inFlight = MetricFamily.gauge(
            "scopegate_requests_in_flight",
            "Requests that are being forwarded, or wait for introspection or for their refusal to be recorded.",
            services.metrics.inFlight.load(ordering: .relaxed) + figures.undecided
        )
        return [build, inFlight] + figures.requests.families(templates: services.metrics.templates.names)
            + services.metrics.registry.families() + figures.upstream.families
            + IntrospectionMetrics.families(services.introspector.counters, services.cache.counters)
            + AuditMetrics.families(services.audit.counters, capacity: services.auditPolicy.capacity)
            + ReloadMetrics.families(reloader) + services.metrics.shadow.families(reloader.loaded.shadowMap)
            + MemoryMetrics.families(services.memory)
            + ObservationMetrics.families(services.accessLog, spans) + ListenerMetrics.expiry(reloader.listenerTLS)
    }
}
