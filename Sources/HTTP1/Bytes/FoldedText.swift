/// A text of up to 16 bytes in lower case, as two words that are compared instead of its bytes.
///
/// Texts of 8 bytes and more are told by their first and their last 8 bytes, which overlap; shorter ones by the first
/// word alone. The length is not part of it: only texts of the same length may be compared.
struct FoldedText: Equatable {
    private let first: UInt64
    private let last: UInt64

    static let maximumLength = 16

    /// A text known when this is compiled, in lower case, 1...16 bytes.
    @inline(__always)
    init(_ lowercase: StaticString) {
        let count = lowercase.utf8CodeUnitCount
        let text = UnsafeRawPointer(lowercase.utf8Start)
        if count >= 8 {
            first = UInt64(littleEndian: text.loadUnaligned(as: UInt64.self))
            last = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        } else {
            var word: UInt64 = 0
            for index in 0..<count { word |= UInt64(lowercase.utf8Start[index]) << UInt64(8 &* index) }
            first = word
            last = 0
        }
    }

    /// The bytes in `start..<end`, 1...16 of them, with ASCII capitals taken for small letters.
    @inline(__always)
    init(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) {
        precondition(start >= 0 && start < end && end <= bytes.count && end &- start <= Self.maximumLength)
        let raw = bytes.bytes
        if end &- start >= 8 {
            first = Self.lowercased(raw.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self))
            last = Self.lowercased(raw.unsafeLoadUnaligned(fromUncheckedByteOffset: end &- 8, as: UInt64.self))
            return
        }
        last = 0
        if start &+ 8 <= bytes.count {
            let word = Self.lowercased(raw.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self))
            first = word & ((1 << UInt64(8 &* (end &- start))) &- 1)
        } else {
            var word: UInt64 = 0
            for index in start..<end { word |= UInt64(bytes[index]) << UInt64(8 &* (index &- start)) }
            first = Self.lowercased(word)
        }
    }

    /// Eight bytes with 0x20 added to those from `A` to `Z` and no others.
    @inline(__always)
    private static func lowercased(_ bytes: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let word = UInt64(littleEndian: bytes)
        let low = word & (ones &* 0x7F)
        // The high bit of a byte is set by the first sum from `A` on, by the second from behind `Z` on.
        let fromA = low &+ ones &* (0x80 &- 0x41)
        let behindZ = low &+ ones &* (0x7F &- 0x5A)
        let capitals = (fromA ^ behindZ) & ~word & (ones &* 0x80)
        return word | capitals >> 2
    }
}
