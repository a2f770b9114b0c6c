import Glibc
import Synchronization

/// What the writer thread does: takes records, renders them in batches, writes them, and tries again when that fails.
///
/// Apart from the atomics, its state belongs to its thread alone.
final class AuditWriter: @unchecked Sendable {
    let isHealthy = Atomic<Bool>(true)
    let written = Atomic<UInt64>(0)
    /// How many records were lost because they couldn't be written before the end.
    let lost = Atomic<Int>(0)

    private let sink: any AuditSink
    private let queue: AuditQueue
    private let health: @Sendable (AuditHealth) -> Void
    private var pending: [AuditQueue.Item] = []
    /// How many of the pending items are in the chunk, or rendered and written already.
    private var rendered = 0
    private var chunk: [UInt8] = []
    private var chunkOffset = 0
    private var chunkItems = 0
    private var retryDelay = AuditWriter.shortestRetryDelay

    private static let chunkLength = 256 * 1024
    private static let shortestRetryDelay: Int64 = 50_000_000
    private static let longestRetryDelay: Int64 = 1_000_000_000

    init(sink: any AuditSink, queue: AuditQueue, health: @escaping @Sendable (AuditHealth) -> Void) {
        self.sink = sink
        self.queue = queue
        self.health = health
        if sink.endsInTornLine {
            // What a crash left is set apart, so that the first line of ours can be read.
            chunk = [0x0A]
        }
    }

    /// Works until the queue is closed and what it held is written, or can't be.
    func run() {
        var retryAt: Int64?
        while true {
            let taken = queue.take(until: retryAt)
            pending.append(contentsOf: taken.items)
            let mustWait = retryAt.map { Self.now() < $0 } ?? false
            if mustWait, !taken.isClosed {
                tellRetained()
                continue
            }
            switch flush() {
            case .success:
                retryAt = nil
                recover()
            case .failure(let error):
                retryAt = Self.now() + retryDelay
                retryDelay = min(retryDelay * 2, Self.longestRetryDelay)
                fail(error)
            }
            if taken.isClosed {
                abandonRest()
                return
            }
        }
    }

    /// Writes all that is pending.
    private func flush() -> Result<Void, AuditWriteError> {
        while true {
            while chunkOffset < chunk.count {
                switch sink.write(chunk, from: chunkOffset) {
                case .success(let count): chunkOffset += count
                case .failure(let error): return .failure(error)
                }
            }
            finishChunk()
            guard rendered < pending.count else {
                pending.removeAll(keepingCapacity: pending.capacity <= 4096)
                rendered = 0
                return .success(())
            }
            renderChunk()
        }
    }

    private func renderChunk() {
        let first = rendered
        while rendered < pending.count, chunk.count < Self.chunkLength {
            AuditRecordRenderer.render(pending[rendered].record, into: &chunk)
            rendered += 1
        }
        chunkItems = rendered - first
    }

    private func finishChunk() {
        chunk.removeAll(keepingCapacity: true)
        chunkOffset = 0
        guard chunkItems > 0 else { return }
        let finished = (rendered - chunkItems)..<rendered
        chunkItems = 0
        written.add(UInt64(finished.count), ordering: .relaxed)
        queue.release(finished.count)
        tell(.written, finished)
    }

    private func fail(_ error: AuditWriteError) {
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
        tell(.retained, (rendered - chunkItems)..<pending.count)
    }

    private func tell(_ outcome: AuditOutcome, _ range: Range<Int>) {
        for index in range {
            let completion = pending[index].completion
            pending[index].completion = nil
            completion?(outcome)
        }
    }

    private func abandonRest() {
        lost.store(pending.count - (rendered - chunkItems), ordering: .sequentiallyConsistent)
    }

    /// `CLOCK_MONOTONIC` in nanoseconds.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
