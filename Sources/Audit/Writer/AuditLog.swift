import Glibc
import Synchronization

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

    /// Hands records over to be written, in their order.
    ///
    /// - Parameters:
    ///   - memory: Where the records lie.
    ///   - waiter: Is told what became of each of those whose answer has to wait for that.
    public func append(
        _ records: [AuditSubmission],
        in memory: [UInt8],
        waiter: any AuditWaiter
    ) -> AuditAdmission {
        let waits = durability != .buffered
        let (queued, rest) = queue.append(count: records.count) { index in
            AuditQueue.Item(
                event: .request(AuditRecord(records[index].draft, in: memory)),
                timeMicroseconds: records[index].draft.timeMicroseconds,
                waiter: waits ? waiter : nil,
                ticket: records[index].ticket
            )
        }
        return AuditAdmission(
            waiting: waits ? queued : 0,
            accepted: (waits ? 0 : queued) + (rest == .dropped ? records.count - queued : 0)
        )
    }

    /// Hands a record over to be written, for which nobody waits. False when it isn't accepted.
    @discardableResult
    public func append(_ event: AuditEvent) -> Bool {
        queue.append(item(event)) != .refused
    }

    /// Hands over a record that can be done without: it is left out when it would take one of the last places, which
    /// are for those that have to be written. False when it is left out.
    public func appendIfRoom(_ event: AuditEvent) -> Bool {
        queue.appendIfHalfEmpty(item(event))
    }

    private func item(_ event: AuditEvent) -> AuditQueue.Item {
        let time: Int64
        if case .request(let record) = event { time = record.timeMicroseconds } else { time = wallClock() }
        return AuditQueue.Item(event: event, timeMicroseconds: time)
    }

    private static func record(_ retention: AuditRetention, in queue: AuditQueue, at time: Int64) -> Bool {
        let waiter = BlockingWaiter()
        let item = AuditQueue.Item(event: .retention(retention), timeMicroseconds: time, waiter: waiter)
        return queue.append(item) == .queued && waiter.wait() == .written
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
