/// Counts values of which there may be any number, in bounded memory.
///
/// As long as there are no more different values than it has room for, its counts are exact. Beyond that the rarest are
/// forgotten, and each count may be too low by at most ``uncertainty`` (the "lossy" way of Manku and Motwani).
public struct AuditTally {
    private struct Slot {
        var hash: UInt64
        var value: [UInt8]
        var count: Int
    }

    private let capacity: Int
    private var slots: [Slot] = []
    /// Open addressing: for each place the index of a slot and one, or 0.
    private var places: [UInt32]
    private var mask: Int
    /// By how much a count may be too low.
    public private(set) var uncertainty = 0

    /// Room for so many different values, at least 16.
    public init(capacity: Int = 65_536) {
        self.capacity = max(capacity, 16)
        places = [UInt32](repeating: 0, count: 1024)
        mask = 1023
    }

    /// Counts one more of a value.
    public mutating func count(_ value: UnsafeRawBufferPointer) {
        let hash = Self.hash(value)
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place] != 0 {
            let index = Int(places[place]) - 1
            if slots[index].hash == hash, slots[index].value.elementsEqual(value) {
                slots[index].count += 1
                return
            }
            place = (place + 1) & mask
        }
        if slots.count >= capacity { forgetTheRarest() }
        slots.append(Slot(hash: hash, value: Array(value), count: 1))
        if slots.count * 2 > places.count { resize() } else { enter(slots.count - 1) }
    }

    /// The most frequent values, as they are written in lines, with their counts; equal ones in the order of their
    /// bytes.
    public func top(_ count: Int) -> [(value: [UInt8], count: Int)] {
        let sorted = slots.sorted { first, second in
            first.count != second.count
                ? first.count > second.count : first.value.lexicographicallyPrecedes(second.value)
        }
        return sorted.prefix(count).map { ($0.value, $0.count) }
    }

    /// How many different values are remembered.
    public var distinct: Int { slots.count }

    private mutating func forgetTheRarest() {
        let counts = slots.map(\.count).sorted()
        let limit = counts[counts.count / 2]
        uncertainty += limit
        slots.removeAll { $0.count <= limit }
        resize()
    }

    private mutating func resize() {
        var size = 1024
        while size < slots.count * 4 { size *= 2 }
        places = [UInt32](repeating: 0, count: size)
        mask = size - 1
        for index in slots.indices { enter(index) }
    }

    private mutating func enter(_ index: Int) {
        var place = Int(truncatingIfNeeded: slots[index].hash) & mask
        while places[place] != 0 { place = (place + 1) & mask }
        places[place] = UInt32(index + 1)
    }

    /// Eight bytes at a time, multiplied and folded.
    private static func hash(_ value: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(value.count)
        var index = 0
        while index + 8 <= value.count {
            hash = mix(hash ^ value.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = 0
        while index < value.count {
            rest = rest << 8 | UInt64(value[index])
            index += 1
        }
        return mix(hash ^ rest)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
