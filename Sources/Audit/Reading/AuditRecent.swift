import Synchronization

/// The last lines of a log, in memory. Whole lines go in as they are written; they are only looked at when somebody asks.
public final class AuditRecent: Sendable {
    private struct State {
        /// Whole lines, the oldest first.
        var batches: ArraySlice<[UInt8]> = []
        var byteCount = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameter capacity: How many bytes of lines are kept at least, if there are so many.
    public init(capacity: Int = 4 << 20) {
        self.capacity = max(1, capacity)
    }

    /// Takes whole lines.
    public func append(_ lines: [UInt8]) {
        guard !lines.isEmpty else { return }
        state.withLock { state in
            state.batches.append(lines)
            state.byteCount += lines.count
            while let first = state.batches.first, state.byteCount - first.count >= capacity {
                state.batches.removeFirst()
                state.byteCount -= first.count
            }
        }
    }

    /// The lines that are wanted, the newest first, without their line feeds.
    ///
    /// - Parameter limit: How many at most.
    public func lines(_ filter: AuditFilter, limit: Int) -> [[UInt8]] {
        let compiled = CompiledFilter(filter)
        let batches = state.withLock { $0.batches }
        var found: [[UInt8]] = []
        for batch in batches.reversed() {
            for line in batch.split(separator: 0x0A).reversed() {
                guard found.count < limit else { return found }
                if line.withUnsafeBytes({ compiled.matches(AuditLine($0)) }) { found.append(Array(line)) }
            }
        }
        return found
    }
}
