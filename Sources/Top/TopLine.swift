/// A sample in one line, for output that isn't a terminal.
public enum TopLine {
    private struct Column: Sendable {
        let name: String
        let width: Int
        let value: @Sendable (TopSample) -> String
    }

    private static let columns: [Column] = [
        Column(name: "time", width: 8) { TopScreen.timeOfDay($0.time) },
        Column(name: "req/s", width: 8) { Quantity.amount($0.requests.perSecond) },
        Column(name: "denied/s", width: 8) { Quantity.amount($0.denied.perSecond) },
        Column(name: "5xx/s", width: 7) { Quantity.amount($0.failed.perSecond) },
        Column(name: "p50ms", width: 7) { Quantity.amount($0.latency.p50) },
        Column(name: "p99ms", width: 7) { Quantity.amount($0.latency.p99) },
        Column(name: "hit%", width: 5) { Quantity.percent($0.hitRate) },
        Column(name: "breaker", width: 10) { $0.breaker },
        Column(name: "calls/s", width: 7) { Quantity.amount($0.calls.perSecond) },
        Column(name: "cpu%", width: 5) { Quantity.amount($0.processorPercent) },
        Column(name: "MB", width: 6) { Quantity.amount(Double($0.memoryBytes / 1_000_000)) },
        Column(name: "gen", width: 4) { "\($0.generation)" },
    ]

    /// The names of the columns.
    public static var heading: String { row(\.name) }

    /// A sample.
    public static func text(_ sample: TopSample) -> String { row { $0.value(sample) } }

    private static func row(_ text: (Column) -> String) -> String {
        columns.map { column in
            let cell = text(column)
            return String(repeating: " ", count: max(0, column.width - cell.count)) + cell
        }.joined(separator: " ")
    }
}
