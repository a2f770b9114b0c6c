import Foundation
import Testing

extension EndToEndTests {
    /// The cases run against the gateway and against plain proxies, by the same yardstick; Raw/compare.sh starts it.
    @Suite("Raw bytes, compared", .serialized, RawEnvironmentTrait())
    struct ComparisonTests {
        /// All cases, and all that they say, keys, scopes, routes, own fields and every split included.
        private static let everything = "scopegate, in full"

        @Test(.enabled(if: ProcessInfo.processInfo.environment["SCOPEGATE_RAW_COMPARE"] == "1"))
        func comparison() throws {
            let environment = try #require(RawEnvironment.current)
            let cases = try RawCase.all.get()
            var table = ScoreTable()
            for raw in cases {
                let gateway = try environment.gateway(raw.config)
                let failures = try [false, true].filter { !raw.isSentWhole || !$0 }.flatMap { bytewise in
                    try CaseCheck(CaseRun(raw: raw, environment: environment, port: gateway.port, bytewise: bytewise))
                        .failures()
                }
                table.count(raw, Self.everything, failure: failures.first)
            }
            let compared = cases.filter { PlainCheck.applies(to: $0) }
            try compare(compared, "scopegate", try environment.gateway(GatewayVariant()).port, environment, &table)
            for kind in PlainProxy.Kind.allCases {
                let proxy = try PlainProxy(kind, backendPort: environment.backend.port)
                defer { proxy.stop() }
                try compare(compared, try kind.version, proxy.port, environment, &table)
            }
            print(table.text)
            let isPerfect = table.isPerfect(Self.everything) && table.isPerfect("scopegate")
            #expect(isPerfect)
        }

        private func compare(
            _ cases: [RawCase],
            _ name: String,
            _ port: Int,
            _ environment: RawEnvironment,
            _ table: inout ScoreTable
        ) throws {
            for raw in cases {
                let run = CaseRun(raw: raw, environment: environment, port: port, bytewise: false, patience: 2.5)
                table.count(raw, name, failure: try PlainCheck(run: run).failure())
            }
        }
    }
}

/// How many cases went as they should, by category.
struct ScoreTable {
    private struct Score {
        var right = 0
        var all = 0
    }

    private var columns: [String] = []
    private var scores: [String: [String: Score]] = [:]
    private var failures: [String: [String]] = [:]
    private static let total = "all"

    mutating func count(_ raw: RawCase, _ column: String, failure: String?) {
        if !columns.contains(column) { columns.append(column) }
        for category in [raw.isAmbiguous ? "\(raw.category), ambiguous" : raw.category, Self.total] {
            scores[column, default: [:]][category, default: Score()].all += 1
            if failure == nil { scores[column, default: [:]][category, default: Score()].right += 1 }
        }
        if let failure { failures[column, default: []].append("\(raw.path): \(raw.title): \(failure)") }
    }

    func isPerfect(_ column: String) -> Bool { failures[column, default: []].isEmpty }

    /// For people: the failures, then the table.
    var text: String {
        var lines: [String] = []
        for column in columns where !isPerfect(column) {
            lines.append("\(column): not as it should be")
            lines += failures[column, default: []].map { "  \($0)" }
            lines.append("")
        }
        let categories = Set(scores.values.flatMap(\.keys)).subtracting([Self.total]).sorted() + [Self.total]
        let widths = columns.map { max($0.count, 10) }
        func row(_ first: String, _ cells: [String]) -> String {
            let padded = zip(cells, widths).map { String(repeating: " ", count: max(0, $1 - $0.count)) + $0 }
            return ([first.padding(toLength: 22, withPad: " ", startingAt: 0)] + padded).joined(separator: "   ")
        }
        lines.append(row("", columns))
        for category in categories {
            lines.append(
                row(category, columns.map { scores[$0]?[category].map { "\($0.right) of \($0.all)" } ?? "–" })
            )
        }
        return lines.joined(separator: "\n")
    }
}
