import Glibc
import Synchronization

/// What became of a record.
public enum AuditOutcome: Hashable, Sendable {
    /// It is where the durability wants it, and the refusal may be answered.
    case written
    /// It couldn't be written in time, and the client has to be answered 503 instead, which the record will say. It is
    /// kept, and tried again until the log is closed.
    case retained
}

/// What becomes of a record that was handed over.
public enum AuditAdmission: Hashable, Sendable {
    /// The completion will be called.
    case waiting
    /// The refusal may be answered, and the completion won't be called.
    case accepted
    /// It is not recorded, and must not be answered but by 503. The completion won't be called.
    case refused
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
    /// Records written, without those that the log makes itself.
    public var written: UInt64 = 0
    /// Records accepted and not written yet.
    public var waiting: Int = 0
    /// Records not accepted, because of the bound or because the log was closed.
    public var refused: UInt64 = 0
    /// Records dropped because of the bound.
    public var dropped: UInt64 = 0
    /// How often a write failed.
    public var failures: UInt64 = 0
    /// Lines that a mirror didn't take.
    public var unmirrored: UInt64 = 0
}

/// The audit log: a file to which a thread of its own appends records, each with the hash of the line before.
///
/// Callers never wait for the disk. When it fails, records wait in memory up to the bound and are written, in order,
/// when it is back. What happens beyond the bound is ``AuditOptions/overflow``'s to say.
public final class AuditLog: Sendable {
    private let queue: AuditQueue
    private let writer: AuditWriter
    private let durability: AuditDurability
    private let mirrors: [AuditMirror]
    private let keeper: AuditKeeper?
    private let thread = WorkerThread()
    private let wallClock: @Sendable () -> Int64

    /// Opens the log, and creates it with mode 0600 if need be.
    ///
    /// `health` is called on the writer's thread whenever writing begins to fail and when it works again, and at no
    /// other time; a log begins healthy. `report` is told of other problems, on any thread.
    ///
    /// - Throws: When there is no log at the path and none can be made, when another process writes to it, and when it
    ///   holds something else.
    public convenience init(
        path: String,
        options: AuditOptions = AuditOptions(),
        health: @escaping @Sendable (AuditHealth) -> Void = { _ in },
        report: @escaping @Sendable (AuditProblem) -> Void = { _ in }
    ) throws(AuditOpenError) {
        let rotated = ThreadSignal()
        let store = try AuditFile(path: path, signer: options.signer) { rotated.wake() }
        try self.init(
            store: store,
            path: path,
            options: options,
            keeperSignal: rotated,
            health: health,
            report: report
        )
    }

    init(
        store: any AuditStore,
        path: String,
        options: AuditOptions = AuditOptions(),
        keeperSignal: ThreadSignal? = nil,
        wallClock: @escaping @Sendable () -> Int64 = AuditLog.systemTime,
        health: @escaping @Sendable (AuditHealth) -> Void = { _ in },
        report: @escaping @Sendable (AuditProblem) -> Void = { _ in }
    ) throws(AuditOpenError) {
        let queue = AuditQueue(capacity: options.capacity, dropsBeyondCapacity: options.overflow == .drop)
        let mirrors = options.mirrors.map { AuditMirror($0, report: report) }
        self.queue = queue
        self.mirrors = mirrors
        self.wallClock = wallClock
        durability = options.durability
        let writer = AuditWriter(
            store: store,
            queue: queue,
            options: options,
            mirrors: mirrors,
            wallClock: wallClock,
            health: health,
            report: report
        )
        self.writer = writer
        keeper = keeperSignal.map { signal in
            AuditKeeper(path: path, rotation: options.rotation, signal: signal, report: report) { retention in
                Self.record(retention, in: queue, at: wallClock())
            }
        }
        for mirror in mirrors {
            let code = mirror.start()
            guard code == 0 else { throw AuditOpenError(path: path, errno: code) }
        }
        var code = thread.start { writer.run() }
        if code == 0, let keeper { code = keeper.start() }
        guard code == 0 else {
            close()
            throw AuditOpenError(path: path, errno: code)
        }
    }

    deinit {
        close()
    }

    /// Hands a record over to be written.
    ///
    /// When the answer is `waiting`, `completion` is called exactly once, on the writer's thread, and must not block it;
    /// with `retained` as soon as it is known that the record can't be written now.
    public func append(
        _ event: AuditEvent,
        completion: @escaping @Sendable (AuditOutcome) -> Void
    ) -> AuditAdmission {
        let waits = durability != .buffered
        switch queue.append(item(event, completion: waits ? completion : nil)) {
        case .queued: return waits ? .waiting : .accepted
        case .dropped: return .accepted
        case .refused: return .refused
        }
    }

    /// Hands a record over to be written, for which nobody waits. False when it isn't accepted.
    @discardableResult
    public func append(_ event: AuditEvent) -> Bool {
        queue.append(item(event, completion: nil)) != .refused
    }

    /// Hands over a record that can be done without: it is left out when it would take one of the last places, which are
    /// for those that have to be written. False when it is left out.
    public func appendIfRoom(_ event: AuditEvent) -> Bool {
        queue.appendIfHalfEmpty(item(event, completion: nil))
    }

    private func item(_ event: AuditEvent, completion: (@Sendable (AuditOutcome) -> Void)?) -> AuditQueue.Item {
        let time: Int64
        if case .request(let record) = event { time = record.timeMicroseconds } else { time = wallClock() }
        return AuditQueue.Item(event: event, timeMicroseconds: time, completion: completion)
    }

    private static func record(_ retention: AuditRetention, in queue: AuditQueue, at time: Int64) -> Bool {
        let outcome = Mutex<AuditOutcome?>(nil)
        let signal = ThreadSignal()
        let item = AuditQueue.Item(event: .retention(retention), timeMicroseconds: time) { result in
            outcome.withLock { $0 = result }
            signal.wake()
        }
        guard queue.append(item) == .queued else { return false }
        while outcome.withLock({ $0 }) == nil { _ = signal.wait(nanoseconds: 1_000_000_000) }
        return outcome.withLock { $0 } == .written
    }

    /// Whether no record is accepted until the log can be written again, so that nothing may be served that would have
    /// to be recorded.
    public var isBlocked: Bool { !isHealthy && queue.refusesMore }

    /// Whether the last attempt to write succeeded.
    public var isHealthy: Bool { writer.isHealthy.load(ordering: .relaxed) }

    /// What was done so far.
    public var counters: AuditCounters {
        let counts = queue.counts
        return AuditCounters(
            written: writer.written.load(ordering: .relaxed),
            waiting: counts.waiting,
            refused: counts.refused,
            dropped: counts.dropped,
            failures: writer.failures.load(ordering: .relaxed),
            unmirrored: mirrors.reduce(0) { $0 + $1.lost }
        )
    }

    /// Opens the file anew before the next record, as logrotate asks for by a signal.
    public func reopen() {
        writer.mustReopen.store(true, ordering: .sequentiallyConsistent)
        queue.poke()
    }

    /// Writes what is waiting, ends the threads, and returns how many records were lost because they couldn't be
    /// written.
    ///
    /// It waits for the disk, and must not be called on the writer's thread. Calls after the first return 0 at once.
    @discardableResult
    public func close() -> Int {
        keeper?.stop()
        queue.close()
        guard thread.join() else { return 0 }
        for mirror in mirrors { mirror.stop() }
        return writer.lost.load(ordering: .sequentiallyConsistent)
    }

    /// Microseconds since 1970 by the system's clock.
    static let systemTime: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
