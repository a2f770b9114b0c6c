/// The bytes that libFuzzer gave.
///
/// Parsers get them in memory of exactly their size, so that AddressSanitizer sees a read of one byte too many.
public struct FuzzInput {
    /// The bytes.
    public let bytes: [UInt8]

    /// Takes over what libFuzzer gave.
    public init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        bytes = Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// An input that was made here.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The beginning of the input, in memory of exactly its size.
    public func prefix(_ count: Int) -> [UInt8] { Array(bytes[..<count]) }

    /// Ways to cut the input into pieces, as the offsets at which pieces end: into single bytes when it is short, and
    /// at a few places that only the input decides, so that a finding repeats.
    public var cuts: [[Int]] {
        var random = SplitMix64(seed: hash)
        let places = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            Int.random(in: 0...bytes.count, using: &random)
        }
        let few = places.sorted() + [bytes.count]
        return bytes.count <= Self.longestForSingleBytes ? [few, Array(0...bytes.count)] : [few]
    }

    /// A hash of the input (FNV-1a), the same in every process.
    public var hash: UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    private static let longestForSingleBytes = 192
}

/// A small generator whose numbers only its seed decides (Steele, Lea, Flood 2014).
public struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    /// A generator that begins at `seed`.
    public init(seed: UInt64) { state = seed }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
