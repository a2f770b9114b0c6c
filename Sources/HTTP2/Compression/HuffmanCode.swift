/// The Huffman code of field sections (RFC 7541 §5.2, Appendix B).
enum HuffmanCode {
    enum Fault: Error { case malformed }

    /// How many bits each byte's code has, and that of the end of the string behind them. The code is canonical: codes
    /// of one length follow each other in the order of their bytes, so the lengths say all.
    private static let lengths: [UInt8] = [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
        28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
        7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21,
        23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24,
        21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
    ]
    private static let end = 256
    static let longest = 30

    private struct Tables {
        var codes = [UInt32](repeating: 0, count: 257)
        /// The symbols by length, and by code within one.
        var symbols: [UInt16] = []
        /// By length: the first code, shifted to the top of 32 bits; the code past the last one likewise; and where its
        /// symbols begin.
        var first = [UInt64](repeating: 0, count: longest + 1)
        var limit = [UInt64](repeating: 0, count: longest + 1)
        var offset = [Int](repeating: 0, count: longest + 1)
        /// By the next 8 bits: a symbol and its length, for the codes that are no longer.
        var short = [(symbol: UInt8, length: UInt8)](repeating: (0, 0), count: 256)

        init() {
            var code: UInt64 = 0
            for length in 1...longest {
                code <<= 1
                first[length] = code << UInt64(32 - length)
                offset[length] = symbols.count
                for symbol in lengths.indices where Int(lengths[symbol]) == length {
                    codes[symbol] = UInt32(code)
                    symbols.append(UInt16(symbol))
                    if length <= 8 {
                        let start = Int(code) << (8 - length)
                        for index in start..<start + (1 << (8 - length)) {
                            short[index] = (UInt8(symbol), UInt8(length))
                        }
                    }
                    code += 1
                }
                limit[length] = code << UInt64(32 - length)
            }
        }

        /// The symbol at the top of 32 bits, and the length of its code.
        func symbol(_ next: UInt64) -> (symbol: Int, length: Int) {
            let found = short[Int(next >> 24)]
            if found.length > 0 { return (Int(found.symbol), Int(found.length)) }
            var length = 9
            while length < longest, next >= limit[length] { length += 1 }
            let index = offset[length] + Int((next - first[length]) >> UInt64(32 - length))
            return (Int(symbols[index]), length)
        }
    }

    private static let tables = Tables()

    /// The length of some bytes in the code.
    static func encodedLength(of bytes: Span<UInt8>) -> Int {
        let lengths = lengths
        var bits = 0
        for index in bytes.indices { bits += Int(lengths[Int(bytes[index])]) }
        return (bits + 7) / 8
    }

    /// Appends bytes in the code.
    static func encode(_ bytes: Span<UInt8>, to out: inout [UInt8]) {
        let codes = tables.codes
        let lengths = lengths
        var window: UInt64 = 0
        var count = 0
        for index in bytes.indices {
            let byte = Int(bytes[index])
            let length = Int(lengths[byte])
            window = window << UInt64(length) | UInt64(codes[byte])
            count += length
            while count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: window >> UInt64(count)))
            }
        }
        if count > 0 {
            // The rest of the last byte is filled with the beginning of the code of the end: ones.
            out.append(UInt8(truncatingIfNeeded: window << UInt64(8 - count)) | UInt8(0xFF >> count))
        }
    }

    /// Appends the bytes that some bytes in the code are.
    static func decode(_ bytes: Span<UInt8>, to out: inout [UInt8]) throws(Fault) {
        let tables = tables
        var window: UInt64 = 0
        var count = 0
        var index = 0
        while true {
            while count <= 56, index < bytes.count {
                window = window << 8 | UInt64(bytes[index])
                count += 8
                index += 1
            }
            guard count > 0 else { return }
            // The next 32 bits, with ones behind the last.
            let missing = UInt64(max(0, 32 - count))
            let kept = count < 32 ? window << missing | (1 << missing - 1) : window >> UInt64(count - 32)
            let next = kept & 0xFFFF_FFFF
            let (symbol, length) = tables.symbol(next)
            guard length <= count else {
                // Padding is shorter than a byte, and all ones.
                guard count < 8, next == 0xFFFF_FFFF else { throw .malformed }
                return
            }
            guard symbol != end else { throw .malformed }
            out.append(UInt8(truncatingIfNeeded: symbol))
            count -= length
        }
    }
}
