import DequeModule
import Synchronization

/// Spans that wait to be sent, in their order, as many as there is room for, in number and in bytes; further ones are
/// lost, counted, and spoken of.
final class SpanQueue: Sendable {
    private struct State {
        var spans = Deque<FinishedSpan>()
        var bytes = 0
        var lost: UInt64 = 0
        var sent: UInt64 = 0
        var hasSaidLoss = false
        var wake: (@Sendable () -> Void)?
        var onLoss: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let memoryLimit: Int
    private let batch: Int

    /// How many bytes waiting spans may hold: those of some 5,000 requests.
    static let memoryLimit = 16 << 20
    /// How many bytes the spans of a batch may hold, which is written as a whole before it is sent.
    private static let batchLimit = 1 << 20

    /// - Parameter batch: When so many wait the exporter is woken.
    init(capacity: Int, batch: Int, memoryLimit: Int = SpanQueue.memoryLimit) {
        self.capacity = capacity
        self.batch = batch
        self.memoryLimit = memoryLimit
    }

    /// Is called when there is a batch to be sent, on any thread.
    func onBatch(_ wake: (@Sendable () -> Void)?) {
        state.withLock { $0.wake = wake }
    }

    /// Is called when spans begin to be lost, once until some have been sent, on any thread.
    func onLoss(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.onLoss = body }
    }

    func append(_ span: FinishedSpan) {
        let bytes = span.retainedBytes
        let call = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.spans.count < capacity, bytes <= memoryLimit - state.bytes else {
                state.lost += 1
                defer { state.hasSaidLoss = true }
                return state.hasSaidLoss ? nil : state.onLoss
            }
            state.spans.append(span)
            state.bytes += bytes
            return state.spans.count == batch ? state.wake : nil
        }
        call?()
    }

    /// Has what is there sent.
    func flush() {
        state.withLock { $0.wake }?()
    }

    /// Takes the oldest, a batch at most.
    func take() -> [FinishedSpan] {
        state.withLock { state in
            var taken: [FinishedSpan] = []
            var bytes = 0
            while taken.count < batch, let next = state.spans.first {
                let size = next.retainedBytes
                guard taken.isEmpty || bytes + size <= Self.batchLimit else { break }
                bytes += size
                taken.append(next)
                state.spans.removeFirst()
            }
            state.bytes -= bytes
            // After a storm the memory goes back.
            if state.spans.isEmpty { state.spans = [] }
            return taken
        }
    }

    /// Says what became of spans that were taken.
    func note(sent: Int = 0, lost: Int = 0) {
        state.withLock { state in
            state.sent += UInt64(sent)
            state.lost += UInt64(lost)
            if sent > 0 { state.hasSaidLoss = false }
        }
    }

    var counters: (waiting: Int, bytes: Int, sent: UInt64, lost: UInt64) {
        state.withLock { ($0.spans.count, $0.bytes, $0.sent, $0.lost) }
    }
}
