import PrometheusMetrics
import Testing

@Suite("Buckets of durations")
struct DurationBucketsTests {
    @Test("A duration falls into the first bucket whose bound is not below it")
    func index() {
        let buckets = DurationBuckets.latency
        for (index, bound) in buckets.bounds.enumerated() {
            #expect(buckets.index(of: bound) == index)
            #expect(buckets.index(of: bound - 1) == index)
            #expect(buckets.index(of: bound + 1) == index + 1)
        }
        #expect(buckets.index(of: 0) == 0)
        #expect(buckets.index(of: .max) == buckets.count - 1)
    }

    @Test("The short way finds what going through all bounds finds")
    func agreesWithLinearSearch() {
        let buckets = DurationBuckets(nanoseconds: [1, 2, 3, 4, 7, 8, 9, 1000, 1024, 1025, 1 << 40, .max])
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let duration =
                UInt64.random(in: 0 ... .max, using: &generator) >> UInt64.random(in: 0...63, using: &generator)
            let expected = buckets.bounds.firstIndex { duration <= $0 } ?? buckets.bounds.count
            #expect(buckets.index(of: duration) == expected)
        }
    }

    @Test("Quantiles are spread evenly within a bucket")
    func quantiles() {
        var figures = HistogramFigures(DurationBuckets(nanoseconds: [100, 200, 400]))
        #expect(figures.quantile(0.5) == nil)
        for _ in 0..<10 { figures.record(150) }
        #expect(figures.quantile(0.5) == 150)
        #expect(figures.quantile(1) == 200)
        for _ in 0..<10 { figures.record(10_000) }
        #expect(figures.quantile(0.99) == 400)
        #expect(figures.count == 20 && figures.sum == 101_500)
    }

    @Test("What came since an earlier state")
    func since() {
        var figures = HistogramFigures(DurationBuckets(nanoseconds: [100]))
        figures.record(5)
        let earlier = figures
        figures.record(500)
        let recent = figures.since(earlier)
        #expect(recent.counts == [0, 1] && recent.sum == 500)
    }
}
