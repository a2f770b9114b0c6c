import Glibc
import Synchronization

/// What became of a record.
public enum AuditOutcome: Hashable, Sendable {
    /// write(2) has taken all of it: it is in the kernel's hands and outlives this process.
    case written
    /// It couldn't be written. It is kept, and tried again until the log is closed.
    case retained
}

/// Whether records can be written.
public enum AuditHealth: Hashable, Sendable {
    /// All that was retained is written.
    case healthy
    /// A write failed.
    case failing(AuditWriteError)
}

/// What a log has done since it was opened.
public struct AuditCounters: Hashable, Sendable {
    /// Records written.
    public let written: UInt64
    /// Records accepted and not written yet.
    public let waiting: Int
    /// Records not accepted, because of the bound or because the log was closed.
    public let refused: UInt64
}

/// The audit log: a file to which a thread of its own appends records.
///
/// Callers never wait for the disk. When it fails, records wait in memory up to the bound and are written, in order,
/// when it is back; beyond the bound ``append(_:completion:)`` refuses, and so must the gateway.
public final class AuditLog: Sendable {
    private let queue: AuditQueue
    private let writer: AuditWriter
    private let thread: Mutex<pthread_t?>

    /// Opens the log, and creates it with mode 0600 if need be.
    ///
    /// `capacity` is the number of records that may wait to be written, at least 1. `health` is called on the writer's
    /// thread whenever writing begins to fail and when it works again, and at no other time; a log begins healthy.
    public convenience init(
        path: String,
        capacity: Int = 16_384,
        health: @escaping @Sendable (AuditHealth) -> Void = { _ in }
    ) throws(AuditOpenError) {
        try self.init(sink: try AuditFile(path: path), name: path, capacity: capacity, health: health)
    }

    init(
        sink: any AuditSink,
        name: String,
        capacity: Int,
        health: @escaping @Sendable (AuditHealth) -> Void
    ) throws(AuditOpenError) {
        queue = AuditQueue(capacity: capacity)
        writer = AuditWriter(sink: sink, queue: queue, health: health)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(writer)
        let code = pthread_create(&thread, nil, Self.threadMain, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw AuditOpenError(path: name, errno: code)
        }
        self.thread = Mutex(thread)
    }

    deinit {
        close()
    }

    /// Hands a record over to be written.
    ///
    /// Returns false, and doesn't call `completion`, when the bound is reached or the log is closed. Otherwise
    /// `completion` is called exactly once, on the writer's thread, and must not block it: with `written`, or with
    /// `retained` as soon as it is known that it can't be written now.
    public func append(_ record: AuditRecord, completion: @escaping @Sendable (AuditOutcome) -> Void) -> Bool {
        queue.append(AuditQueue.Item(record: record, completion: completion))
    }

    /// Whether the last attempt to write succeeded.
    public var isHealthy: Bool { writer.isHealthy.load(ordering: .sequentiallyConsistent) }

    /// What was done so far.
    public var counters: AuditCounters {
        let counts = queue.counts
        return AuditCounters(
            written: writer.written.load(ordering: .relaxed),
            waiting: counts.waiting,
            refused: counts.refused
        )
    }

    /// Writes what is waiting, ends the thread, and returns how many records were lost because they couldn't be
    /// written.
    ///
    /// It waits for the disk, and must not be called on the writer's thread. Calls after the first return 0 at once.
    @discardableResult
    public func close() -> Int {
        let thread = self.thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let thread else { return 0 }
        queue.close()
        pthread_join(thread, nil)
        return writer.lost.load(ordering: .sequentiallyConsistent)
    }

    private static let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        // Signals are for the process's main flow; SIGXFSZ, which a file size limit raises, becomes an errno value
        // here.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_SETMASK, &signals, nil)
        if let argument {
            Unmanaged<AuditWriter>.fromOpaque(argument).takeRetainedValue().run()
        }
        return nil
    }
}
