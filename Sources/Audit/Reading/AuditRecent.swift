import Synchronization

/// The last lines of a log, in memory. Whole lines go in as they are written; they are only looked at when somebody
/// asks.
public final class AuditRecent: Sendable {
    private struct State {
        /// Whole lines, the oldest first.
        var chunks: [[UInt8]] = []
        var byteCount = 0
    }

    private static let longestChunk = 64 << 10
    private static let leastChunks = 64

    private let state = Mutex(State())
    let capacity: Int
    /// How long the pieces are, in bytes, in which lines are kept and forgotten.
    let chunkLength: Int

    /// - Parameter capacity: How many bytes of lines are kept at least, if there are so many.
    public init(capacity: Int = 4 << 20) {
        self.capacity = max(1, capacity)
        chunkLength = min(Self.longestChunk, self.capacity / Self.leastChunks)
    }

    /// Takes whole lines.
    ///
    /// They are copied: the buffer that they come in has room for many more, and is used again by who fills it.
    public func append(_ lines: [UInt8]) {
        guard !lines.isEmpty else { return }
        state.withLock { state in
            if let length = state.chunks.last?.count, length + lines.count <= chunkLength {
                state.chunks[state.chunks.count - 1].append(contentsOf: lines)
            } else {
                var chunk: [UInt8] = []
                chunk.reserveCapacity(max(lines.count, chunkLength))
                chunk.append(contentsOf: lines)
                state.chunks.append(chunk)
            }
            state.byteCount += lines.count
            while let first = state.chunks.first, state.byteCount - first.count >= capacity {
                state.chunks.removeFirst()
                state.byteCount -= first.count
            }
        }
    }

    /// The lines that are wanted, the newest first, without their line feeds.
    ///
    /// - Parameter limit: How many at most.
    public func lines(_ filter: AuditFilter, limit: Int) -> [[UInt8]] {
        let compiled = CompiledFilter(filter)
        let chunks = state.withLock { $0.chunks }
        var found: [[UInt8]] = []
        for chunk in chunks.reversed() {
            for line in chunk.split(separator: 0x0A).reversed() {
                guard found.count < limit else { return found }
                if line.withUnsafeBytes({ compiled.matches(AuditLine($0)) }) { found.append(Array(line)) }
            }
        }
        return found
    }
}
