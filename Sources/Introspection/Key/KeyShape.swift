/// What every key that the issuer makes looks like, so that others are refused without asking about them.
public struct KeyShape: Hashable, Sendable {
    /// A checksum that ends a key. It covers what lies between the key's prefix and the checksum itself, and is CRC-32
    /// as in IEEE 802.3, with which secret scanners can tell keys from accidents.
    public enum Checksum: String, CaseIterable, Sendable {
        /// Six digits to the base 62 (0-9, A-Z, a-z), with leading zeros.
        case crc32Base62 = "crc32-base62"
        /// Eight digits to the base 16, in lower case.
        case crc32Hex = "crc32-hex"

        /// How many characters it takes.
        public var length: Int {
            switch self {
            case .crc32Base62: 6
            case .crc32Hex: 8
            }
        }

        private var digits: StaticString {
            switch self {
            case .crc32Base62: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            case .crc32Hex: "0123456789abcdef"
            }
        }

        /// Whether the characters from `start` on are the checksum of those in `covered`.
        fileprivate func matches(_ key: Span<UInt8>, covered: Range<Int>) -> Bool {
            var rest = CRC32.checksum(key.extracting(covered))
            let base = UInt32(digits.utf8CodeUnitCount)
            for index in stride(from: key.count - 1, through: covered.upperBound, by: -1) {
                guard key[index] == digits.utf8Start[Int(rest % base)] else { return false }
                rest /= base
            }
            return rest == 0
        }
    }

    /// What keys begin with: one of these; empty for anything.
    public var prefixes: [[UInt8]]
    /// How many characters keys have, prefix and checksum included: 1…4096.
    public var length: ClosedRange<Int>
    /// What keys end with; nil for anything.
    public var checksum: Checksum?

    /// A shape; left out, it is that of all keys.
    public init(
        prefixes: [[UInt8]] = [],
        length: ClosedRange<Int> = 1...KeySyntax.maximumLength,
        checksum: Checksum? = nil
    ) {
        self.prefixes = prefixes
        self.length = length
        self.checksum = checksum
    }

    /// Whether a key may be one of the issuer's.
    public func accepts(_ key: Span<UInt8>) -> Bool {
        guard length.contains(key.count), let prefixLength = prefixLength(of: key) else { return false }
        guard let checksum else { return true }
        let end = key.count - checksum.length
        return end >= prefixLength && checksum.matches(key, covered: prefixLength..<end)
    }

    private func prefixLength(of key: Span<UInt8>) -> Int? {
        guard !prefixes.isEmpty else { return 0 }
        var longest: Int?
        for prefix in prefixes where prefix.count > longest ?? -1 && Self.begins(key, with: prefix) {
            longest = prefix.count
        }
        return longest
    }

    private static func begins(_ key: Span<UInt8>, with prefix: [UInt8]) -> Bool {
        guard key.count >= prefix.count else { return false }
        for index in prefix.indices where key[index] != prefix[index] { return false }
        return true
    }
}

/// CRC-32 of IEEE 802.3: polynomial 0x04C11DB7, reflected, all ones at both ends.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        var value = UInt32.max
        for index in 0..<bytes.count {
            value = value >> 8 ^ table[Int((value ^ UInt32(bytes[index])) & 0xFF)]
        }
        return ~value
    }
}
