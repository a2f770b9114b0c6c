import CurlTransport
import NIOCore

/// The memory that a connection holds for its client, as it is counted in the gateway's one budget for all of them.
struct ConnectionMemory {
    /// Pieces up to this size don't keep larger memory: a copy costs less than what it sets free.
    private static let copiedLimit = 16 << 10

    /// The memory of what was written and the client has not taken.
    private(set) var queuedBytes = 0
    /// Since when the client has taken nothing of what was written; nil when nothing waits.
    private(set) var queuedSince: NIODeadline?
    /// How much of the budget it has.
    private var taken = 0

    /// Whether it has anything of the budget.
    var isCounted: Bool { taken > 0 }

    /// The same bytes in memory of about their size, unless they are more than a limit: a small part of a buffer would
    /// keep all of it, and those whose buffer it is from using it again.
    static func compact(_ bytes: ByteBuffer, upTo limit: Int = copiedLimit) -> ByteBuffer {
        guard bytes.readableBytes <= limit, bytes.storageCapacity > 2 * bytes.readableBytes else { return bytes }
        return ByteBuffer(bytes: bytes.readableBytesView)
    }

    /// Counts bytes that wait for the client.
    mutating func queued(_ bytes: ByteBuffer) {
        if queuedSince == nil { queuedSince = CoarseClock.now }
        queuedBytes += RetainedBytes.header + bytes.storageCapacity
    }

    /// Takes note that the client has taken all that was written.
    mutating func queueEmptied() {
        queuedBytes = 0
        queuedSince = nil
    }

    /// Takes as much of the budget as is held; false, and no more than before, when that is not left.
    ///
    /// - Parameter kept: The memory of what came of the client and from the backend, in bytes.
    mutating func count(kept: Int, in budget: ByteBudget) -> Bool {
        let held = kept + queuedBytes
        guard held != taken else { return true }
        guard budget.tryChange(from: taken, to: held) else { return false }
        taken = held
        return true
    }

    /// Gives back all that it has of the budget.
    mutating func release(to budget: ByteBudget) {
        budget.giveBack(taken)
        self = ConnectionMemory()
    }
}
