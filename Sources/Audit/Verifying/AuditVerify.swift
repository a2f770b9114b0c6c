import Glibc

/// Checks a whole log: all its files, compressed or not, and the head file.
public enum AuditVerify {
    /// Checks the log at a path; `-` is standard input.
    ///
    /// - Parameters:
    ///   - signer: Checks the signatures of checkpoints; nil for not.
    ///   - anchor: A line that must be there, noted elsewhere before.
    ///   - progress: Told how many bytes have been read, now and then.
    /// - Throws: When there is no log, or what is there can't be one.
    public static func run(
        path: String,
        signer: AuditSigner? = nil,
        anchor: AuditAnchor? = nil,
        progress: (UInt64) -> Void = { _ in }
    ) throws(AuditReadError) -> AuditVerification {
        // The head first: what is written meanwhile only makes the log longer.
        let place = try AuditPlace(of: path)
        let head: AuditHead.Reading? =
            place == .files ? AuditHead.read(AuditHead.path(of: path), signer: signer) : nil
        var walk = try AuditFileWalk(path: path)
        guard !walk.isAbsent else { throw AuditReadError(path: path, reason: "there is no audit log") }
        var verifier = AuditVerifier(path: place.name(path), signer: signer, head: head, anchor: anchor)
        for problem in walk.problems { verifier.reportUnreadable(problem) }
        var count: UInt64 = 0
        var isAtEnd = false
        while !isAtEnd {
            do {
                guard let (file, reader) = try walk.next() else {
                    isAtEnd = true
                    continue
                }
                while let block = try reader.next() {
                    verifier.read(block.bytes, file: file.path)
                    count += UInt64(block.bytes.count)
                    progress(count)
                }
            } catch {
                verifier.reportUnreadable(error)
            }
        }
        if case .absent = head, count > 0, isThereSoon(AuditHead.path(of: path)) {
            // The log was begun while it was read.
            return try run(path: path, signer: signer, anchor: anchor, progress: progress)
        }
        var result = verifier.finish()
        if walk.isStream {
            result.notes.append("a stream has no head file beside it: that its end is there, only an anchor shows")
        }
        return result
    }

    /// Whether there is a file within a second: the head comes a moment after a log's first lines, on a busy machine a
    /// longer one.
    private static func isThereSoon(_ path: String) -> Bool {
        for _ in 0..<200 {
            if access(path, F_OK) == 0 { return true }
            usleep(5000)
        }
        return false
    }
}

/// A log couldn't be read.
public struct AuditReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What is wrong with it, in words.
    public let reason: String
    /// There is no such file, or was none at that moment: it may have been renamed.
    var isMissing = false

    /// `file: reason`
    public var description: String { "\(path): \(reason)" }
}
