import Digests
import Testing

@Suite struct HMACSHA256Tests {
    struct Vector: Sendable {
        let key: [UInt8]
        let message: [UInt8]
        let code: String

        init(key: [UInt8], message: [UInt8], code: String) {
            self.key = key
            self.message = message
            self.code = code
        }

        init(key: [UInt8], text: String, code: String) {
            self.init(key: key, message: Array(text.utf8), code: code)
        }
    }

    /// RFC 4231 §4.2 to §4.8. Of the fifth it gives the first 128 bits only.
    static let vectors = [
        Vector(
            key: [UInt8](repeating: 0x0B, count: 20),
            text: "Hi There",
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        Vector(
            key: Array("Jefe".utf8),
            text: "what do ya want for nothing?",
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        Vector(
            key: [UInt8](repeating: 0xAA, count: 20),
            message: [UInt8](repeating: 0xDD, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        Vector(
            key: Array(1...25),
            message: [UInt8](repeating: 0xCD, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        Vector(
            key: [UInt8](repeating: 0x0C, count: 20),
            text: "Test With Truncation",
            code: "a3b6167473100ee06e0c796c2955552b"
        ),
        Vector(
            key: [UInt8](repeating: 0xAA, count: 131),
            text: "Test Using Larger Than Block-Size Key - Hash Key First",
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        Vector(
            key: [UInt8](repeating: 0xAA, count: 131),
            text: "This is a test using a larger than block-size key and a larger than block-size data. "
                + "The key needs to be hashed before being used by the HMAC algorithm.",
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test(arguments: vectors)
    func publishedVectors(_ vector: Vector) {
        let hmac = HMACSHA256(key: vector.key.span)
        #expect(hmac.authenticate(vector.message.span).hex.hasPrefix(vector.code))
        #expect(hmac.authenticate(vector.message.span) == hmac.authenticate(vector.message.span))
    }

    @Test func agreesWithItsDefinitionForEveryLengthAroundTheBlock() {
        // RFC 2104 §2: H(K xor opad, H(K xor ipad, message)).
        for keyLength in [0, 1, 32, 63, 64, 65, 100] {
            let key = (0..<keyLength).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) }
            var block = keyLength > 64 ? SHA256.hash(key.span).bytes : key
            block += [UInt8](repeating: 0, count: 64 - block.count)
            let hmac = HMACSHA256(key: key.span)
            for length in 0...130 {
                let message = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
                let inner = SHA256.hash((block.map { $0 ^ 0x36 } + message).span)
                let expected = SHA256.hash((block.map { $0 ^ 0x5C } + inner.bytes).span)
                #expect(hmac.authenticate(message.span) == expected)
            }
        }
    }
}
