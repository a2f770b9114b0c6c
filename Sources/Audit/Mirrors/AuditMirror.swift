import Glibc
import Synchronization

/// A destination that gets every line as well, once it is in the file.
public enum AuditMirrorTarget: Hashable, Sendable {
    /// Standard output.
    case standardOutput
    /// The syslog daemon at a local socket, such as `/dev/log` (RFC 5424).
    case syslog(path: String, facility: SyslogFacility)
}

/// Hands lines on to a destination, on a thread of its own, so that a slow one holds up nobody. What it has no room for
/// isn't handed on, and counted: the file has it.
final class AuditMirror: @unchecked Sendable {
    private let target: AuditMirrorTarget
    private let report: @Sendable (AuditProblem) -> Void
    private let condition = ThreadCondition()
    private let thread = WorkerThread()
    private let finished = ThreadSignal()
    private let lostLines = Atomic<UInt64>(0)
    // Both are touched under the lock only.
    private var waiting: [UInt8] = []
    private var isClosed = false
    // The thread's own.
    private var hasReported = false

    private static let capacity = 16 << 20
    private static let patience: Int64 = 2_000_000_000

    init(_ target: AuditMirrorTarget, report: @escaping @Sendable (AuditProblem) -> Void) {
        self.target = target
        self.report = report
    }

    /// How many lines were not handed on.
    var lost: UInt64 { lostLines.load(ordering: .relaxed) }

    /// Takes whole lines.
    func append(_ lines: [UInt8]) {
        let fits = condition.locked {
            guard waiting.count + lines.count <= Self.capacity else { return false }
            waiting += lines
            condition.signal()
            return true
        }
        if !fits { lose(lines) }
    }

    private func lose(_ lines: some Collection<UInt8>) {
        lostLines.add(UInt64(lines.count { $0 == 0x0A }), ordering: .relaxed)
    }

    func start() -> Int32 {
        thread.start { [self] in
            var output: any MirrorOutput =
                switch target {
                case .standardOutput: DescriptorOutput(STDOUT_FILENO)
                case .syslog(let path, let facility): SyslogOutput(path: path, facility: facility)
                }
            while let lines = take() {
                let rest = output.write(lines)
                if rest.isEmpty {
                    hasReported = false
                } else {
                    lose(rest)
                    reportOnce(output.problem)
                }
            }
            finished.close()
        }
    }

    private func take() -> [UInt8]? {
        condition.locked {
            while waiting.isEmpty, !isClosed { _ = condition.wait(until: nil) }
            guard !waiting.isEmpty else { return nil }
            defer { waiting = [] }
            return waiting
        }
    }

    private func reportOnce(_ reason: String) {
        guard !hasReported else { return }
        hasReported = true
        report(.mirror(name: target.name, reason: reason))
    }

    /// Hands on what waits, if that is done within a while: a reader that has stopped reading must not keep the gateway
    /// from ending.
    func stop() {
        condition.locked {
            isClosed = true
            condition.signal()
        }
        if finished.wait(nanoseconds: Self.patience) == .closed { thread.join() }
    }
}

extension AuditMirrorTarget {
    var name: String {
        switch self {
        case .standardOutput: "standard output"
        case .syslog(let path, _): "syslog at \(path)"
        }
    }
}

/// Writes lines somewhere.
protocol MirrorOutput {
    /// What went wrong last, in words.
    var problem: String { get }
    /// Writes lines; gives those that couldn't be written.
    mutating func write(_ lines: [UInt8]) -> ArraySlice<UInt8>
}
