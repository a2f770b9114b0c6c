import Testing

@testable import Gateway

@Suite("RequestIDGenerator")
struct RequestIDGeneratorTests {
    /// The number that 26 digits of Crockford's base 32 are, or nil when there is anything else.
    private func value(_ id: RequestID) -> UInt128? {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        guard id.count == 26 else { return nil }
        var value: UInt128 = 0
        for byte in id.array {
            guard let digit = alphabet.firstIndex(of: byte) else { return nil }
            value = value << 5 | UInt128(digit)
        }
        return value
    }

    @Test(arguments: [1, 1_469_918_176_385, 0x1234_5678_9ABC, 0xFFFF_FFFF_FFFF] as [UInt64])
    func time(_ milliseconds: UInt64) throws {
        var generator = RequestIDGenerator(seed: 1)
        let id = try #require(value(generator.next(milliseconds: milliseconds)))
        #expect(id >> 80 == UInt128(milliseconds))
    }

    /// The digits of the example in the ULID specification for its time.
    @Test func timeDigits() {
        var generator = RequestIDGenerator(seed: 1)
        #expect(generator.next(milliseconds: 1_469_918_176_385).text.hasPrefix("01ARYZ6S41"))
    }

    @Test func countsUpWithinAMillisecond() throws {
        var generator = RequestIDGenerator(seed: 7)
        let first = try #require(value(generator.next(milliseconds: 1_700_000_000_000)))
        for step in 1...1000 {
            let id = try #require(value(generator.next(milliseconds: 1_700_000_000_000)))
            #expect(id == first + UInt128(step))
        }
    }

    /// Ids sort by time as texts, and never repeat nor go back, whatever the clock does.
    @Test func orderAndUniqueness() {
        var random = SplitMix(seed: 3)
        for seed in 0..<20 {
            var generator = RequestIDGenerator(seed: UInt64(seed))
            var clock: Int64 = 1_700_000_000_000
            var latest: Int64 = 0
            var previous = ""
            for _ in 0..<500 {
                // Stands still, runs on, is set back.
                clock += [0, 0, 0, 1, 5, 1000, -1, -3_600_000].randomElement(using: &random) ?? 0
                latest = max(latest, clock)
                let id = generator.next(milliseconds: UInt64(clock))
                #expect(id.text > previous)
                #expect(value(id).map { $0 >> 80 } == UInt128(latest))
                previous = id.text
            }
        }
    }

    @Test func seedsTellGeneratorsApart() {
        var ids: Set<String> = []
        for seed in 0..<200 {
            var generator = RequestIDGenerator(seed: UInt64(seed))
            for milliseconds in [10, 10, 11] as [UInt64] { ids.insert(generator.next(milliseconds: milliseconds).text) }
        }
        #expect(ids.count == 600)
    }

    @Test func randomBitsAreSpread() throws {
        // Each of the 80 bits is 1 in about half of the first ids of 400 milliseconds.
        var generator = RequestIDGenerator(seed: 42)
        var counts = [Int](repeating: 0, count: 80)
        for milliseconds in 1...400 as ClosedRange<UInt64> {
            let id = try #require(value(generator.next(milliseconds: milliseconds)))
            for bit in counts.indices where id >> UInt128(bit) & 1 == 1 { counts[bit] += 1 }
        }
        for (bit, count) in counts.enumerated() { #expect(120...280 ~= count, "bit \(bit)") }
    }
}
