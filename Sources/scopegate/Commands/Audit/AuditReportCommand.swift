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

    /// The first bytes of every report.
    private static let reportBegin = "<!DOCTYPE html>"

    func run() throws {
        let path = try log.path()
        try checkTarget()
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

    /// Refuses to write over what is no report: the log itself, its head, or a device.
    private func checkTarget() throws {
        var status = stat()
        guard html != "-", lstat(html, &status) == 0 else { return }
        // A file that isn't regular isn't opened: opening alone can do something.
        let file = status.st_mode & S_IFMT == S_IFREG ? FileHandle(forReadingAtPath: html) : nil
        if let file, let begin = try? file.read(upToCount: Self.reportBegin.utf8.count) ?? Data(),
            begin.isEmpty || String(decoding: begin, as: UTF8.self) == Self.reportBegin
        {
            return
        }
        StandardError.write("error: --html: there is a \(html) that is no report: remove it, or name another file")
        throw ExitStatus.badInput
    }
}
