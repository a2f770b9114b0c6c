import NIOCore

/// A connection that may be closed so that another has room. Loop-bound.
protocol Displaceable: AnyObject {
    /// Since when it has been without a request; nil while it has one.
    var idleSince: NIODeadline? { get }

    /// Closes it, unless a request is just coming in. Returns whether it did.
    func giveWay() -> Bool
}

/// Finds the connections that have been without a request for the longest time.
///
/// It looks at all of them at once and remembers the oldest, so that finding many of them one by one costs little more
/// than finding one. What it remembers stays true: whatever turns idle later has been so for a shorter time.
struct LongestIdle {
    private struct Entry {
        let since: NIODeadline
        let connection: any Displaceable
    }

    private static let remembered = 256

    /// The oldest last.
    private var known: [Entry] = []

    /// Since when the oldest have been idle, the oldest first; only those that were so before a time.
    ///
    /// - Parameter each: Calls what it is given with every connection there is.
    mutating func times(
        _ count: Int,
        before limit: NIODeadline,
        of each: ((any Displaceable) -> Void) -> Void
    ) -> [NIODeadline] {
        refresh(count, each)
        return known.suffix(count).reversed().map(\.since).filter { $0 < limit }
    }

    /// Has the oldest give way. Returns how many did.
    mutating func displace(
        _ count: Int,
        before limit: NIODeadline,
        of each: ((any Displaceable) -> Void) -> Void
    ) -> Int {
        refresh(count, each)
        var displaced = 0
        while displaced < count, let oldest = known.last, oldest.since < limit {
            known.removeLast()
            if oldest.connection.giveWay() { displaced += 1 }
        }
        return displaced
    }

    private mutating func refresh(_ count: Int, _ each: ((any Displaceable) -> Void) -> Void) {
        known.removeAll { $0.connection.idleSince != $0.since }
        guard known.count < count else { return }
        var found: [Entry] = []
        each { connection in
            guard let since = connection.idleSince else { return }
            found.append(Entry(since: since, connection: connection))
            if found.count >= 4 * Self.remembered { Self.keepOldest(&found) }
        }
        Self.keepOldest(&found)
        known = found.reversed()
    }

    private static func keepOldest(_ entries: inout [Entry]) {
        entries.sort { $0.since < $1.since }
        if entries.count > remembered { entries.removeLast(entries.count - remembered) }
    }
}
