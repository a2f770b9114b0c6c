import HTTP1
import Testing

/// Tries each of the 256 bytes at each kind of place and compares with the grammar's own words.
@Suite struct ByteClassTests {
    private static let alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    /// RFC 9110 §5.6.2.
    private static let token = Set((alphanumeric + "!#$%&'*+-.^_`|~").utf8)
    /// RFC 3986 §2.3.
    private static let unreserved = Set((alphanumeric + "-._~").utf8)
    /// RFC 3986 §3.3, without `;` and `%`, and with what clients send as it is.
    private static let path = Set((alphanumeric + "-._~!$&'()*+,=:@/[]|^").utf8)
    /// VCHAR (RFC 5234 Appendix B.1) without `#`.
    private static let query = Set(0x21...0x7E).subtracting(Set("#".utf8))

    private static func accepts(_ text: String, _ byte: UInt8) -> Bool {
        if case .complete = requestOutcome(wire(text, byte: byte)) { return true }
        return false
    }

    @Test(arguments: UInt8.min...UInt8.max) func eachByte(_ byte: UInt8) {
        let method = Self.accepts("G\u{1A}T / HTTP/1.1\r\nHost: a\r\n\r\n", byte)
        #expect(method == Self.token.contains(byte))
        let path = Self.accepts("GET /a\u{1A}b HTTP/1.1\r\nHost: a\r\n\r\n", byte)
        #expect(path == (Self.path.contains(byte) || byte == UInt8(ascii: "?")))
        let query = Self.accepts("GET /?a\u{1A}b HTTP/1.1\r\nHost: a\r\n\r\n", byte)
        #expect(query == Self.query.contains(byte))
        let name = Self.accepts("GET / HTTP/1.1\r\nHost: a\r\nX\u{1A}Y: a\r\n\r\n", byte)
        #expect(name == (Self.token.contains(byte) || byte == UInt8(ascii: ":")))
        let value = Self.accepts("GET / HTTP/1.1\r\nHost: a\r\nX: 01234567a\u{1A}b7654321\r\n\r\n", byte)
        #expect(value == (byte == 0x09 || byte >= 0x20 && byte != 0x7F))
        let host = Self.accepts("GET / HTTP/1.1\r\nHost: a\u{1A}b\r\n\r\n", byte)
        #expect(host == Self.unreserved.contains(byte))
    }

    @Test(arguments: UInt8.min...UInt8.max) func eachPercentEncodingInAPath(_ byte: UInt8) {
        let allowed = !Set(".\\".utf8).contains(byte) && 0x20..<0x7F ~= byte
        for digits in ["0123456789abcdef", "0123456789ABCDEF"].map({ Array($0.utf8) }) {
            let encoded = [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            #expect(RequestTarget.isValid(wire("/a") + encoded + wire("b")) == allowed)
            #expect(RequestTarget.isValid(wire("/a?") + encoded))
        }
    }

    /// A whole word's worth of positions, since values are scanned eight bytes at a time.
    @Test(arguments: 0..<24) func controlsAreSeenAtEveryPosition(_ position: Int) {
        for byte: UInt8 in [0x00, 0x01, 0x08, 0x09, 0x0A, 0x0B, 0x0D, 0x1F, 0x20, 0x7E, 0x7F, 0x80, 0x9F, 0xFF] {
            for filler: UInt8 in [0x20, 0x61, 0x7E, 0x80, 0xFF] {
                var value = [UInt8](repeating: filler, count: 24)
                value[position] = byte
                let bytes = wire("GET / HTTP/1.1\r\nHost: a\r\nX: x") + value + wire("x\r\n\r\n")
                let isComplete: Bool
                if case .complete = requestOutcome(bytes) { isComplete = true } else { isComplete = false }
                #expect(isComplete == (byte == 0x09 || byte >= 0x20 && byte != 0x7F), "\(byte) in \(filler)")
            }
        }
    }
}
