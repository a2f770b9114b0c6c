/// A 256-bit digest: the output of SHA-256 or of HMAC-SHA-256.
///
/// It is four words rather than an array, so that it is compared, hashed and copied without an allocation.
/// `==` does not run in constant time; what is compared with a secret must not be compared with it.
public struct Digest256: Hashable, Sendable {
    /// Bytes 0 to 7, the first of them in the highest bits. The other words follow in order.
    public let word0: UInt64
    /// Bytes 8 to 15.
    public let word1: UInt64
    /// Bytes 16 to 23.
    public let word2: UInt64
    /// Bytes 24 to 31.
    public let word3: UInt64

    /// A digest from its four big-endian words.
    public init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// The 32 bytes of the digest.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for (index, word) in [word0, word1, word2, word3].enumerated() {
                for byte in 0..<8 {
                    buffer.initializeElement(
                        at: index * 8 + byte,
                        to: UInt8(truncatingIfNeeded: word >> (56 - byte * 8))
                    )
                }
            }
            count = 32
        }
    }

    /// All 64 lowercase hexadecimal digits.
    public var hex: String {
        Self.hexDigits(of: [word0, word1, word2, word3])
    }

    /// The first 16 lowercase hexadecimal digits: 64 bits, enough to tell the keys of one operator apart.
    public var hexPrefix16: String {
        Self.hexDigits(of: [word0])
    }

    /// The 16 lowercase hexadecimal digits of a word, in two words that have them as they belong in memory.
    public static func hexDigits(of word: UInt64) -> (UInt64, UInt64) {
        (hexDigits(of: UInt32(truncatingIfNeeded: word >> 32)), hexDigits(of: UInt32(truncatingIfNeeded: word)))
    }

    /// All eight digits at once, each in a byte of the word.
    @inline(__always)
    private static func hexDigits(of half: UInt32) -> UInt64 {
        var values = UInt64(half)
        values = (values | values << 16) & 0x0000_FFFF_0000_FFFF
        values = (values | values << 8) & 0x00FF_00FF_00FF_00FF
        values = (values | values << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let ones: UInt64 = 0x0101_0101_0101_0101
        // A value beyond nine carries into the upper half of its byte.
        let letters = (values &+ ones &* 6) >> 4 & ones
        let digits = values &+ ones &* UInt64(UInt8(ascii: "0"))
        return (digits &+ letters &* UInt64(UInt8(ascii: "a") - UInt8(ascii: "0") - 10)).bigEndian
    }

    private static func hexDigits(of words: [UInt64]) -> String {
        String(unsafeUninitializedCapacity: words.count * 16) { buffer in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            for (index, word) in words.enumerated() {
                let (first, last) = hexDigits(of: word)
                bytes.storeBytes(of: first, toByteOffset: index * 16, as: UInt64.self)
                bytes.storeBytes(of: last, toByteOffset: index * 16 + 8, as: UInt64.self)
            }
            return bytes.count
        }
    }
}

extension Digest256: CustomStringConvertible {
    /// The same as ``hex``.
    public var description: String { hex }
}
