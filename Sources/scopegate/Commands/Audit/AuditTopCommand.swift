import ArgumentParser
import Audit

/// Says who and what was refused most.
struct AuditTopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show the most refused keys, scopes, routes and clients.",
        discussion: """
            It counts refusals, unless --event asks for other records.

            Example: scopegate audit top --since 7d
            """
    )

    @OptionGroup var log: AuditLogOption
    @OptionGroup var filter: AuditFilterOptions

    @Option(name: [.short, .long], help: "How many of each.")
    var number = 10

    @OptionGroup var format: FormatOption

    private struct Report: Encodable {
        struct Entry: Encodable {
            var value: String
            var count: Int
        }

        struct List: Encodable {
            var entries: [Entry]
            var distinct: Int
            /// By how much each count may be too low.
            var uncertainty: Int

            init(_ tally: AuditTally, _ number: Int) {
                entries = AuditTop.top(tally, number).map { Entry(value: $0.label, count: $0.count) }
                distinct = tally.distinct
                uncertainty = tally.uncertainty
            }
        }

        var total: Int
        var keys: List
        var scopes: List
        var routes: List
        var clients: List
        var reasons: List
    }

    func validate() throws {
        if number < 1 { throw ValidationError("--number has to be 1 or more") }
    }

    func run() throws {
        var top = AuditTop()
        let isWhole = try AuditScan.run(path: log.path(), filter: filter.filter(events: ["denied"], of: log)) { line in
            top.count(line)
            return .goOn
        }
        switch format.format {
        case .json:
            try printJSON(
                Report(
                    total: top.total,
                    keys: .init(top.keys, number),
                    scopes: .init(top.scopes, number),
                    routes: .init(top.routes, number),
                    clients: .init(top.clients, number),
                    reasons: .init(top.reasons, number)
                )
            )
        case .text:
            print("\(top.total) records")
            for (heading, tally) in [
                ("REASON", top.reasons), ("MISSING SCOPE", top.scopes), ("KEY", top.keys), ("ROUTE", top.routes),
                ("CLIENT", top.clients),
            ] {
                show(heading, tally)
            }
        }
        if top.total == 0 { filter.noteUncheckedScopes(of: log) }
        if !isWhole { throw ExitStatus.finding }
    }

    private func show(_ heading: String, _ tally: AuditTally) {
        let entries = AuditTop.top(tally, number)
        guard !entries.isEmpty else { return }
        var table = TextTable()
        table.add("COUNT", heading)
        for entry in entries { table.add("\(entry.count)", entry.label) }
        print("\n\(table.text)")
        if tally.distinct > entries.count { print("and \(tally.distinct - entries.count) more") }
        if tally.uncertainty > 0 { print("counts may be too low by \(tally.uncertainty)") }
    }
}
