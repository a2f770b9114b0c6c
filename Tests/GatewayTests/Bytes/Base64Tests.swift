import Testing

@testable import Gateway

@Suite struct Base64Tests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64.encode(plain.utf8Span.span) == Array(encoded.utf8))
    }

    @Test func allDigits() {
        let bytes = (0..<16).flatMap { group -> [UInt8] in
            let word = (0..<4).reduce(UInt32(0)) { $0 << 6 | UInt32(group * 4 + $1) }
            return [UInt8(word >> 16), UInt8(word >> 8 & 0xFF), UInt8(word & 0xFF)]
        }
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        #expect(Base64.encode(bytes.span) == Array(alphabet.utf8))
    }
}
