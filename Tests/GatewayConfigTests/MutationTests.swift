import GatewayConfig
import Testing

/// Configurations that are one change away from the good ones.
@Suite("Mutated configurations")
struct MutationTests {
    private static let names = ["scopegate.yaml", "routes.yaml", "catalog.yaml"]

    /// Each change is small, and all of them together reach every kind of mistake that hands make.
    private static let mutations: [@Sendable ([UInt8], inout SplitMix) -> [UInt8]] = [
        { bytes, random in onLines(bytes, &random) { lines, at, _ in lines.remove(at: at) } },
        { bytes, random in onLines(bytes, &random) { lines, at, _ in lines.insert(lines[at], at: at) } },
        { bytes, random in onLines(bytes, &random) { lines, at, _ in lines[at] = [0x20, 0x20] + lines[at] } },
        { bytes, random in onLines(bytes, &random) { lines, at, _ in lines[at] = Array(lines[at].dropFirst(2)) } },
        { bytes, random in onLines(bytes, &random) { lines, at, _ in lines[at] = [0x09] + lines[at] } },
        { bytes, random in
            onLines(bytes, &random) { lines, at, random in lines.swapAt(at, random.below(lines.count)) }
        },
        { bytes, random in
            onLines(bytes, &random) { lines, at, random in
                let values = [
                    "[]", "{}", "", "1", "-1", "true", "~", "'x'", "99999999999999999999", "[a, {b: c}]", "*a",
                ]
                guard let colon = lines[at].lastIndex(of: UInt8(ascii: ":")) else { return }
                lines[at] = lines[at][...colon] + Array(" \(values[random.below(values.count)])".utf8)
            }
        },
        { bytes, random in
            var bytes = bytes
            let at = random.below(bytes.count - 1)
            bytes.swapAt(at, at + 1)
            return bytes
        },
        { bytes, random in Array(bytes.prefix(random.below(bytes.count))) },
        { bytes, random in
            var bytes = bytes
            bytes[random.below(bytes.count)] = UInt8(random.below(256))
            return bytes
        },
        { bytes, random in
            var bytes = bytes
            let odd = Array("{}[]:,-#&*!|>'\"%@`?\\\t\0\u{2028}".utf8)
            bytes.insert(odd[random.below(odd.count)], at: random.below(bytes.count))
            return bytes
        },
        { bytes, random in
            var bytes = bytes
            bytes.remove(at: random.below(bytes.count))
            return bytes
        },
    ]

    private static func onLines(
        _ bytes: [UInt8],
        _ random: inout SplitMix,
        _ change: (inout [[UInt8]], Int, inout SplitMix) -> Void
    ) -> [UInt8] {
        var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map(Array.init)
        // Comments and empty lines have nothing to say.
        let telling = lines.indices.filter { !lines[$0].isEmpty && lines[$0].first != UInt8(ascii: "#") }
        change(&lines, telling[random.below(telling.count)], &random)
        return Array(lines.joined(separator: [0x0a]))
    }

    @Test(arguments: 0..<20)
    func loadOrSayWhere(seed: Int) throws {
        let good = try Fixture.shippedFiles()
        var random = SplitMix(seed: UInt64(seed))
        var refused = 0
        for round in 0..<60 {
            let name = Self.names[round % 3]
            var files = good
            let original = try #require(good.contents[name])
            files.contents[name] = Self.mutations[random.below(Self.mutations.count)](original, &random)
            do {
                _ = try Fixture.load(files)
            } catch {
                refused += 1
                #expect(!error.diagnostics.isEmpty)
                for diagnostic in error.diagnostics {
                    let count = (files.contents[diagnostic.file] ?? []).split(
                        separator: 0x0a,
                        omittingEmptySubsequences: false
                    ).count
                    #expect((1...(count + 1)).contains(diagnostic.line), "\(diagnostic)")
                    #expect(diagnostic.column >= 1)
                    #expect(!diagnostic.message.isEmpty)
                }
            }
        }
        #expect(refused > 15, "the changes are too harmless to test anything")
    }
}

/// A small generator with a fixed sequence (splitmix64), so that a failure repeats.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return bound > 0 ? Int((mixed ^ mixed >> 31) % UInt64(bound)) : 0
    }
}
