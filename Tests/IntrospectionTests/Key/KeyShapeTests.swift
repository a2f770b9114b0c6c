import Introspection
import Testing

@Suite struct KeyShapeTests {
    private func accepts(_ shape: KeyShape, _ key: String) -> Bool {
        shape.accepts(Array(key.utf8).span)
    }

    @Test func withoutRulesEveryKeyIsAccepted() {
        #expect(accepts(KeyShape(), "a"))
        #expect(accepts(KeyShape(), String(repeating: "a", count: 4096)))
        #expect(!accepts(KeyShape(), ""))
        #expect(!accepts(KeyShape(), String(repeating: "a", count: 4097)))
    }

    @Test func prefixAndLengthCountTogether() {
        let shape = KeyShape(prefixes: ["tj_live_", "tj_"].map { Array($0.utf8) }, length: 10...12)
        #expect(accepts(shape, "tj_1234567"))
        #expect(accepts(shape, "tj_live_1234"))
        #expect(!accepts(shape, "tj_123456"))
        #expect(!accepts(shape, "tj_live_12345"))
        #expect(!accepts(shape, "tJ_1234567"))
        #expect(!accepts(shape, "xtj_123456"))
    }

    /// Checksums by zlib.
    @Test(arguments: [
        ("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", KeyShape.Checksum.crc32Base62), ("ghp_000000", .crc32Base62),
        ("ghp_12345678900lTXdq", .crc32Base62), ("ghp_123456789cbf43926", .crc32Hex), ("ghp_00000000", .crc32Hex),
    ])
    func aChecksumCoversWhatIsBeforeIt(key: String, checksum: KeyShape.Checksum) {
        let shape = KeyShape(prefixes: [Array("ghp_".utf8)], checksum: checksum)
        let isExample = key != "ghp_12345678900lTXdq"
        #expect(accepts(shape, key) == isExample, "\(key)")
        // Every single change is found.
        for index in key.utf8.indices where isExample {
            var changed = Array(key.utf8)
            changed[key.utf8.distance(from: key.startIndex, to: index)] ^= 1
            let isAccepted = shape.accepts(changed.span)
            #expect(!isAccepted)
        }
        #expect(!accepts(shape, String(key.dropLast())))
    }

    @Test func aKeyShorterThanItsChecksumIsRefused() {
        #expect(!accepts(KeyShape(prefixes: [Array("ghp_".utf8)], checksum: .crc32Base62), "ghp_0000"))
        #expect(!accepts(KeyShape(checksum: .crc32Hex), "0000000"))
    }
}
