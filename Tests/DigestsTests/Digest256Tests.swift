import Digests
import Testing

@Suite struct Digest256Tests {
    let digest = Digest256(0x0123_4567_89AB_CDEF, 0x0011_2233_4455_6677, 1, .max)

    @Test func hexadecimalDigitsAreInTheOrderOfTheBytes() {
        #expect(digest.hex == "0123456789abcdef00112233445566770000000000000001ffffffffffffffff")
        #expect(digest.hexPrefix16 == "0123456789abcdef")
        #expect("\(digest)" == digest.hex)
    }

    @Test func bytesAreBigEndian() {
        let expected: [UInt8] = [
            0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
            0, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        ]
        #expect(digest.bytes == expected)
    }
}

@Suite struct SystemRandomTests {
    @Test(arguments: [-1, 0, 1, 16, 32, 1000])
    func givesAsManyBytesAsAskedFor(count: Int) throws {
        #expect(try SystemRandom.bytes(count: count).count == max(count, 0))
    }

    @Test func differsFromCallToCall() throws {
        #expect(try SystemRandom.bytes(count: 32) != SystemRandom.bytes(count: 32))
    }
}
