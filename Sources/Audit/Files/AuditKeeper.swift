import Glibc
import Synchronization

/// Compresses the files that were set aside and removes those that are beyond a limit, on a thread of its own.
final class AuditKeeper: @unchecked Sendable {
    private let path: String
    private let rotation: AuditRotation
    private let signal: ThreadSignal
    private let report: @Sendable (AuditProblem) -> Void
    /// Records that a file is about to be removed, and waits for it. False when that can't be recorded.
    private let record: @Sendable (AuditRetention) -> Bool
    private let thread = WorkerThread()

    /// Limits by age are looked at this often even when no file is set aside, in nanoseconds.
    private static let interval: Int64 = 600_000_000_000

    init(
        path: String,
        rotation: AuditRotation,
        signal: ThreadSignal,
        report: @escaping @Sendable (AuditProblem) -> Void,
        record: @escaping @Sendable (AuditRetention) -> Bool
    ) {
        self.path = path
        self.rotation = rotation
        self.signal = signal
        self.report = report
        self.record = record
    }

    func start() -> Int32 {
        thread.start { [self] in
            removeLeftovers()
            while true {
                compress()
                retire()
                if signal.wait(nanoseconds: Self.interval) == .closed { return }
            }
        }
    }

    func stop() {
        signal.close()
        thread.join()
    }

    private func removeLeftovers() {
        let (directory, name) = AuditFileSet.split(path)
        for candidate in AuditFileSet.names(in: directory)
        where candidate.hasPrefix(name + ".") && candidate.hasSuffix(".gz.tmp") {
            unlink(directory + "/" + candidate)
        }
    }

    private func compress() {
        guard rotation.compresses else { return }
        let (directory, name) = AuditFileSet.split(path)
        // Only what bears a name of ours: logrotate looks after its own.
        for candidate in AuditFileSet.names(in: directory).sorted()
        where candidate.hasPrefix(name + ".") && Self.isOurs(candidate.dropFirst(name.count + 1)) {
            if signal.isClosed { return }
            if case .failure(let error) = AuditCompressor.compress(directory + "/" + candidate) {
                report(.compression(file: candidate, errno: error.errno))
            }
        }
    }

    private static func isOurs(_ suffix: Substring) -> Bool {
        suffix.utf8.count >= 12 && suffix.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private func retire() {
        guard rotation.keptCount != nil || rotation.keptAge != nil || rotation.keptSize != nil else { return }
        let files = AuditFileSet(path: path)
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        for (file, limit) in rotation.retired(files.rotated, nowSeconds: Int64(now.tv_sec)) {
            guard let index = files.files.firstIndex(of: file), index + 1 < files.files.count,
                let next = files.files[index + 1].firstSequence, next > 0
            else { return }
            guard record(AuditRetention(file: file.name, removedThrough: next - 1, limit: limit)) else { return }
            if unlink(file.path) != 0 {
                report(.removal(file: file.name, errno: errno))
                return
            }
        }
    }
}

/// What went wrong beside the writing of records, for the log.
public enum AuditProblem: Hashable, Sendable {
    /// The file couldn't be set aside; it is written to further.
    case rotation(errno: Int32)
    /// A file that was set aside couldn't be compressed.
    case compression(file: String, errno: Int32)
    /// A file that is beyond a limit couldn't be removed.
    case removal(file: String, errno: Int32)
    /// Lines couldn't be handed to another destination.
    case mirror(name: String, reason: String)
    /// The log was deleted or replaced while it was written to; it goes on in a new file.
    case replaced
}

extension AuditProblem: CustomStringConvertible {
    /// The problem in words.
    public var description: String {
        switch self {
        case .rotation(let code): "the audit log can't be set aside: \(Self.text(code))"
        case .compression(let file, let code): "\(file) can't be compressed: \(Self.text(code))"
        case .removal(let file, let code): "\(file) can't be removed: \(Self.text(code))"
        case .mirror(let name, let reason): "audit records can't be written to \(name): \(reason)"
        case .replaced: "the audit log was deleted or replaced; it goes on in a new file"
        }
    }

    private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
