import ArgumentParser
import Audit

/// Checks that a log is whole.
struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no record was removed, changed, put in or moved.",
        discussion: """
            Follows the chain of SHA-256 digests through all files, compares its end with the head file beside the log, \
            and checks the signatures of checkpoints when there is a key. Prints each place that isn't right as \
            file:line, and ends with 1 when there is one.

            The last line that it prints is an anchor, NUMBER:DIGEST. Kept elsewhere and given with --anchor next time, \
            it shows that the log has only grown since.

            When the signing key was changed, --key-file is given for each of the keys.

            Example: scopegate audit verify --log audit.jsonl --key-file audit-signing-key
            """
    )

    @OptionGroup var log: AuditLogOption

    @Option(help: ArgumentHelp("A file with a signing key; the configuration's when left out.", valueName: "path"))
    var keyFile: [String] = []

    @Option(help: ArgumentHelp("A record that must be there, as printed before.", valueName: "number:digest"))
    var anchor: String?

    @OptionGroup var format: FormatOption

    private struct Report: Encodable {
        struct Finding: Encodable {
            var kind: String
            var file: String
            var line: Int
            var message: String
        }

        var ok: Bool
        var lines: Int
        var bytes: UInt64
        var first: UInt64?
        var last: UInt64?
        var anchor: String?
        var checkpoints: Int
        var signed_checkpoints: Int
        var last_signed: UInt64?
        var dropped: UInt64
        var finding_count: Int
        var findings: [Finding]
        var notes: [String]
    }

    func run() throws {
        let path = try log.path()
        let signer = try log.signer(keyFiles: keyFile)
        let anchor = try anchor.map { text in
            guard let anchor = AuditAnchor(text) else {
                throw ValidationError("--anchor: \"\(text)\" is not of the form NUMBER:DIGEST")
            }
            return anchor
        }
        let progress = ProgressLine()
        let result: AuditVerification
        do {
            defer { progress.clear() }
            result = try AuditVerify.run(path: path, signer: signer, anchor: anchor) { progress.update($0, of: nil) }
        } catch {
            StandardError.write(error.description)
            throw ExitStatus.badInput
        }
        switch format.format {
        case .json: try printJSON(report(result))
        case .text: show(result, isSigned: signer != nil)
        }
        if result.findingCount > 0 { throw ExitStatus.finding }
    }

    private func report(_ result: AuditVerification) -> Report {
        Report(
            ok: result.findingCount == 0,
            lines: result.lines,
            bytes: result.bytes,
            first: result.first,
            last: result.last?.sequence,
            anchor: result.last?.description,
            checkpoints: result.checkpoints,
            signed_checkpoints: result.signedCheckpoints,
            last_signed: result.lastSigned,
            dropped: result.dropped,
            finding_count: result.findingCount,
            findings: result.findings.map {
                Report.Finding(kind: $0.kind.rawValue, file: $0.file, line: $0.line, message: $0.message)
            },
            notes: result.notes
        )
    }

    private func show(_ result: AuditVerification, isSigned: Bool) {
        for finding in result.findings { print(finding) }
        if result.findingCount > result.findings.count {
            print("… and \(result.findingCount - result.findings.count) more")
        }
        for note in result.notes { print("note: \(note)") }
        let range =
            result.first.map { first in "records \(first) to \(result.last?.sequence ?? first)" } ?? "no records"
        var signed = "\(result.checkpoints) checkpoints"
        if let last = result.lastSigned {
            signed += ", \(result.signedCheckpoints) with right signatures, the last of them record \(last)"
        } else if !isSigned {
            signed += ", signatures not checked (no key)"
        }
        let count = result.findingCount
        print("\(count == 0 ? "whole" : "\(count) \(count == 1 ? "finding" : "findings")"): \(range), \(signed)")
        if let last = result.last { print("anchor: \(last)") }
    }
}
