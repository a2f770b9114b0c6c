/// A table of bounded size that drops what was used longest ago. Every operation is O(1), but for the growth of its
/// arrays.
///
/// Entries lie in one array, linked by index in the order of their use, and are found through an open-addressing index
/// with linear probing. A freed place is used again before the array grows.
struct LRUTable {
    struct Entry {
        var digest: KeyDigest
        /// Nil for a key that is not active.
        var grant: Grant?
        /// From this monotonic nanosecond on, the grant has expired by `exp`, whatever the wall clock says.
        var expiry: Int64
        /// From this monotonic nanosecond on, the entry is out of date.
        var deadline: Int64
        /// Whether somebody has been told to ask about the key again before the deadline.
        var isRefreshing = false
        fileprivate var newer = none
        /// The next older entry, or the next free place.
        fileprivate var older = none

        init(digest: KeyDigest, grant: Grant?, expiry: Int64, deadline: Int64) {
            self.digest = digest
            self.grant = grant
            self.expiry = expiry
            self.deadline = deadline
        }
    }

    let capacity: Int
    private(set) var count = 0
    private var entries: [Entry] = []
    private var newest = none
    private var oldest = none
    private var firstFree = none
    /// For each hash value the index of an entry plus one, or zero. Its length is a power of two, at least twice the
    /// count.
    private var slots: [UInt32] = []

    fileprivate static let none = UInt32.max
    private static let maximumCapacity = Int(UInt32.max) / 4

    /// An empty table for at most `capacity` entries. Memory is taken as it fills.
    init(capacity: Int) {
        self.capacity = min(max(capacity, 0), Self.maximumCapacity)
    }

    /// The index of the entry of a key, good until the next change.
    func find(_ digest: KeyDigest) -> UInt32? {
        guard let slot = slot(of: digest) else { return nil }
        return slots[slot] - 1
    }

    /// The entry at an index that ``find(_:)`` gave.
    subscript(index: UInt32) -> Entry { entries[Int(index)] }

    /// Marks the entry at an index that ``find(_:)`` gave as being asked about again.
    mutating func markRefreshing(_ index: UInt32) {
        entries[Int(index)].isRefreshing = true
    }

    /// How many places there are, free ones included; entries stand at the indices below it.
    var placeCount: Int { entries.count }

    /// Takes out the entries in a range of places whose grants satisfy a condition. Returns how many.
    mutating func removeAll(in places: Range<Int>, where matches: (Grant) -> Bool) -> Int {
        var removed = 0
        for place in places.clamped(to: 0..<entries.count) {
            // A free place has no grant.
            guard let grant = entries[place].grant, matches(grant) else { continue }
            removed += remove(entries[place].digest) ? 1 : 0
        }
        return removed
    }

    /// Makes an entry the one used last.
    mutating func touch(_ index: UInt32) {
        guard index != newest else { return }
        unlink(index)
        linkAsNewest(index)
    }

    /// Puts an entry in, in the place of the one of that key if there is one. Returns whether another was dropped for
    /// it.
    mutating func store(_ entry: Entry) -> Bool {
        guard capacity > 0 else { return false }
        if let index = find(entry.digest) {
            unlink(index)
            entries[Int(index)] = entry
            linkAsNewest(index)
            return false
        }
        let evicts = count == capacity
        if evicts {
            remove(entries[Int(oldest)].digest)
        }
        let index = place(entry)
        linkAsNewest(index)
        count += 1
        if count * 2 > slots.count {
            growSlots()
        } else {
            fillSlot(for: index)
        }
        return evicts
    }

    /// Takes the entry of a key out. Returns whether there was one.
    @discardableResult
    mutating func remove(_ digest: KeyDigest) -> Bool {
        guard let slot = slot(of: digest) else { return false }
        let index = slots[slot] - 1
        emptySlot(slot)
        unlink(index)
        entries[Int(index)].grant = nil
        entries[Int(index)].older = firstFree
        firstFree = index
        count -= 1
        return true
    }

    /// Takes all entries out and gives their memory back.
    mutating func removeAll() {
        self = LRUTable(capacity: capacity)
    }

    // MARK: Order of use

    private mutating func unlink(_ index: UInt32) {
        let entry = entries[Int(index)]
        if entry.newer == Self.none {
            newest = entry.older
        } else {
            entries[Int(entry.newer)].older = entry.older
        }
        if entry.older == Self.none {
            oldest = entry.newer
        } else {
            entries[Int(entry.older)].newer = entry.newer
        }
    }

    private mutating func linkAsNewest(_ index: UInt32) {
        entries[Int(index)].newer = Self.none
        entries[Int(index)].older = newest
        if newest == Self.none {
            oldest = index
        } else {
            entries[Int(newest)].newer = index
        }
        newest = index
    }

    private mutating func place(_ entry: Entry) -> UInt32 {
        guard firstFree != Self.none else {
            entries.append(entry)
            return UInt32(entries.count - 1)
        }
        let index = firstFree
        firstFree = entries[Int(index)].older
        entries[Int(index)] = entry
        return index
    }

    // MARK: Index

    private func home(of digest: KeyDigest) -> Int {
        // The first word chooses the shard, so the second is used here.
        Int(truncatingIfNeeded: digest.word1) & (slots.count - 1)
    }

    private func slot(of digest: KeyDigest) -> Int? {
        guard !slots.isEmpty else { return nil }
        var slot = home(of: digest)
        while slots[slot] != 0 {
            if entries[Int(slots[slot] - 1)].digest == digest { return slot }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func fillSlot(for index: UInt32) {
        var slot = home(of: entries[Int(index)].digest)
        while slots[slot] != 0 {
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = index + 1
    }

    /// Empties a slot and moves what follows it back, so that no search stops at the gap.
    private mutating func emptySlot(_ emptied: Int) {
        let mask = slots.count - 1
        var gap = emptied
        var slot = (gap + 1) & mask
        while slots[slot] != 0 {
            let home = home(of: entries[Int(slots[slot] - 1)].digest)
            // An entry may move to the gap if the gap lies between its home and its slot.
            if (slot - home) & mask >= (slot - gap) & mask {
                slots[gap] = slots[slot]
                gap = slot
            }
            slot = (slot + 1) & mask
        }
        slots[gap] = 0
    }

    private mutating func growSlots() {
        slots = [UInt32](repeating: 0, count: max(16, slots.count * 2))
        var index = newest
        while index != Self.none {
            fillSlot(for: index)
            index = entries[Int(index)].older
        }
    }
}
