import Testing

@testable import HTTP2

@Suite("The Huffman code")
struct HuffmanCodeTests {
    /// From RFC 7541, Appendix C.
    @Test(arguments: [
        ("www.example.com", "f1e3c2e5f23a6ba0ab90f4ff"), ("no-cache", "a8eb10649cbf"),
        ("custom-key", "25a849e95ba97d7f"),
        ("custom-value", "25a849e95bb8e8b4bf"), ("302", "6402"), ("private", "aec3771a4b"),
        ("Mon, 21 Oct 2013 20:13:21 GMT", "d07abe941054d444a8200595040b8166e082a62d1bff"),
        ("https://www.example.com", "9d29ad171863c78f0b97c8e9ae82ae43d3"), ("", ""),
    ])
    func examples(text: String, hex: String) throws {
        var encoded: [UInt8] = []
        HuffmanCode.encode(Array(text.utf8).span, to: &encoded)
        #expect(encoded == bytes(hex))
        #expect(HuffmanCode.encodedLength(of: Array(text.utf8).span) == encoded.count)
        var decoded: [UInt8] = []
        try HuffmanCode.decode(encoded.span, to: &decoded)
        #expect(decoded == Array(text.utf8))
    }

    @Test func everyPairOfBytes() throws {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                var encoded: [UInt8] = []
                var decoded: [UInt8] = []
                HuffmanCode.encode([first, second].span, to: &encoded)
                try HuffmanCode.decode(encoded.span, to: &decoded)
                guard decoded == [first, second] else {
                    Issue.record("\(first) \(second) is \(decoded)")
                    return
                }
            }
        }
    }

    /// RFC 7541 §5.2: padding that isn't ones, that is a whole byte, and the end itself.
    @Test(arguments: ["fe", "00", "ff", "1fff", "ffffffff", "fffffffffc", "ffffffffff01"])
    func malformedOnes(hex: String) {
        var decoded: [UInt8] = []
        #expect(throws: HuffmanCode.Fault.self) { try HuffmanCode.decode(bytes(hex).span, to: &decoded) }
    }
}

/// Bytes as hexadecimal digits.
func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
