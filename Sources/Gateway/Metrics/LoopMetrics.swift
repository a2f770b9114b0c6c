import HTTP1
import PrometheusMetrics

/// What one event loop counts with every request: plain numbers in memory of its own, without locks and without atomic
/// work. A scrape asks each loop for a copy.
///
/// Loop-bound.
final class LoopMetrics {
    private var cells: UnsafeMutablePointer<UInt64>
    private var templateCount: Int
    private let layout = RequestCells()

    init(templates: Int) {
        templateCount = templates
        cells = Self.allocate(layout.count(templates: templates))
    }

    deinit {
        cells.deallocate()
    }

    /// Makes room for templates that a reload has brought.
    func makeRoom(templates: Int) {
        guard templates > templateCount else { return }
        let larger = Self.allocate(layout.count(templates: templates))
        larger.update(from: cells, count: layout.count(templates: templateCount))
        cells.deallocate()
        cells = larger
        templateCount = templates
    }

    /// Counts a request that is over.
    func record(_ request: RequestObservation) {
        let template = Int(request.template) < templateCount ? request.template : CountedTemplates.unreadable
        cells[layout.requests(template, request.method, request.decision, status: request.status)] &+= 1
        record(request.endedAt &- request.startedAt, at: layout.duration(request.decision))
        if request.firstByteAt != 0 { record(request.firstByteAt &- request.decidedAt, at: layout.firstByte) }
    }

    private func record(_ nanoseconds: UInt64, at start: Int) {
        cells[start + layout.buckets.index(of: nanoseconds)] &+= 1
        cells[start + layout.buckets.count] &+= nanoseconds
    }

    /// What has been counted.
    var figures: RequestFigures {
        let count = layout.count(templates: templateCount)
        return RequestFigures(cells: Array(UnsafeBufferPointer(start: cells, count: count)))
    }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        memory.initialize(repeating: 0, count: count)
        return memory
    }
}

/// Where which number stands among the cells of a loop.
struct RequestCells {
    let buckets = DurationBuckets.latency

    // Constants rather than the counts of the cases, which would be made anew for each request.
    private static var methods: Int { 9 }
    private static var decisions: Int { 3 }
    private static var statusClasses: Int { 5 }
    /// How many cells a template has.
    private static var perTemplate: Int { methods * decisions * statusClasses }

    /// A histogram is its buckets and the sum of what fell into them.
    private let histogram = DurationBuckets.latency.count + 1

    /// How many cells there are.
    func count(templates: Int) -> Int { (Self.decisions + 1) * histogram + templates * Self.perTemplate }

    /// The histogram of whole durations.
    func duration(_ decision: RequestDecision) -> Int { decision.rawValue * histogram }

    /// The histogram of the time from the decision to the first byte of the response.
    var firstByte: Int { Self.decisions * histogram }

    /// The number of requests.
    func requests(_ template: Int32, _ method: Method, _ decision: RequestDecision, status: Int) -> Int {
        let group = (Int(template) * Self.methods + Int(method.rawValue)) * Self.decisions + decision.rawValue
        let statusClass = min(max(status / 100, 1), Self.statusClasses) - 1
        return count(templates: 0) + group * Self.statusClasses + statusClass
    }

    /// How many templates so many cells are for.
    func templates(cells: Int) -> Int { (cells - count(templates: 0)) / Self.perTemplate }
}
