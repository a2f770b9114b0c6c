import PrometheusMetrics
import Testing

@Suite("Prometheus' text format")
struct PrometheusTextTests {
    private func text(_ families: MetricFamily...) -> String {
        String(decoding: PrometheusText.render(families), as: UTF8.self)
    }

    @Test("Counters and gauges, with and without labels")
    func numbers() {
        #expect(
            text(.counter("a_total", "Help.", 3))
                == "# HELP a_total Help.\n# TYPE a_total counter\na_total 3\n"
        )
        #expect(
            text(.by("kind", .gauge, "b", "Help.", [("x", 1), ("y", -2)]))
                == "# HELP b Help.\n# TYPE b gauge\nb{kind=\"x\"} 1\nb{kind=\"y\"} -2\n"
        )
        #expect(text(MetricFamily(.gauge, "c", "Help.", [.init(.real(0.25))])).hasSuffix("\nc 0.25\n"))
        #expect(text(MetricFamily(.gauge, "c", "Help.", [.init(.real(.infinity))])).hasSuffix("\nc +Inf\n"))
        #expect(text(MetricFamily(.gauge, "c", "Help.", [.init(.real(.nan))])).hasSuffix("\nc NaN\n"))
    }

    @Test("A metric without series is left out")
    func empty() {
        #expect(text(MetricFamily(.counter, "a_total", "Help.", [])).isEmpty)
    }

    @Test("Quotes, backslashes and line ends are escaped where the format asks for it")
    func escapes() {
        let family = MetricFamily(
            .gauge,
            "a",
            "A \"b\" \\ \n c.",
            [.init(.integer(1), labels: [("l", "A \"b\" \\ \n ü")])]
        )
        #expect(
            text(family) == """
                # HELP a A "b" \\\\ \\n c.
                # TYPE a gauge
                a{l="A \\"b\\" \\\\ \\n ü"} 1

                """
        )
    }

    @Test("Histograms add up their buckets and are in seconds")
    func histograms() {
        var figures = HistogramFigures(DurationBuckets(nanoseconds: [1_000_000, 2_500_000_000]))
        figures.record(500_000)
        figures.record(1_000_000_000)
        figures.record(3_000_000_000)
        let family = MetricFamily(.histogram, "d_seconds", "Help.", [.init(.histogram(figures), labels: [("l", "v")])])
        #expect(
            text(family) == """
                # HELP d_seconds Help.
                # TYPE d_seconds histogram
                d_seconds_bucket{l="v",le="0.001"} 1
                d_seconds_bucket{l="v",le="2.5"} 2
                d_seconds_bucket{l="v",le="+Inf"} 3
                d_seconds_sum{l="v"} 4.0005
                d_seconds_count{l="v"} 3

                """
        )
    }
}
