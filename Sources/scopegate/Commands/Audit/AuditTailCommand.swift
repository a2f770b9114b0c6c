import ArgumentParser
import Audit
import Foundation

/// Shows the newest records, and new ones as they come.
struct AuditTailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the newest records, and with -f new ones as they come.",
        discussion: """
            It goes on with the next file when the log is rotated.

            Example: scopegate audit tail -f --reason forbidden_scope
            """
    )

    @OptionGroup var log: AuditLogOption
    @OptionGroup var filter: AuditFilterOptions

    @Option(name: [.short, .long], help: "How many of those that are there already.")
    var number = 10

    @Flag(name: [.short, .long], help: "Wait for new records and show them, until it is stopped.")
    var follow = false

    @Option(name: .long, help: "text for people, json for the lines themselves, csv for spreadsheets.")
    var format: RecordFormat = .text

    private static let interval = 0.1

    func validate() throws {
        if number < 0 { throw ValidationError("--number can't be negative") }
        if follow, log.log == "-" { throw ValidationError("what comes on standard input can't be followed") }
    }

    func run() throws {
        let path = try log.path()
        let filter = try filter.filter(of: log)
        var follower = AuditFollower(path: path, filter: filter)
        var last: [[UInt8]] = []
        let isWhole = try AuditScan.run(path: path, filter: filter, toleratesNothing: follow) { line in
            guard number > 0 else { return .stop }
            if last.count >= number { last.removeFirst() }
            last.append(Array(line.bytes))
            return .goOn
        }
        var printer = RecordPrinter(format: format, isColoured: StandardOutput.isColoured)
        for line in last { _ = line.withUnsafeBytes { printer.print(AuditLine($0)) } }
        printer.flush()
        while follow, !printer.output.isClosed {
            follower.read { line in _ = printer.print(line) }
            printer.flush()
            Thread.sleep(forTimeInterval: Self.interval)
        }
        if !isWhole { throw ExitStatus.finding }
    }
}
