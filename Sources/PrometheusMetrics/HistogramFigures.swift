/// A distribution of durations, as it stood when it was asked for.
public struct HistogramFigures: Equatable, Sendable {
    /// The buckets.
    public var buckets: DurationBuckets
    /// How many durations fell into each bucket, not added up.
    public var counts: [UInt64]
    /// All durations together, in nanoseconds.
    public var sum: UInt64

    /// An empty distribution.
    public init(_ buckets: DurationBuckets) {
        self.buckets = buckets
        counts = [UInt64](repeating: 0, count: buckets.count)
        sum = 0
    }

    /// How many durations there are.
    public var count: UInt64 { counts.reduce(0, &+) }

    /// Counts a duration in nanoseconds.
    public mutating func record(_ nanoseconds: UInt64) {
        counts[buckets.index(of: nanoseconds)] &+= 1
        sum &+= nanoseconds
    }

    /// Adds another distribution over the same buckets.
    public mutating func add(_ other: HistogramFigures) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        sum &+= other.sum
    }

    /// What has come since an earlier state of the same distribution.
    public func since(_ earlier: HistogramFigures) -> HistogramFigures {
        var difference = self
        for index in counts.indices { difference.counts[index] &-= earlier.counts[index] }
        difference.sum &-= earlier.sum
        return difference
    }

    /// The duration in nanoseconds below which a share of the durations lies, from 0 to 1, estimated as Prometheus'
    /// `histogram_quantile` does: evenly spread within a bucket, and the last bound for what lies above it. Nil when
    /// there are none.
    public func quantile(_ share: Double) -> Double? {
        let total = count
        guard total > 0 else { return nil }
        let rank = share * Double(total)
        var below: UInt64 = 0
        for (index, bound) in buckets.bounds.enumerated() {
            let inBucket = counts[index]
            if Double(below + inBucket) >= rank, inBucket > 0 {
                let lower = index == 0 ? 0 : Double(buckets.bounds[index - 1])
                return lower + (Double(bound) - lower) * (rank - Double(below)) / Double(inBucket)
            }
            below += inBucket
        }
        return buckets.bounds.last.map { Double($0) }
    }
}
