import ArgumentParser
import Foundation
import GatewayConfig
import RouteMap
import ScopeModel

/// Says what another route map would have made of the requests in an audit.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decide the requests of an audit by another route map.",
        discussion: """
            The audit has the requests that were refused, so it shows what a new map would let through or refuse \
            otherwise; what was let through is not in it. Of a request that was refused before its key was looked at \
            (unmapped_route, method_not_allowed) the key is not known. Ends with 1 when a request would be decided \
            otherwise.

            Example: scopegate replay audit.jsonl --routes routes.new.yaml
            """
    )

    @Argument(help: "The audit file, JSON lines.")
    var audit: String

    @Option(help: "The route file to decide by.")
    var routes: String

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    private struct Record: Decodable {
        var method: String?
        var path: String?
        var code: String?
        var required_scope: String?
        var granted_scopes: [String]?
    }

    private struct Difference: Encodable, Hashable {
        var method: String
        var template: String
        var before: String
        var after: String
    }

    private struct Report: Encodable {
        struct Entry: Encodable {
            var difference: Difference
            var count: Int
            /// The line of the first.
            var line: Int
        }

        var requests: Int
        var unreadable: Int
        var undecided: Int
        var differences: [Entry]
    }

    func run() throws {
        let catalog = try config.loadMap().catalog
        let map = try config.loadRoutesOrExit(routes, catalog)
        let decoder = JSONDecoder()
        var report = Report(requests: 0, unreadable: 0, undecided: 0, differences: [])
        var found: [Difference: (count: Int, line: Int)] = [:]
        var number = 0
        do {
            try LineReader.forEachLine(of: audit) { line in
                number += 1
                guard !line.isEmpty else { return }
                guard let record = try? decoder.decode(Record.self, from: Data(line)) else {
                    report.unreadable += 1
                    return
                }
                guard let method = record.method, let path = record.path, let code = record.code,
                    let key = Self.key(record, catalog)
                else { return }
                report.requests += 1
                let after = RequestEvaluation(method: method, target: path, key: key, map: map, catalog: catalog)
                let before = [code, record.required_scope].compactMap { $0 }.joined(separator: " ")
                if after.outcome == .dependsOnKey { report.undecided += 1 }
                guard after.outcome.text(catalog) != before else { return }
                let difference = Difference(
                    method: method,
                    template: after.template.map { map.templateText(of: $0) } ?? path,
                    before: before,
                    after: after.outcome.text(catalog)
                )
                found[difference, default: (0, number)].count += 1
            }
        } catch {
            throw ValidationError("\(audit): \(error)")
        }
        report.differences = found.map { .init(difference: $0.key, count: $0.value.count, line: $0.value.line) }
            .sorted { $0.line < $1.line }
        switch format.format {
        case .json: try printJSON(report)
        case .text: show(report)
        }
        if !report.differences.isEmpty { throw ExitStatus.finding }
    }

    /// What the record tells of the key; `nil` when the refusal had nothing to do with routes.
    private static func key(_ record: Record, _ catalog: ScopeCatalog) -> SupposedKey? {
        switch record.code {
        case "forbidden_scope":
            .valid(ScopeSet((record.granted_scopes ?? []).compactMap { try? catalog.id(named: $0) }))
        case "missing_key": SupposedKey.none
        case "invalid_key": .invalid(.invalidKey)
        case "expired_key": .invalid(.expiredKey)
        case "ambiguous_key": .invalid(.ambiguousKey)
        case "unmapped_route", "method_not_allowed": .unknown
        default: nil
        }
    }

    private func show(_ report: Report) {
        var table = TextTable()
        for entry in report.differences {
            let difference = entry.difference
            table.add(
                "\(entry.count)×",
                difference.method,
                difference.template,
                "\(difference.before) → \(difference.after)",
                "first at line \(entry.line)"
            )
        }
        if !report.differences.isEmpty { print(table.text) }
        let changed = report.differences.reduce(0) { $0 + $1.count }
        print("\(report.requests) refused requests, \(changed) decided otherwise")
        if report.unreadable > 0 { StandardError.write("\(audit): \(report.unreadable) lines could not be read") }
    }
}
