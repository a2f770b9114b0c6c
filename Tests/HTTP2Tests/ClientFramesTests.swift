import Testing

@testable import HTTP2

@Suite("The frames of a client")
struct ClientFramesTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let get: [UInt8] = [0x82, 0x86, 0x84]
    /// What goes on in the place of a header section.
    private static func empty(_ stream: UInt32, flags: UInt8 = 0x5) -> [UInt8] {
        FrameHeader(length: 4, kind: 1, flags: flags, stream: stream).bytes + [0, 1, UInt8(ascii: "n"), 0]
    }

    private static func frame(_ kind: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
        FrameHeader(length: payload.count, kind: kind, flags: flags, stream: stream).bytes + payload
    }

    /// What goes on, the sections, and whether the protocol was broken.
    private struct Outcome {
        var passed: [UInt8] = []
        var sections: [(fields: [String], stream: UInt32, isFirst: Bool)] = []
        var tableLimit: Int?
        var isBroken = false

        init(_ bytes: [UInt8], pieces: Int = .max, _ frames: inout ClientFrames) {
            for start in stride(from: 0, to: bytes.count, by: min(pieces, bytes.count)) {
                let piece = Array(bytes[start..<min(bytes.count, start + min(pieces, bytes.count))])
                var offset = 0
                reading: while true {
                    switch frames.next(piece.span, offset: &offset) {
                    case .needMore: break reading
                    case .pass(let range): passed += piece[range]
                    case .insert(let bytes): passed += bytes
                    case .section(let section, let stream, let isFirst):
                        let fields = (0..<section.count).map {
                            String(decoding: section.name(at: $0) + [58] + section.value(at: $0), as: UTF8.self)
                        }
                        sections.append((fields, stream, isFirst))
                    case .tableLimit(let limit): tableLimit = limit
                    case .broken: isBroken = true
                    }
                }
            }
        }

        init(_ bytes: [UInt8], pieces: Int = .max) {
            var frames = ClientFrames(sectionLimit: 40_000, continuationLimit: 3)
            self.init(ClientFramesTests.preface + bytes, pieces: pieces, &frames)
            passed = Array(passed.dropFirst(ClientFramesTests.preface.count))
        }
    }

    @Test(arguments: [1, 2, 7, 10, 100, 100_000])
    func sectionsAreTakenOut(pieces: Int) {
        let settings = Self.frame(4, 0, 0, [0, 1, 0, 0, 1, 0, 0, 4, 0, 1, 0, 0])
        let data = Self.frame(0, 1, 1, [UInt8](repeating: 7, count: 300))
        let padded = Self.frame(1, 0x2D, 3, [2, 0, 0, 0, 1, 16] + Self.get + [0, 0])
        let outcome = Outcome(
            settings + Self.frame(1, 0x4, 1, Self.get) + data + padded
                + Self.frame(6, 0, 0, [UInt8](repeating: 1, count: 8)),
            pieces: pieces
        )
        let priority = FrameHeader(length: 9, kind: 1, flags: 0x25, stream: 3).bytes + [0, 0, 0, 1, 16, 0, 1, 110, 0]
        let ping = Self.frame(6, 0, 0, [UInt8](repeating: 1, count: 8))
        #expect(outcome.passed == settings + Self.empty(1, flags: 0x4) + data + priority + ping)
        #expect(
            outcome.sections.map(\.fields) == [
                [":method:GET", ":scheme:http", ":path:/"], [":method:GET", ":scheme:http", ":path:/"],
            ]
        )
        #expect(outcome.sections.map(\.stream) == [1, 3])
        #expect(outcome.tableLimit == 256)
        #expect(!outcome.isBroken)
    }

    @Test(arguments: [1, 5, 100_000])
    func continuationsAreOneSection(pieces: Int) {
        let outcome = Outcome(
            Self.frame(1, 0x1, 1, [0x82]) + Self.frame(9, 0, 1, [0x86, 0x84, 0x00]) + Self.frame(9, 0, 1)
                + Self.frame(9, 0x4, 1, [1, 97, 1, 98]),
            pieces: pieces
        )
        #expect(outcome.passed == Self.empty(1))
        #expect(outcome.sections.map(\.fields) == [[":method:GET", ":scheme:http", ":path:/", "a:b"]])
    }

    @Test func trailersAreNotTheFirst() {
        let outcome = Outcome(
            Self.frame(1, 0x4, 1, Self.get) + Self.frame(0, 0, 1, [1]) + Self.frame(1, 0x5, 1, [0, 1, 97, 1, 98])
        )
        #expect(outcome.sections.map(\.isFirst) == [true, false])
        #expect(outcome.sections.last?.fields == ["a:b"])
    }

    /// RFC 9113 §5.1: what comes behind the end of a stream is said to be DATA, which is answered as it should be.
    @Test(arguments: [frame(1, 0x5, 1, get), frame(1, 0x4, 1, get) + frame(0, 1, 1)])
    func fieldsBehindTheEnd(begin: [UInt8]) {
        var frames = ClientFrames(sectionLimit: 40_000, continuationLimit: 3)
        _ = Outcome(Self.preface + begin, &frames)
        // It changes the table all the same.
        let more = Outcome(Self.frame(1, 0x5, 1, [0x40, 1, 97, 1, 98]), &frames)
        #expect(more.passed == Self.frame(0, 1, 1))
        #expect(more.sections.isEmpty)
        frames.forget(stream: 1)
        let next = Outcome(Self.frame(1, 0x5, 3, [0xBE]), &frames)
        #expect(next.sections.map(\.fields) == [["a:b"]])
    }

    /// What breaks the protocol goes on, so that the library ends the connection, and nothing behind it does.
    @Test(arguments: [
        // A frame within a section, a continuation of another stream, one of nothing.
        (
            frame(1, 0x1, 1, get) + frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
            empty(1, flags: 0x1) + [0, 0, 8, 6, 0, 0, 0, 0, 0]
        ),
        (frame(1, 0x1, 1, get) + frame(9, 4, 3, get), empty(1, flags: 0x1) + [0, 0, 3, 9, 4, 0, 0, 0, 3]),
        // Padding longer than the frame, a priority that isn't whole.
        (frame(1, 0xD, 1, [3, 0x82, 0]), frame(1, 0xD, 1, [3, 0x82, 0])),
        (frame(1, 0x8, 1, []), frame(1, 0x8, 1, [])), (frame(1, 0x25, 1, [0, 0]), frame(1, 0x25, 1, [0, 0])),
        // Fields that can't be decoded.
        (frame(1, 0x5, 1, [0x80]), frame(1, 0x5, 1, [0x80])), (frame(1, 0x5, 1, [0xFF]), frame(1, 0x5, 1, [0x80])),
    ])
    func breaches(bytes: [UInt8], expected: [UInt8]) {
        let outcome = Outcome(bytes + Self.frame(1, 0x5, 5, Self.get))
        #expect(outcome.passed == expected)
        #expect(outcome.sections.isEmpty)
        #expect(outcome.isBroken)
    }

    @Test func moreContinuationsThanAllowed() {
        let three = Self.frame(1, 0x1, 1, [0x82]) + Self.frame(9, 0, 1) + Self.frame(9, 0, 1)
        #expect(Outcome(three + Self.frame(9, 4, 1)).sections.count == 1)
        let outcome = Outcome(three + Self.frame(9, 0, 1) + Self.frame(9, 4, 1))
        #expect(outcome.isBroken)
        #expect(outcome.sections.isEmpty)
        #expect(outcome.passed == (0..<5).reduce(Self.empty(1, flags: 0x1)) { all, _ in all + Self.frame(9, 0, 1) })
    }

    /// Those that are no header sections, and are too large, are the library's to refuse.
    @Test(arguments: [UInt8(1), 4, 9])
    func largeFrames(kind: UInt8) {
        let header = FrameHeader(length: 16_385, kind: kind, flags: 4, stream: 1).bytes
        #expect(Outcome(header).passed == header)
    }

    @Test(arguments: [0, 1, 16_384, 16_385, 40_000])
    func sectionsAreWrittenInFrames(count: Int) {
        let block = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = FrameHeader.frames(ofSection: block, stream: 7, endsStream: true)
        var read: [UInt8] = []
        var offset = 0
        var index = 0
        while let header = FrameHeader(bytes.span, at: offset) {
            #expect(header.kind == (index == 0 ? 1 : 9))
            #expect(header.has(1) == (index == 0))
            #expect(header.length <= 16_384)
            #expect(header.stream == 7)
            offset += 9
            read += bytes[offset..<offset + header.length]
            offset += header.length
            #expect(header.has(4) == (offset == bytes.count))
            index += 1
        }
        #expect(offset == bytes.count)
        #expect(read == block)
    }
}
