import CoreMetrics
import PrometheusMetrics
import Testing

@Suite("The registry as a backend of swift-metrics")
struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry()

    private var lines: [String] {
        String(decoding: PrometheusText.render(registry.families()), as: UTF8.self)
            .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test("Counters with the same labels are one series")
    func counters() {
        registry.counter("a_total", "Help.", labels: [("k", "x")]).increment(by: 2)
        registry.counter("a_total", "Help.", labels: [("k", "x")]).increment()
        registry.counter("a_total", "Help.", labels: [("k", "y")]).increment()
        #expect(lines == ["a_total{k=\"x\"} 3", "a_total{k=\"y\"} 1"])
    }

    @Test("A library's names become Prometheus'")
    func names() {
        Counter(label: "pool.opened", dimensions: [("the-kind", "a")], factory: registry).increment()
        Gauge(label: "9lives", factory: registry).record(1.5)
        Meter(label: "level", factory: registry).increment(by: 2)
        #expect(lines == ["pool_opened_total{the_kind=\"a\"} 1", "_9lives 1.5", "level 2.0"])
    }

    @Test("Timers are histograms in seconds")
    func timers() {
        registry.timer("d_seconds", "Help.").recordMilliseconds(20)
        #expect(lines.contains("d_seconds_bucket{le=\"0.025\"} 1"))
        #expect(lines.contains("d_seconds_bucket{le=\"0.01\"} 0"))
        #expect(lines.contains("d_seconds_sum 0.02"))
    }

    @Test("Under a name of another kind nothing is shown, and nothing breaks")
    func conflict() {
        registry.counter("a_total", "Help.").increment()
        Gauge(label: "a_total", factory: registry).record(7)
        #expect(lines == ["a_total 1"])
    }

    @Test("What is destroyed is shown no more")
    func destroy() {
        let counter = registry.counter("a_total", "Help.")
        counter.destroy()
        #expect(lines.isEmpty)
    }

    @Test("Collectors are asked at each scrape")
    func collectors() {
        registry.collect { [.gauge("g", "Help.", 4)] }
        #expect(lines == ["g 4"])
    }
}
