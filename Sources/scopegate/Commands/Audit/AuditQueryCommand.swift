import ArgumentParser
import Audit

/// Finds records.
struct AuditQueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Find records.",
        discussion: """
            Options of one kind given twice ask for either, those of different kinds for both. --format json prints the \
            lines as they are, csv all their fields. Ends with 1 when there is no such record, or when a file of the log \
            can't be read, which is named.

            Example: scopegate audit query --since yesterday --scope 'write:*' --status 403
            Example: scopegate audit query --since 08:30+01:00 --client 10.1.0.0/16 --method post
            """
    )

    @OptionGroup var log: AuditLogOption
    @OptionGroup var filter: AuditFilterOptions

    @Option(name: [.customShort("n"), .long], help: "No more than this many, the oldest.")
    var limit: Int?

    @Flag(help: "Print only how many there are.")
    var count = false

    @Option(name: .long, help: "text for people, json for the lines themselves, csv for spreadsheets.")
    var format: RecordFormat = .text

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit has to be 1 or more") }
    }

    func run() throws {
        var printer = RecordPrinter(format: format, isColoured: StandardOutput.isColoured)
        var found = 0
        let limit = limit ?? .max
        let isWhole = try AuditScan.run(path: log.path(), filter: filter.filter(of: log)) { line in
            found += 1
            if !count, !printer.print(line) { return .stop }
            return found < limit ? .goOn : .stop
        }
        printer.flush()
        if count { print(found) }
        if found == 0 { filter.noteUncheckedScopes(of: log) }
        if found == 0 || !isWhole { throw ExitStatus.finding }
    }
}
