import Testing

@testable import HTTP2

@Suite("Compression of field sections")
struct FieldSectionTests {
    private static func decode(
        _ pieces: [[UInt8]],
        with decoder: inout FieldSectionDecoder,
        limit: Int = 1 << 20
    ) throws(FieldSectionDecoder.Fault) -> FieldSection {
        decoder.begin(limit: limit)
        for piece in pieces { try decoder.decode(piece.span) }
        return try decoder.finish()
    }

    private static func section(_ fields: [(String, String)]) -> FieldSection {
        var section = FieldSection()
        for (name, value) in fields { section.add(name: Array(name.utf8), value: Array(value.utf8)) }
        return section
    }

    /// RFC 7541, Appendix C.3, C.4, C.5 and C.6: requests, and responses for which the table is too small.
    private static let requests = [
        [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com")],
        [
            (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com"),
            ("cache-control", "no-cache"),
        ],
        [
            (":method", "GET"), (":scheme", "https"), (":path", "/index.html"), (":authority", "www.example.com"),
            ("custom-key", "custom-value"),
        ],
    ]

    @Test(arguments: [
        [
            "828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
            "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
        ],
        [
            "828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
            "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
        ],
    ])
    func requestsOfTheSpecification(encoded: [String]) throws {
        var decoder = FieldSectionDecoder()
        for (hex, fields) in zip(encoded, Self.requests) {
            #expect(try Self.decode([bytes(hex)], with: &decoder) == Self.section(fields))
        }
    }

    @Test func entriesLeaveTheTable() throws {
        var decoder = FieldSectionDecoder()
        // The table of 256 bytes of Appendix C.5.
        let first =
            "3fe101" + "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54"
            + "6e1768747470733a2f2f7777772e6578616d706c652e636f6d"
        let date = ("date", "Mon, 21 Oct 2013 20:13:21 GMT")
        let location = ("location", "https://www.example.com")
        let private_ = ("cache-control", "private")
        #expect(
            try Self.decode([bytes(first)], with: &decoder)
                == Self.section([(":status", "302"), private_, date, location])
        )
        #expect(
            try Self.decode([bytes("4803333037c1c0bf")], with: &decoder)
                == Self.section([(":status", "307"), private_, date, location])
        )
        // :status 302 has left for 307.
        #expect(throws: FieldSectionDecoder.Fault.index) { try Self.decode([bytes("c2")], with: &decoder) }
    }

    @Test(arguments: [
        ("80", FieldSectionDecoder.Fault.index), ("be", .index), ("7f00", .index), ("ffffffffff7f", .integer),
        ("3fe21f", .tableSize), ("8220", .tableSize), ("0001", .truncated), ("00016103", .truncated),
        ("ff", .truncated),
        ("00016181ff", .string),
    ])
    func malformedOnes(hex: String, expected: FieldSectionDecoder.Fault) {
        var decoder = FieldSectionDecoder()
        #expect(throws: expected) { try Self.decode([bytes(hex)], with: &decoder) }
    }

    /// Whatever the bytes, whatever the pieces: what is encoded is decoded, and the tables stay alike.
    @Test func whatIsEncodedIsDecoded() throws {
        var encoder = FieldSectionEncoder()
        var decoder = FieldSectionDecoder()
        var random = SystemRandomNumberGenerator()
        let names = ["date", "set-cookie", ":status", "x-a", "x-b", "etag", "content-type"]
        for round in 0..<300 {
            if round == 100 { encoder.limitTable(to: 300) }
            if round == 200 { encoder.limitTable(to: 0) }
            var section = FieldSection()
            for _ in 0...Int.random(in: 0...12, using: &random) {
                let longest = round % 50 == 0 ? 20_000 : 40
                let value = (0..<Int.random(in: 0...longest, using: &random)).map { _ in
                    UInt8.random(in: round % 2 == 0 ? 0x20...0x7E : 0...0xFF, using: &random)
                }
                section.add(name: Array((names.randomElement(using: &random) ?? "").utf8), value: value)
            }
            let encoded = encoder.encode(section)
            var pieces: [[UInt8]] = []
            var start = 0
            while start < encoded.count {
                let end = min(encoded.count, start + Int.random(in: 1...(round % 3 == 0 ? 3 : 16384), using: &random))
                pieces.append(Array(encoded[start..<end]))
                start = end
            }
            #expect(try Self.decode(pieces, with: &decoder, limit: 1 << 24) == section)
        }
    }

    @Test func whatComesAgainIsShort() {
        var encoder = FieldSectionEncoder()
        let section = Self.section([(":status", "200"), ("x-policy", String(repeating: "a", count: 500))])
        #expect(encoder.encode(section).count > 300)
        #expect(encoder.encode(section).count == 2)
    }

    /// Others could find by its compression what stands in the table (RFC 7541 §7.1).
    @Test(arguments: ["set-cookie", "authorization", "x-api-key"])
    func secretsAreInNoTable(name: String) {
        var encoder = FieldSectionEncoder()
        let first = encoder.encode(Self.section([(name, "secret")]))
        #expect(encoder.encode(Self.section([(name, "secret")])) == first)
        #expect(first[0] & 0xF0 == 0x10)
    }

    /// A section that is too large is told from others, and the next one is decoded as if it had been kept.
    @Test(arguments: [10, 100, 5000, 20_000, 200_000], ["x", "\\"])
    func tooLargeOnes(length: Int, text: String) throws {
        var encoder = FieldSectionEncoder()
        var decoder = FieldSectionDecoder()
        let small = Self.section([("x-small", "1"), (":status", "201")])
        let large = Self.section([
            ("x-a", "1"), ("x-large", String(repeating: text, count: length)), ("x-b", "2"),
            (String(repeating: text, count: length), "3"), ("x-c", "4"),
        ])
        var most = 0
        for limit in [20, 4000, 1 << 20] {
            for section in [small, large, small] {
                decoder.begin(limit: limit)
                let encoded = encoder.encode(section)
                for start in stride(from: 0, to: encoded.count, by: 1000) {
                    try decoder.decode(Array(encoded[start..<min(encoded.count, start + 1000)]).span)
                    if limit < 1 << 20 { most = max(most, decoder.heldBytes) }
                }
                let decoded = try decoder.finish()
                let size = (0..<section.count).reduce(0) {
                    $0 + section.name(at: $1).count + section.value(at: $1).count + FieldSection.fieldOverhead
                }
                #expect(decoded.isTooLarge == (size > limit))
                #expect(decoded == section || decoded.isTooLarge && decoded.count == 0)
            }
        }
        #expect(most <= 64 << 10)
    }

    /// An index is a byte, and what it stands for may be 4 KiB (RFC 7541 §7.3).
    @Test func indicesDoNotMultiplyMemory() throws {
        var encoder = FieldSectionEncoder()
        var decoder = FieldSectionDecoder()
        let field = ("x-large", String(repeating: "a", count: 3000))
        let first = encoder.encode(Self.section([field]))
        let section = try Self.decode([first + [UInt8](repeating: 0xBE, count: 1 << 20)], with: &decoder, limit: 32_768)
        #expect(section.isTooLarge)
        #expect(section.count == 0)
    }
}
