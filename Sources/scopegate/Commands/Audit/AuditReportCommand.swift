import ArgumentParser
import Audit
import Foundation
import Glibc

/// Writes a report.
struct AuditReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a report of refusals as one HTML page with plots.",
        discussion: """
            The page stands alone: it loads nothing, follows the reader's light or dark setting, and prints. It also says \
            what a shadow map would have decided otherwise, and whether the whole log is as it was written, unless --no-verify is given. - is standard output.

            Example: scopegate audit report --since 7d --html report.html
            """
    )

    @OptionGroup var log: AuditLogOption
    @OptionGroup var filter: AuditFilterOptions

    @Option(help: ArgumentHelp("Where the page goes.", valueName: "file"))
    var html: String

    @Option(help: ArgumentHelp("A file with a signing key; the configuration's when left out.", valueName: "path"))
    var keyFile: [String] = []

    @Flag(inversion: .prefixedNo, help: "Check the whole log and say so in the report.")
    var verify = true

    func run() throws {
        let path = try log.path()
        var report = AuditReport(title: path, madeAt: WallClock.microseconds)
        if verify {
            let signer = try log.signer(keyFiles: keyFile)
            let progress = ProgressLine()
            do {
                defer { progress.clear() }
                report.verification = try AuditVerify.run(path: path, signer: signer) { progress.update($0, of: nil) }
            } catch {
                StandardError.write("error: \(error)")
                throw ExitStatus.badInput
            }
        }
        let filter = try filter.filter(events: ["denied", "shadow"], of: log)
        report.isWhole = try AuditScan.run(path: path, filter: filter) { line in
            report.add(line)
            return .goOn
        }
        let page = report.html()
        do {
            if html == "-" {
                print(page, terminator: "")
            } else {
                try page.write(toFile: html, atomically: true, encoding: .utf8)
            }
        } catch {
            StandardError.write("\(html): can't be written: \(error.localizedDescription)")
            throw ExitStatus.badInput
        }
        if !report.isWhole { throw ExitStatus.finding }
    }
}
