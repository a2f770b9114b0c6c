import Synchronization

/// A bound on the bytes that several holders keep together, shared by threads: one atomic number, no lock.
///
/// What counts is what is really held: the capacity of a buffer, not its payload (``RetainedBytes``). Whoever takes
/// bytes gives exactly as many back.
final class ByteBudget: Sendable {
    /// How many bytes may be held at a time.
    let limit: Int
    private let taken = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = max(0, limit)
    }

    /// How many bytes are held.
    var held: Int { taken.load(ordering: .relaxed) }

    /// Takes bytes; false, and nothing taken, when they don't fit.
    func tryTake(_ bytes: Int) -> Bool {
        guard bytes > 0 else { return true }
        var current = taken.load(ordering: .relaxed)
        while bytes <= limit - current {
            let (exchanged, original) = taken.weakCompareExchange(
                expected: current,
                desired: current + bytes,
                ordering: .relaxed
            )
            if exchanged { return true }
            current = original
        }
        return false
    }

    /// Gives bytes back that were taken.
    func giveBack(_ bytes: Int) {
        guard bytes > 0 else { return }
        let left = taken.subtract(bytes, ordering: .relaxed).newValue
        assert(left >= 0, "more is given back than was taken")
    }

    /// Makes a holder's bytes more or fewer. Fewer always fit; false, and nothing changed, when more don't.
    func tryChange(from old: Int, to new: Int) -> Bool {
        if new > old { return tryTake(new - old) }
        giveBack(old - new)
        return true
    }
}
