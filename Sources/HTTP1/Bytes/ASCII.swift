/// Byte constants and comparisons for ASCII protocol text.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let hash: UInt8 = 0x23
    static let percent: UInt8 = 0x25
    static let asterisk: UInt8 = 0x2A
    static let comma: UInt8 = 0x2C
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let question: UInt8 = 0x3F
    static let at: UInt8 = 0x40
    static let openBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closeBracket: UInt8 = 0x5D
    static let underscore: UInt8 = 0x5F
    static let delete: UInt8 = 0x7F

    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }

    @inline(__always)
    static func isWhitespace(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// The value of one hexadecimal digit of either case, or `nil`.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- zero }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// The offset of the first such byte in `start..<end`, or `end`.
    @inline(__always)
    static func first(_ byte: UInt8, in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= bytes.count)
        let raw = bytes.bytes
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = start
        while index &+ 8 <= end {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
            // A byte that is zero now was the one; a borrow can only mark bytes above the first of them.
            let difference = word ^ (ones &* UInt64(byte))
            let hits = (difference &- ones) & ~difference & (ones &* 0x80)
            if hits != 0 { return index &+ hits.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < end, bytes[unchecked: index] != byte { index &+= 1 }
        return index
    }

    /// Whether `bytes` from `start` on begins with `text`, to the byte.
    @inline(__always)
    static func hasPrefix(_ bytes: Span<UInt8>, at start: Int, end: Int, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard start >= 0, end <= bytes.count, end &- start >= count else { return false }
        return text.withUTF8Buffer { expected in
            for index in 0..<count where bytes[unchecked: start &+ index] != expected[index] { return false }
            return true
        }
    }

    /// Whether `bytes` from `start` on begins with `lowercase`, without regard to ASCII case.
    @inline(__always)
    static func hasPrefix(_ bytes: Span<UInt8>, at start: Int, end: Int, ignoringCase lowercase: StaticString) -> Bool {
        let count = lowercase.utf8CodeUnitCount
        guard start >= 0, end <= bytes.count, end &- start >= count else { return false }
        return lowercase.withUTF8Buffer { expected in
            for index in 0..<count where lowercased(bytes[unchecked: start &+ index]) != expected[index] {
                return false
            }
            return true
        }
    }

    /// Whether the bytes in `start..<end` are `lowercase`, without regard to ASCII case.
    @inline(__always)
    static func equals(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, ignoringCase lowercase: StaticString) -> Bool {
        end &- start == lowercase.utf8CodeUnitCount
            && hasPrefix(bytes, at: start, end: end, ignoringCase: lowercase)
    }

    /// Whether two stretches of one span are equal without regard to ASCII case.
    static func equals(_ bytes: Span<UInt8>, _ first: ByteRange, _ second: ByteRange) -> Bool {
        guard first.count == second.count else { return false }
        let (left, right) = (Int(first.start), Int(second.start))
        for index in 0..<first.count where lowercased(bytes[left + index]) != lowercased(bytes[right + index]) {
            return false
        }
        return true
    }
}
