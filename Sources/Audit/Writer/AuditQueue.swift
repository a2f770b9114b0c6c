/// A bounded queue from many threads to the writer thread.
///
/// A place in it is taken from the moment a record is appended until the writer has written it, so that the bound
/// covers what waits in the writer's hands for a full disk too.
final class AuditQueue: @unchecked Sendable {
    struct Item: Sendable {
        let event: AuditEvent
        /// When it was, in microseconds since 1970.
        let timeMicroseconds: Int64
        /// Who is to be told what became of it; nil once that is done.
        var waiter: (any AuditWaiter)?
        /// By what the waiter knows it.
        var ticket = 0
        /// The client was answered 503, for the record couldn't be written in time.
        var wasRetained = false
    }

    // All state is touched under the lock only.
    private let condition = ThreadCondition()
    private let capacity: Int
    private let dropsBeyondCapacity: Bool
    private var items: [Item] = []
    private var occupied = 0
    private var refused: UInt64 = 0
    private var dropped: UInt64 = 0
    private var gap: AuditGap?
    private var isClosed = false
    private var isPoked = false

    /// - Parameter dropsBeyondCapacity: What finds no place is counted, to be recorded as a gap; otherwise it isn't let
    ///   in.
    init(capacity: Int, dropsBeyondCapacity: Bool = false) {
        self.capacity = max(capacity, 1)
        self.dropsBeyondCapacity = dropsBeyondCapacity
    }

    /// What became of an item that was to be put in.
    enum Admission {
        case queued
        case dropped
        case refused
    }

    func append(_ item: Item) -> Admission {
        let result = append(count: 1) { _ in item }
        return result.queued == 1 ? .queued : result.rest
    }

    /// Puts so many items in, in their order. Returns how many found a place, and what became of the others.
    func append(count: Int, _ item: (Int) -> Item) -> (queued: Int, rest: Admission) {
        let (queued, rest, mustWake) = condition.locked {
            let places = isClosed ? 0 : max(0, capacity - occupied)
            let queued = min(places, count)
            let mustWake = items.isEmpty && queued > 0
            occupied += queued
            for index in 0..<queued { items.append(item(index)) }
            guard queued < count else { return (queued, Admission.queued, mustWake) }
            guard dropsBeyondCapacity, !isClosed else {
                refused += UInt64(count - queued)
                return (queued, .refused, mustWake)
            }
            for index in queued..<count { drop(item(index)) }
            return (queued, .dropped, mustWake)
        }
        if mustWake { condition.signal() }
        return (queued, rest)
    }

    /// Puts an item in that can be done without, unless half of the places are taken. False when it isn't let in, which
    /// isn't counted.
    func appendIfHalfEmpty(_ item: Item) -> Bool {
        let (isIn, mustWake) = condition.locked {
            guard !isClosed, occupied < capacity / 2 else { return (false, false) }
            occupied += 1
            items.append(item)
            return (true, items.count == 1)
        }
        if mustWake { condition.signal() }
        return isIn
    }

    private func drop(_ item: Item) {
        dropped += 1
        gap = AuditGap(
            count: (gap?.count ?? 0) + 1,
            first: gap?.first ?? item.timeMicroseconds,
            last: item.timeMicroseconds
        )
    }

    /// Whether nothing more is let in until something has been written.
    var refusesMore: Bool { !dropsBeyondCapacity && condition.locked { occupied >= capacity } }

    /// Takes all items out, waiting for one until a moment of `CLOCK_MONOTONIC` in nanoseconds; for ever when it is
    /// nil. It gives none when it was poked. Returns whether no more will come.
    ///
    /// - Parameters:
    ///   - earliest: Items wait until then to be taken, unless half of the places are taken.
    ///   - pending: What they are put behind.
    func take(until deadline: Int64?, notBefore earliest: Int64 = .min, into pending: inout [Item]) -> Bool {
        condition.locked {
            while items.isEmpty, !isClosed, !isPoked {
                if !condition.wait(until: deadline) { break }
            }
            while !items.isEmpty, !isClosed, !isPoked, occupied < capacity / 2, ThreadCondition.now() < earliest {
                if !condition.wait(until: earliest) { break }
            }
            isPoked = false
            if pending.isEmpty {
                // Both arrays keep their memory.
                swap(&pending, &items)
            } else {
                pending.append(contentsOf: items)
                items.removeAll()
            }
            return isClosed
        }
    }

    /// Wakes the writer though there may be nothing to write.
    func poke() {
        condition.locked {
            isPoked = true
            condition.signal()
        }
    }

    /// Gives the places of written records free.
    func release(_ count: Int) {
        condition.locked { occupied -= count }
    }

    /// What was dropped since the last call.
    func takeGap() -> AuditGap? {
        condition.locked {
            defer { gap = nil }
            return gap
        }
    }

    /// Gives a gap back that couldn't be recorded.
    func giveBack(_ earlier: AuditGap) {
        condition.locked {
            gap = AuditGap(
                count: earlier.count + (gap?.count ?? 0),
                first: earlier.first,
                last: gap?.last ?? earlier.last
            )
        }
    }

    /// Lets no more in, and wakes the writer.
    func close() {
        condition.locked {
            isClosed = true
            condition.signal()
        }
    }

    /// How many records wait to be written, were not let in, and were dropped.
    var counts: (waiting: Int, refused: UInt64, dropped: UInt64) {
        condition.locked { (occupied, refused, dropped) }
    }
}
