import Digests
import Testing

@Suite struct SHA256Tests {
    @Test(arguments: [
        // The examples that NIST publishes for FIPS 180-4.
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func publishedVectors(message: String, digest: String) {
        #expect(SHA256.hash(Array(message.utf8).span).hex == digest)
    }

    @Test func publishedVectorOfAMillionBytes() {
        let message = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(SHA256.hash(message.span).hex == digest)
    }

    @Test func everySplitOfAMessageGivesTheSameDigest() {
        let message = (0..<200).map { UInt8($0) }
        let whole = SHA256.hash(message.span)
        for split in 0...message.count {
            var computation = SHA256()
            computation.update(message.span.extracting(..<split))
            computation.update(message.span.extracting(split...))
            #expect(computation.finalize() == whole)
        }
    }

    @Test func finalizingLeavesTheComputationUsable() {
        var computation = SHA256()
        computation.update([1, 2].span)
        let early = computation.finalize()
        #expect(early == computation.finalize())
        computation.update([3].span)
        #expect(computation.finalize() == SHA256.hash([1, 2, 3].span))
        #expect(early == SHA256.hash([1, 2].span))
    }
}
