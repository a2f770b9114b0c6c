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

            An older copy of the log that is put back together with its older head file looks whole, since both were. Only \
            an anchor shows it: the last line that is printed, NUMBER:DIGEST. Kept where who may change the log can't \
            write, and given with --anchor next time, it shows that the log has only grown since. --anchor-file does \
            both: it checks the anchor in the file, and keeps the new one there when the log is whole.

            A log on standard input (--log -) or in a pipe has no head file: only an anchor shows that its end is there.

            When the signing key was changed, --key-file is given for each of the keys.

            Example: scopegate audit verify --log audit.jsonl --key-file audit-signing-key
            Example: scopegate audit verify --anchor-file /mnt/elsewhere/scopegate.anchor
            """
    )

    @OptionGroup var log: AuditLogOption

    @Option(help: ArgumentHelp("A file with a signing key; the configuration's when left out.", valueName: "path"))
    var keyFile: [String] = []

    @Option(help: ArgumentHelp("A record that must be there, as printed before.", valueName: "number:digest"))
    var anchor: String?

    @Option(
        help: ArgumentHelp(
            "A file that keeps such a record from check to check: checked when it is there, written when all is well.",
            valueName: "path"
        )
    )
    var anchorFile: String?

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
        /// Whether an anchor from before was checked.
        var anchor_checked: Bool
        var checkpoints: Int
        var signed_checkpoints: Int
        var last_signed: UInt64?
        var dropped: UInt64
        var finding_count: Int
        var findings: [Finding]
        var notes: [String]
    }

    func validate() throws {
        if anchor != nil, anchorFile != nil {
            throw ValidationError("--anchor and --anchor-file don't go together")
        }
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
        let kept = AnchorFile(anchorFile)
        let known = try anchor ?? kept?.read()
        let progress = ProgressLine()
        let result: AuditVerification
        do {
            defer { progress.clear() }
            result = try AuditVerify.run(path: path, signer: signer, anchor: known) { progress.update($0, of: nil) }
        } catch {
            StandardError.write("error: \(error)")
            throw ExitStatus.badInput
        }
        var notes = result.notes
        if known == nil, result.findingCount == 0 {
            notes.append(
                "an older copy of the log, put back with its older head file, would look the same; an anchor shows it "
                    + "(--anchor-file)"
            )
        }
        if let kept, result.findingCount == 0, let last = result.last {
            try kept.write(last)
            let begun = known == nil ? ", from which the next check shows that the log has only grown" : ""
            notes.append("\(kept.path) now holds record \(last.sequence)\(begun)")
        }
        switch format.format {
        case .json: try printJSON(report(result, notes, isAnchored: known != nil))
        case .text: show(result, notes, isSigned: signer != nil)
        }
        if result.findingCount > 0 { throw ExitStatus.finding }
    }

    private func report(_ result: AuditVerification, _ notes: [String], isAnchored: Bool) -> Report {
        Report(
            ok: result.findingCount == 0,
            lines: result.lines,
            bytes: result.bytes,
            first: result.first,
            last: result.last?.sequence,
            anchor: result.last?.description,
            anchor_checked: isAnchored,
            checkpoints: result.checkpoints,
            signed_checkpoints: result.signedCheckpoints,
            last_signed: result.lastSigned,
            dropped: result.dropped,
            finding_count: result.findingCount,
            findings: result.findings.map {
                Report.Finding(kind: $0.kind.rawValue, file: $0.file, line: $0.line, message: $0.message)
            },
            notes: notes
        )
    }

    private func show(_ result: AuditVerification, _ notes: [String], isSigned: Bool) {
        for finding in result.findings { print(finding) }
        if result.findingCount > result.findings.count {
            print("… and \(result.findingCount - result.findings.count) more")
        }
        for note in notes { print("note: \(note)") }
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
