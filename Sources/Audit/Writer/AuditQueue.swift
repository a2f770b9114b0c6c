/// A bounded queue from many threads to the writer thread.
///
/// A place in it is taken from the moment a record is appended until the writer has written it, so that the bound
/// covers what waits in the writer's hands for a full disk too.
final class AuditQueue: @unchecked Sendable {
    struct Item: Sendable {
        let event: AuditEvent
        /// When it was, in microseconds since 1970.
        let timeMicroseconds: Int64
        /// Nil once it was called.
        var completion: (@Sendable (AuditOutcome) -> Void)?
        /// The client was answered 503, for the record couldn't be written in time.
        var wasRetained = false
    }

    struct Taken {
        let items: [Item]
        /// Whether no more will come.
        let isClosed: Bool
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
        condition.locked {
            guard !isClosed, occupied < capacity else {
                guard dropsBeyondCapacity, !isClosed else {
                    refused += 1
                    return .refused
                }
                drop(item)
                return .dropped
            }
            occupied += 1
            items.append(item)
            if items.count == 1 { condition.signal() }
            return .queued
        }
    }

    /// Puts an item in that can be done without, unless half of the places are taken. False when it isn't let in, which
    /// isn't counted.
    func appendIfHalfEmpty(_ item: Item) -> Bool {
        condition.locked {
            guard !isClosed, occupied < capacity / 2 else { return false }
            occupied += 1
            items.append(item)
            if items.count == 1 { condition.signal() }
            return true
        }
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
    /// nil. It gives none when it was poked.
    ///
    /// - Parameter earliest: Items wait until then to be taken, unless half of the places are taken.
    func take(until deadline: Int64?, notBefore earliest: Int64 = .min) -> Taken {
        condition.locked {
            while items.isEmpty, !isClosed, !isPoked {
                if !condition.wait(until: deadline) { break }
            }
            while !items.isEmpty, !isClosed, !isPoked, occupied < capacity / 2, ThreadCondition.now() < earliest {
                if !condition.wait(until: earliest) { break }
            }
            defer {
                items = []
                isPoked = false
            }
            return Taken(items: items, isClosed: isClosed)
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
