/// A set of ASCII bytes as two words of bits, so that a membership test is a shift and needs no table in memory.
struct ByteSet {
    let low: UInt64
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && (word >> UInt64(byte & 63)) & 1 != 0
    }

    /// tchar, RFC 9110 §5.6.2.
    @inline(__always)
    static var token: ByteSet { ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

    /// Letters, digits and "-", of which nearly all names of fields are.
    @inline(__always)
    static var commonName: ByteSet { ByteSet(low: 0x03FF_2000_0000_0000, high: 0x07FF_FFFE_07FF_FFFE) }

    /// unreserved, RFC 3986 §2.3.
    @inline(__always)
    static var unreserved: ByteSet { ByteSet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// pchar and "/" (RFC 3986 §3.3) without ";" and "%", which have rules of their own, and with "[", "]", "|" and
    /// "^", which clients send as they are.
    @inline(__always)
    static var path: ByteSet { ByteSet(low: 0x27FF_FFD2_0000_0000, high: 0x57FF_FFFE_EFFF_FFFF) }

    /// VCHAR without "#".
    @inline(__always)
    static var query: ByteSet { ByteSet(low: 0xFFFF_FFF6_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF) }
}

extension UInt8 {
    /// Whether it is an unreserved character, which is the same with and without percent-encoding (RFC 3986 §2.3).
    package var isUnreserved: Bool { ByteSet.unreserved.contains(self) }
}
