/// The literal children of all nodes of a ``RouteTrie`` in one open-addressing hash table, at most half full, keyed by
/// the node and the bytes of the segment. The table holds only what the route file says, so no request can lengthen
/// its chains.
struct LiteralChildren: Sendable {
    private struct Slot: Sendable {
        var parent = RouteTrie.none
        var child = RouteTrie.none
        var hash: UInt32 = 0
        var start: Int32 = 0
        var count: Int32 = 0
    }

    private let slots: [Slot]
    private let bytes: [UInt8]

    init(_ edges: [RouteTrieBuilder.Edge]) {
        var capacity = 8
        while capacity < edges.count * 2 { capacity *= 2 }
        var slots = [Slot](repeating: Slot(), count: capacity)
        var bytes: [UInt8] = []
        for edge in edges {
            let hash = Self.hash(edge.parent, edge.segment.span, 0, edge.segment.count)
            var index = Int(hash) & (capacity - 1)
            while slots[index].parent != RouteTrie.none { index = (index + 1) & (capacity - 1) }
            slots[index] = Slot(
                parent: edge.parent,
                child: edge.child,
                hash: hash,
                start: Int32(bytes.count),
                count: Int32(edge.segment.count)
            )
            bytes += edge.segment
        }
        self.slots = slots
        self.bytes = bytes
    }

    /// The child of a node for the segment `path[start..<end]`, or ``RouteTrie/none``.
    func child(of parent: Int32, _ path: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
        let hash = Self.hash(parent, path, start, end)
        let mask = slots.count - 1
        var index = Int(hash) & mask
        while true {
            let slot = slots[index]
            if slot.parent == RouteTrie.none { return RouteTrie.none }
            if slot.hash == hash, slot.parent == parent, isEqual(slot, path, start, end) { return slot.child }
            index = (index + 1) & mask
        }
    }

    private func isEqual(_ slot: Slot, _ path: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard Int(slot.count) == end - start else { return false }
        for offset in 0..<(end - start) where bytes[Int(slot.start) + offset] != path[start + offset] { return false }
        return true
    }

    // FNV-1a, with the node mixed in first.

    @inline(__always)
    private static func hash(_ parent: Int32, _ path: Span<UInt8>, _ start: Int, _ end: Int) -> UInt32 {
        var hash = Self.start(parent)
        for index in start..<end { hash = mix(hash, path[index]) }
        return finish(hash)
    }

    @inline(__always)
    private static func start(_ parent: Int32) -> UInt64 {
        (0xcbf2_9ce4_8422_2325 ^ UInt64(UInt32(bitPattern: parent))) &* 0x0000_0100_0000_01b3
    }

    @inline(__always)
    private static func mix(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

    @inline(__always)
    private static func finish(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash ^ hash >> 32) }
}
