/// Finds a key in a text in any of its spellings: letters of either case, bytes percent-encoded, encodings encoded
/// again.
///
/// A text that takes too long to search, because beginnings of the key stand all over it, isn't searched to its end:
/// whoever asks then leaves all of it out.
struct KeySpelling {
    /// How many bytes may still be compared.
    private var steps: Int

    /// An encoding within the digits of an encoding, and so on, is resolved so deep.
    private static let deepest = 4

    /// A search of a text of so many bytes.
    init(textCount: Int) {
        steps = 1024 + 16 * textCount
    }

    enum Found: Equatable {
        case nothing
        case key(Range<Int>)
        case tooMuch
    }

    /// Looks for the first place at which a key stands, of at least one byte.
    ///
    /// - Parameter hasEncodings: The key may have encodings itself, so that other spellings of it may be shorter.
    mutating func first(_ key: Span<UInt8>, hasEncodings: Bool, in text: Span<UInt8>, from start: Int) -> Found {
        let lastStart = text.count &- (hasEncodings ? 1 : key.count)
        guard start <= lastStart else { return .nothing }
        let first = Self.folded(Self.unit(key, 0).byte)
        let second = key.count > 1 && !Self.mayEncode(key[0]) && !Self.mayEncode(key[1]) ? Self.folded(key[1]) : nil
        var index = start
        while index <= lastStart {
            let byte = text[index]
            let next = index &+ 1
            // Most bytes are neither; and of those that are like the first, most are before another than the second.
            let mayStand = Self.mayEncode(byte) || Self.folded(byte) == first && Self.mayGoOn(text, next, second)
            if mayStand {
                if let end = end(of: key, in: text, at: index) { return .key(index..<end) }
                if steps < 0 { return .tooMuch }
            }
            index = next
        }
        return .nothing
    }

    @inline(__always)
    private static func mayGoOn(_ text: Span<UInt8>, _ index: Int, _ wanted: UInt8?) -> Bool {
        guard let wanted else { return true }
        return index < text.count && (mayEncode(text[index]) || folded(text[index]) == wanted)
    }

    @inline(__always)
    private static func mayEncode(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "%") }

    /// The end of a key that begins at an index, in whatever spelling.
    private mutating func end(of key: Span<UInt8>, in text: Span<UInt8>, at start: Int) -> Int? {
        var (index, place) = (start, 0)
        while place < key.count {
            guard index < text.count else { return nil }
            steps -= 1
            guard steps >= 0 else { return nil }
            let (wanted, nextPlace) = Self.unit(key, place)
            let (found, nextIndex) = Self.unit(text, index)
            guard Self.folded(wanted) == Self.folded(found) else { return nil }
            steps -= nextIndex - index
            (index, place) = (nextIndex, nextPlace)
        }
        return index
    }

    /// The byte that stands at an index once its percent-encodings are resolved (RFC 3986 §2.1), and where the next
    /// begins.
    static func unit(_ text: Span<UInt8>, _ index: Int, depth: Int = 0) -> (byte: UInt8, next: Int) {
        var (byte, next) = (text[index], index + 1)
        while byte == UInt8(ascii: "%"), next < text.count, depth < deepest {
            let high = unit(text, next, depth: depth + 1)
            guard let highDigit = digit(high.byte), high.next < text.count else { break }
            let low = unit(text, high.next, depth: depth + 1)
            guard let lowDigit = digit(low.byte) else { break }
            (byte, next) = (highDigit << 4 | lowDigit, low.next)
        }
        return (byte, next)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    @inline(__always)
    private static func folded(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
