import Glibc
import Synchronization

/// What the writer thread does: takes records, renders them in batches, writes them, and tries again when that fails.
///
/// A batch is written whole or taken back whole, so that the file always ends with a whole line, and the chain goes on
/// from there. Apart from the atomics, all state belongs to the writer's thread alone.
final class AuditWriter: @unchecked Sendable {
    let isHealthy = Atomic<Bool>(true)
    /// Records that were written, without those that the log makes itself.
    let written = Atomic<UInt64>(0)
    /// How often a write failed.
    let failures = Atomic<UInt64>(0)
    /// How many records were lost because they couldn't be written before the end.
    let lost = Atomic<Int>(0)
    /// The file is to be opened anew.
    let mustReopen = Atomic<Bool>(false)

    private let store: any AuditStore
    private let queue: AuditQueue
    private let options: AuditOptions
    private let health: @Sendable (AuditHealth) -> Void
    private let report: @Sendable (AuditProblem) -> Void
    private let mirrors: [AuditMirror]
    private let wallClock: @Sendable () -> Int64
    private let instance: AuditText

    // Nothing that these are given to could come back to them.
    @exclusivity(unchecked) private var pending: [AuditQueue.Item] = []
    /// How many of the pending items are in the batch, or written already.
    @exclusivity(unchecked) private var rendered = 0
    @exclusivity(unchecked) private var batch = Batch()
    /// What a waiter is about to be told.
    @exclusivity(unchecked) private var settlements: [AuditSettlement] = []
    @exclusivity(unchecked) private var chain: AuditChain
    private var recovered: AuditRecovered
    private var retryDelay = AuditWriter.shortestRetryDelay
    /// When a checkpoint is due for lines that have none, by `CLOCK_MONOTONIC` in nanoseconds.
    private var checkpointAt: Int64?
    private var rotationBlockedUntil: Int64 = 0
    private var hasStarted = false
    private var tornIsReplaced = false

    /// Lines on their way to the file.
    private struct Batch {
        var bytes: [UInt8] = []
        var offset = 0
        var items = 0
        /// The chain before the first of its lines.
        var chain = AuditChain()
        var gap: AuditGap?
    }

    private static let batchLength = 256 * 1024
    /// So many items' memory is kept for those that come next.
    private static let keptItems = 4096
    private static let shortestRetryDelay: Int64 = 50_000_000
    private static let longestRetryDelay: Int64 = 1_000_000_000
    private static let rotationRetryDelay: Int64 = 60_000_000_000
    /// How long buffered records are collected.
    private static let bufferingTime: Int64 = 50_000_000

    init(
        store: any AuditStore,
        queue: AuditQueue,
        options: AuditOptions,
        mirrors: [AuditMirror],
        wallClock: @escaping @Sendable () -> Int64,
        health: @escaping @Sendable (AuditHealth) -> Void,
        report: @escaping @Sendable (AuditProblem) -> Void
    ) {
        self.store = store
        self.queue = queue
        self.options = options
        self.mirrors = mirrors
        self.wallClock = wallClock
        self.health = health
        self.report = report
        instance = .name(options.instance)
        (chain, recovered) = store.found
    }

    /// Works until the queue is closed and what it held is written, or can't be.
    func run() {
        var retryAt: Int64? = recovered.isEmpty ? nil : 0
        var collectUntil = Int64.min
        while true {
            let wakeAt = [retryAt, checkpointAt].compactMap(\.self).min()
            let isClosed = queue.take(
                until: wakeAt,
                notBefore: retryAt == nil ? collectUntil : .min,
                into: &pending
            )
            if mustReopen.exchange(false, ordering: .sequentiallyConsistent) { store.reopenLater() }
            let mustWait = retryAt.map { ThreadCondition.now() < $0 } ?? false
            if mustWait, !isClosed {
                tellRetained()
                continue
            }
            if isClosed { addStop() }
            let isCheckpointDue = isClosed || checkpointAt.map { ThreadCondition.now() >= $0 } ?? false
            switch flush(endsWithCheckpoint: isCheckpointDue) {
            case .success:
                retryAt = nil
                recover()
            case .failure(let error):
                retryAt = ThreadCondition.now() + retryDelay
                retryDelay = min(retryDelay * 2, Self.longestRetryDelay)
                fail(error)
            }
            if options.durability == .buffered { collectUntil = ThreadCondition.now() + Self.bufferingTime }
            if isClosed {
                abandonRest()
                return
            }
        }
    }

    // MARK: Batches

    /// Writes all that is pending.
    private func flush(endsWithCheckpoint: Bool) -> Result<Void, AuditWriteError> {
        while true {
            if case .failure(let error) = store.prepare() { return .failure(error) }
            rotateIfDue()
            render(endsWithCheckpoint: endsWithCheckpoint)
            guard !batch.bytes.isEmpty else {
                pending.removeAll(keepingCapacity: pending.capacity <= Self.keptItems)
                rendered = 0
                return .success(())
            }
            switch writeBatch() {
            case .success: finishBatch()
            case .failure(let error):
                takeBack()
                return .failure(error)
            }
        }
    }

    private func render(endsWithCheckpoint: Bool) {
        batch = Batch(bytes: batch.bytes, chain: chain)
        batch.bytes.removeAll(keepingCapacity: true)
        guard recovered.isEmpty else {
            // Alone in its batch, for it may take the place of what was torn.
            return append(.recovered(recovered), at: wallClock())
        }
        renderItems()
        guard rendered == pending.count else { return }
        batch.gap = queue.takeGap()
        if let gap = batch.gap { append(.gap(gap), at: wallClock()) }
        if endsWithCheckpoint, chain.sinceCheckpoint > 0 { append(.checkpoint, at: wallClock()) }
    }

    private func renderItems() {
        let first = rendered
        // Held here, so that the items needn't be held one by one.
        let items = pending
        while rendered < items.count, batch.bytes.count < Self.batchLength {
            let time = items[rendered].timeMicroseconds
            append(items[rendered].event, at: time, wasRetained: items[rendered].wasRetained)
            if case .start = items[rendered].event {
                hasStarted = true
                // What an earlier end out of order has left unsigned is signed now.
                append(.checkpoint, at: time)
            }
            rendered += 1
        }
        batch.items = rendered - first
    }

    private func append(_ event: AuditEvent, at time: Int64, wasRetained: Bool = false) {
        if chain.isCheckpointDue, event != .checkpoint { render(.checkpoint, at: time) }
        render(event, at: time, wasRetained: wasRetained)
    }

    private func render(_ event: AuditEvent, at time: Int64, wasRetained: Bool = false) {
        AuditRecordRenderer.render(
            event,
            .init(timeMicroseconds: time, instance: instance, wasRetained: wasRetained),
            chain: &chain,
            signer: options.signer,
            into: &batch.bytes
        )
    }

    private func writeBatch() -> Result<Void, AuditWriteError> {
        if !recovered.torn.isEmpty, !tornIsReplaced {
            if case .failure(let error) = store.replaceTorn(with: batch.bytes) { return .failure(error) }
            tornIsReplaced = true
            batch.offset = batch.bytes.count
        }
        while true {
            while batch.offset < batch.bytes.count {
                switch store.write(batch.bytes, from: batch.offset) {
                case .success(let count): batch.offset += count
                case .failure(let error): return .failure(error)
                }
            }
            switch store.commit(synced: options.durability == .synced, firstTime: wallClock()) {
            case .done: return .success(())
            case .lost:
                report(.replaced)
                batch.offset = 0
            case .failed(let error): return .failure(error)
            }
        }
    }

    private func finishBatch() {
        let head = AuditHead(sequence: chain.sequence, digest: chain.last, timeMicroseconds: wallClock())
        store.note(head.render(options.signer))
        for mirror in mirrors { mirror.append(batch.bytes) }
        options.tap?(batch.bytes)
        recovered = AuditRecovered()
        if chain.sinceCheckpoint == 0 {
            checkpointAt = nil
        } else if checkpointAt == nil {
            checkpointAt = ThreadCondition.now() + options.checkpointDelay
        }
        guard batch.items > 0 else { return }
        let finished = (rendered - batch.items)..<rendered
        batch.items = 0
        written.add(UInt64(finished.count), ordering: .relaxed)
        queue.release(finished.count)
        tell(.written, finished)
    }

    /// Undoes a batch that couldn't be written: it is rendered anew when it is tried again.
    private func takeBack() {
        store.rollBack()
        rendered -= batch.items
        chain = batch.chain
        if let gap = batch.gap { queue.giveBack(gap) }
        batch = Batch()
    }

    private func addStop() {
        guard hasStarted || pending.contains(where: { if case .start = $0.event { true } else { false } }) else {
            return
        }
        pending.append(AuditQueue.Item(event: .stop, timeMicroseconds: wallClock()))
        // It takes no place in the queue, whose count goes on as if it had.
        queue.release(-1)
    }

    // MARK: Rotation

    private func rotateIfDue() {
        let now = wallClock()
        guard options.rotation.isDue(length: store.length, firstTime: store.firstTime, now: now) else {
            return
        }
        guard ThreadCondition.now() >= rotationBlockedUntil else { return }
        if chain.sinceCheckpoint > 0 { writeCheckpoint() }
        if case .failure(let error) = store.rotate() {
            rotationBlockedUntil = ThreadCondition.now() + Self.rotationRetryDelay
            report(.rotation(errno: error.errno))
        }
    }

    /// The last line of a file is a checkpoint, when that can be written.
    private func writeCheckpoint() {
        batch = Batch(chain: chain)
        render(.checkpoint, at: wallClock())
        switch writeBatch() {
        case .success: finishBatch()
        case .failure: takeBack()
        }
    }

    // MARK: What others are told

    private func fail(_ error: AuditWriteError) {
        failures.add(1, ordering: .relaxed)
        if isHealthy.exchange(false, ordering: .sequentiallyConsistent) {
            health(.failing(error))
        }
        tellRetained()
    }

    private func recover() {
        retryDelay = Self.shortestRetryDelay
        if !isHealthy.exchange(true, ordering: .sequentiallyConsistent) {
            health(.healthy)
        }
    }

    /// Tells those who wait that their records are not written yet, so that nobody waits for a full disk.
    private func tellRetained() {
        tell(.retained, rendered..<pending.count)
    }

    private func tell(_ outcome: AuditOutcome, _ range: Range<Int>) {
        // Who accepts that records may be dropped gets the refusal itself, and the record says so.
        let told = options.overflow == .drop ? .written : outcome
        var waiter: (any AuditWaiter)?
        for index in range {
            guard let next = pending[index].waiter else { continue }
            // Those of one waiter mostly follow each other, for they come in batches.
            if let waiter, waiter !== next { settle(waiter) }
            waiter = next
            settlements.append(AuditSettlement(ticket: pending[index].ticket, outcome: told))
            pending[index].waiter = nil
            pending[index].wasRetained = told == .retained
        }
        if let waiter { settle(waiter) }
    }

    private func settle(_ waiter: any AuditWaiter) {
        waiter.settled(settlements)
        settlements.removeAll(keepingCapacity: settlements.count <= Self.keptItems)
    }

    private func abandonRest() {
        store.close()
        lost.store(pending.count - rendered, ordering: .sequentiallyConsistent)
    }
}
