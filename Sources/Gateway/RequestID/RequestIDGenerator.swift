/// Makes request ids: ULIDs, 26 characters of Crockford's base 32, of which the first ten are the time in milliseconds,
/// so that ids sort by time. The other 80 bits are random at first and count up within a millisecond.
///
/// Ids have to be unique, not secret. Pure: time and seed are given.
struct RequestIDGenerator {
    private var lastMilliseconds: UInt64 = 0
    private var randomHigh: UInt16 = 0
    private var randomLow: UInt64 = 0
    private var generator: SplitMix

    init(seed: UInt64) {
        generator = SplitMix(state: seed)
    }

    /// The next id at this wall-clock time in milliseconds since 1970.
    mutating func next(milliseconds: UInt64) -> RequestID {
        if milliseconds > lastMilliseconds {
            lastMilliseconds = milliseconds
            randomHigh = UInt16(truncatingIfNeeded: generator.next())
            randomLow = generator.next()
        } else {
            // Also when the clock goes back: ids never repeat.
            let (sum, overflow) = randomLow.addingReportingOverflow(1)
            randomLow = sum
            if overflow { randomHigh &+= 1 }
        }
        return RequestID(milliseconds: lastMilliseconds, high: randomHigh, low: randomLow)
    }
}

/// The id of one request: one that the client brought, if it was well-formed, or one of ours. Inline, at most 64 bytes.
struct RequestID {
    /// How long an id of a client may be.
    static let maximumLength = 64

    /// Of which the first ``count`` bytes are the id.
    private(set) var storage: InlineArray<64, UInt8>
    private(set) var count: Int

    private static let alphabet: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    fileprivate init(milliseconds: UInt64, high: UInt16, low: UInt64) {
        storage = InlineArray(repeating: 0)
        count = 26
        // 10 characters of time, then 16 of the 80 bits, most significant first.
        for index in 0..<10 {
            storage[index] = Self.digit(milliseconds >> UInt64(45 - 5 * index))
        }
        for index in 0..<16 {
            let shift = 75 - 5 * index
            let bits: UInt64
            if shift >= 64 {
                bits = UInt64(high) >> UInt64(shift - 64)
            } else {
                bits = (low >> UInt64(shift)) | (shift == 0 ? 0 : UInt64(high) << UInt64(64 - shift))
            }
            storage[10 + index] = Self.digit(bits)
        }
    }

    /// An id that a client brought, or nil when it is not of the form that may be kept: 1…64 letters, digits and
    /// `-._~+/=:@`.
    init?(_ bytes: Span<UInt8>) {
        guard 1...Self.maximumLength ~= bytes.count else { return nil }
        storage = InlineArray(repeating: 0)
        count = bytes.count
        for index in bytes.indices {
            guard Self.isAllowed(bytes[index]) else { return nil }
            storage[index] = bytes[index]
        }
    }

    var array: [UInt8] { (0..<count).map { storage[$0] } }

    @inline(__always)
    func append(to cursor: inout ByteCursor) {
        cursor.append(storage.span.extracting(0..<count))
    }

    private static func digit(_ value: UInt64) -> UInt8 {
        alphabet.utf8Start[Int(value & 31)]
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"),
            UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "@"):
            true
        default: false
        }
    }
}

/// A small, fast generator of well-spread numbers (Steele, Lea and Flood, 2014).
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
