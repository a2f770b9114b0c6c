import CoreMetrics
import Synchronization

/// What holds the value of one series.
protocol MetricCell: AnyObject, Sendable {
    var value: MetricFamily.Value { get }
}

/// A number that only grows.
final class CounterCell: CounterHandler, MetricCell {
    private let number = Atomic<Int64>(0)

    var value: MetricFamily.Value { .integer(number.load(ordering: .relaxed)) }

    func increment(by amount: Int64) {
        number.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        number.store(0, ordering: .relaxed)
    }
}

/// A number that goes up and down.
final class GaugeCell: RecorderHandler, MeterHandler, MetricCell {
    private let bits = Atomic<UInt64>(0)

    var value: MetricFamily.Value { .real(Double(bitPattern: bits.load(ordering: .relaxed))) }

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    func increment(by amount: Double) {
        var current = bits.load(ordering: .relaxed)
        while true {
            let wanted = (Double(bitPattern: current) + amount).bitPattern
            let (done, original) = bits.weakCompareExchange(expected: current, desired: wanted, ordering: .relaxed)
            if done { return }
            current = original
        }
    }

    func decrement(by amount: Double) {
        increment(by: -amount)
    }
}

/// A distribution of durations.
final class HistogramCell: TimerHandler, MetricCell {
    private let figures: Mutex<HistogramFigures>

    init(_ buckets: DurationBuckets) {
        figures = Mutex(HistogramFigures(buckets))
    }

    var value: MetricFamily.Value { .histogram(figures.withLock { $0 }) }

    func recordNanoseconds(_ duration: Int64) {
        figures.withLock { $0.record(UInt64(max(0, duration))) }
    }
}
