import Synchronization

/// Spans that wait to be sent, in their order, as many as there is room for; further ones are lost, and counted.
final class SpanQueue: Sendable {
    private struct State {
        var spans: [FinishedSpan] = []
        var lost: UInt64 = 0
        var sent: UInt64 = 0
        var wake: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let batch: Int

    /// - Parameter batch: When so many wait the exporter is woken.
    init(capacity: Int, batch: Int) {
        self.capacity = capacity
        self.batch = batch
    }

    /// Is called when there is a batch to be sent, on any thread.
    func onBatch(_ wake: (@Sendable () -> Void)?) {
        state.withLock { $0.wake = wake }
    }

    func append(_ span: FinishedSpan) {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.spans.count < capacity else {
                state.lost += 1
                return nil
            }
            state.spans.append(span)
            return state.spans.count == batch ? state.wake : nil
        }
        wake?()
    }

    /// Has what is there sent.
    func flush() {
        state.withLock { $0.wake }?()
    }

    /// Takes the oldest, a batch at most.
    func take() -> [FinishedSpan] {
        state.withLock { state in
            let taken = Array(state.spans.prefix(batch))
            state.spans.removeFirst(taken.count)
            return taken
        }
    }

    /// Says what became of spans that were taken.
    func note(sent: Int = 0, lost: Int = 0) {
        state.withLock { state in
            state.sent += UInt64(sent)
            state.lost += UInt64(lost)
        }
    }

    var counters: (waiting: Int, sent: UInt64, lost: UInt64) {
        state.withLock { ($0.spans.count, $0.sent, $0.lost) }
    }
}
