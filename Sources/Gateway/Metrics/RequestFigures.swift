import HTTP1
import PrometheusMetrics

/// What loops have counted with every request, of one loop or of all together.
struct RequestFigures: Sendable {
    private(set) var cells: [UInt64]
    private let layout = RequestCells()

    init(cells: [UInt64]) {
        self.cells = cells
    }

    /// Nothing counted.
    init() {
        cells = [UInt64](repeating: 0, count: RequestCells().count(templates: 0))
    }

    /// Adds what another loop has counted; a reload may have reached one loop and not yet the other.
    mutating func add(_ other: RequestFigures) {
        if cells.count < other.cells.count {
            cells += [UInt64](repeating: 0, count: other.cells.count - cells.count)
        }
        for index in other.cells.indices { cells[index] &+= other.cells[index] }
    }

    /// How long requests took about which this was decided.
    func durations(_ decision: RequestDecision) -> HistogramFigures { histogram(at: layout.duration(decision)) }

    /// How long the backend took from the decision to its first byte.
    var firstByte: HistogramFigures { histogram(at: layout.firstByte) }

    private func histogram(at start: Int) -> HistogramFigures {
        var figures = HistogramFigures(layout.buckets)
        figures.counts = Array(cells[start..<start + layout.buckets.count])
        figures.sum = cells[start + layout.buckets.count]
        return figures
    }

    /// The series of requests that have been counted at least once.
    func requests(_ body: (_ template: Int, Method, RequestDecision, _ statusClass: Int, _ count: UInt64) -> Void) {
        for template in 0..<layout.templates(cells: cells.count) {
            for method in Method.allCases {
                for decision in RequestDecision.allCases {
                    for statusClass in 1...5 {
                        let index = layout.requests(Int32(template), method, decision, status: statusClass * 100)
                        if cells[index] > 0 { body(template, method, decision, statusClass, cells[index]) }
                    }
                }
            }
        }
    }

    /// The metrics, with the names of the templates by their numbers.
    func families(templates: [String]) -> [MetricFamily] {
        var samples: [MetricFamily.Sample] = []
        requests { template, method, decision, statusClass, count in
            let labels = [
                ("route", template < templates.count ? templates[template] : templates[0]),
                ("method", method.name.map { "\($0)" } ?? "other"), ("decision", decision.label),
                ("status", "\(statusClass)xx"),
            ]
            samples.append(.init(.integer(Int64(clamping: count)), labels: labels))
        }
        return [
            MetricFamily(
                .counter,
                "scopegate_http_requests_total",
                "Requests by the template that their path matched, method, decision and class of status.",
                samples
            ),
            MetricFamily(
                .histogram,
                "scopegate_http_request_duration_seconds",
                "Time from the complete head of a request to the last byte of its response, by decision.",
                RequestDecision.allCases.map {
                    .init(.histogram(durations($0)), labels: [("decision", $0.label)])
                }
            ),
            MetricFamily(
                .histogram,
                "scopegate_upstream_first_byte_seconds",
                "Time from the decision to the first byte of the backend's response.",
                [.init(.histogram(firstByte))]
            ),
        ]
    }
}
