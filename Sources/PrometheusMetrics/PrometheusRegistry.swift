import CoreMetrics
import Synchronization

/// A swift-metrics backend that keeps every metric in memory and gives them to whoever scrapes.
///
/// What is counted once a connection or more seldom goes through swift-metrics' handles, each of them one atomic
/// number. What is counted with every request is kept by those who count, in memory of their own, and asked for at a
/// scrape: see ``collect(_:)``.
public final class PrometheusRegistry: MetricsFactory {
    private struct Family {
        var kind: MetricFamily.Kind
        var help: String
        var series: [(labels: [(String, String)], cell: any MetricCell)] = []
    }

    private struct State {
        /// The names in the order in which they came.
        var names: [String] = []
        var families: [String: Family] = [:]
        var collectors: [@Sendable () -> [MetricFamily]] = []
    }

    private let state = Mutex(State())
    private let buckets: DurationBuckets

    /// An empty registry, whose timers count in these buckets.
    public init(buckets: DurationBuckets = .latency) {
        self.buckets = buckets
    }

    /// A counter; its name should end in `_total`.
    public func counter(_ name: String, _ help: String, labels: [(String, String)] = []) -> Counter {
        describe(name, .counter, help)
        return Counter(label: name, dimensions: labels, factory: self)
    }

    /// A distribution of durations; its name should end in `_seconds`.
    public func timer(_ name: String, _ help: String, labels: [(String, String)] = []) -> Timer {
        describe(name, .histogram, help)
        return Timer(label: name, dimensions: labels, factory: self)
    }

    /// Has these asked for further metrics at each scrape, on the scraping thread.
    public func collect(_ collector: @escaping @Sendable () -> [MetricFamily]) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// All metrics as they stand now: first those that go through swift-metrics, then those of the collectors.
    public func families() -> [MetricFamily] {
        let (own, collectors) = state.withLock { state in
            let own = state.names.compactMap { name in
                state.families[name].map { family in
                    MetricFamily(
                        family.kind,
                        name,
                        family.help,
                        family.series.map { MetricFamily.Sample($0.cell.value, labels: $0.labels) }
                    )
                }
            }
            return (own, state.collectors)
        }
        return own + collectors.flatMap { $0() }
    }

    private func describe(_ name: String, _ kind: MetricFamily.Kind, _ help: String) {
        state.withLock { state in
            guard state.families[name] == nil else { return }
            state.names.append(name)
            state.families[name] = Family(kind: kind, help: help)
        }
    }

    /// The cell of a series: the one that it has, or a new one. A metric is of one kind; a cell of another kind under
    /// its name works, but is not shown.
    private func cell<Cell: MetricCell>(
        _ name: String,
        _ kind: MetricFamily.Kind,
        _ labels: [(String, String)],
        _ make: () -> Cell
    ) -> Cell {
        state.withLock { state in
            var family = state.families[name] ?? Family(kind: kind, help: "\(name), as a library reports it.")
            guard family.kind == kind else { return make() }
            let existing = family.series.first { series in
                series.labels.count == labels.count && zip(series.labels, labels).allSatisfy { $0 == $1 }
            }
            if let cell = existing?.cell as? Cell { return cell }
            let cell = make()
            if existing == nil {
                family.series.append((labels, cell))
                if state.families[name] == nil { state.names.append(name) }
                state.families[name] = family
            }
            return cell
        }
    }

    // MARK: MetricsFactory

    /// See `MetricsFactory`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(MetricName.counter(label), .counter, MetricName.labels(dimensions)) { CounterCell() }
    }

    /// See `MetricsFactory`.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        cell(MetricName.plain(label), .gauge, MetricName.labels(dimensions)) { GaugeCell() }
    }

    /// See `MetricsFactory`. Distributions of other values than durations have no unit to choose buckets by, so a
    /// recorder shows its last value.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        cell(MetricName.plain(label), .gauge, MetricName.labels(dimensions)) { GaugeCell() }
    }

    /// See `MetricsFactory`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(MetricName.timer(label), .histogram, MetricName.labels(dimensions)) { HistogramCell(buckets) }
    }

    /// See `MetricsFactory`.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    /// See `MetricsFactory`.
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    /// See `MetricsFactory`.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    /// See `MetricsFactory`.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            for name in state.names { state.families[name]?.series.removeAll { $0.cell === handler } }
        }
    }
}
