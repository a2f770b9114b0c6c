import Digests
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Audit

/// What somebody may do to a log, and where the check says that it was done.
@Suite struct TamperingTests {
    struct Tampering: Sendable, CustomTestStringConvertible {
        let name: String
        /// The finding that comes first.
        let kind: AuditFinding.Kind
        /// The file, by its number from the oldest on, and the line of it; nil for any.
        var file: Int?
        var line: Int?
        let body: @Sendable (AuditFixture) throws -> Void

        var testDescription: String { name }
    }

    private static func replaced(_ line: [UInt8], _ text: String, by other: String) -> [UInt8] {
        Array(String(decoding: line, as: UTF8.self).replacing(text, with: other).utf8)
    }

    /// The lines from one on as somebody without the signing key would make them anew, with the right digests.
    private static func rechained(_ lines: [[UInt8]], from start: Int) -> [[UInt8]] {
        var lines = lines
        for index in max(start, 1)..<lines.count {
            let before = lines[index - 1]
            let digest = SHA256.hash(before.span).hex
            let text = String(decoding: lines[index], as: UTF8.self)
            guard let place = text.range(of: "\"prev\":\"") else { continue }
            let end = text.index(place.upperBound, offsetBy: 64)
            lines[index] = Array(text.replacingCharacters(in: place.upperBound..<end, with: digest).utf8)
        }
        return lines
    }

    private static func has(_ line: [UInt8], _ text: String) -> Bool {
        String(decoding: line, as: UTF8.self).contains(text)
    }

    private static func writeHead(_ fixture: AuditFixture, _ lines: [[UInt8]]) throws {
        guard let last = lines.last, let sequence = last.withUnsafeBytes({ AuditLineFields($0).sequence }) else {
            return
        }
        let head = AuditHead(sequence: sequence, digest: SHA256.hash(last.span), timeMicroseconds: 1)
        try Data(head.render(nil)).write(to: URL(fileURLWithPath: AuditHead.path(of: fixture.path)))
    }

    static let all: [Tampering] = [
        Tampering(name: "a line removed", kind: .removed, file: 1, line: 40) { try $0.edit(1) { $0.remove(at: 39) } },
        Tampering(name: "several lines removed", kind: .removed, file: 1, line: 10) {
            try $0.edit(1) { $0.removeSubrange(9..<30) }
        },
        Tampering(name: "the first line of the log removed", kind: .beginning) { try $0.edit(0) { $0.removeFirst() } },
        Tampering(name: "the first line of a later file removed", kind: .removed, file: 1, line: 1) {
            try $0.edit(1) { $0.removeFirst() }
        },
        Tampering(name: "the last line of an earlier file removed", kind: .removed, file: 1, line: 1) {
            try $0.edit(0) { $0.removeLast() }
        },
        Tampering(name: "the oldest file removed", kind: .beginning) {
            try FileManager.default.removeItem(atPath: $0.files[0])
        },
        Tampering(name: "a file from the middle removed", kind: .removed, line: 1) {
            try FileManager.default.removeItem(atPath: $0.files[1])
        },
        Tampering(name: "the end cut off", kind: .end) { try $0.edit(2) { $0.removeLast(7) } },
        Tampering(name: "the last file emptied", kind: .end) { try $0.edit(2) { $0.removeAll() } },
        Tampering(name: "the end cut off with the head file", kind: .head) {
            try $0.edit(2) { $0.removeLast(7) }
            try FileManager.default.removeItem(atPath: AuditHead.path(of: $0.path))
        },
        Tampering(name: "the end cut off and the head file made anew", kind: .signature) {
            try $0.edit(2) { $0.removeLast(7) }
            try writeHead($0, $0.lines(2))
        },
        Tampering(name: "a byte changed", kind: .changed, file: 1, line: 20) {
            try $0.edit(1) { $0[19][130] ^= 1 }
        },
        Tampering(name: "a subject's text changed", kind: .changed, file: 0, line: 33) {
            try $0.edit(0) { $0[32] = replaced($0[32], "192.0.2.1", by: "192.0.2.9") }
        },
        Tampering(name: "a number changed", kind: .changed, file: 1, line: 20) {
            try $0.edit(1) { lines in
                let number = lines[19].withUnsafeBytes { AuditLineFields($0).sequence ?? 0 }
                lines[19] = replaced(lines[19], "\"seq\":\(number)", by: "\"seq\":\(number + 500)")
            }
        },
        Tampering(name: "a digest changed", kind: .changed, file: 1, line: 20) {
            try $0.edit(1) { lines in
                let place = lines[19].count - 10
                lines[19][place] = lines[19][place] == 0x30 ? 0x31 : 0x30
            }
        },
        Tampering(name: "the last line changed", kind: .changed, file: 2) {
            try $0.edit(2) { $0[$0.count - 1] = replaced($0[$0.count - 1], "\"test\"", by: "\"tess\"") }
        },
        Tampering(name: "the last line of a file changed", kind: .changed, file: 0) {
            try $0.edit(0) { $0[$0.count - 1] = replaced($0[$0.count - 1], "\"test\"", by: "\"tess\"") }
        },
        Tampering(name: "a line repeated", kind: .misplaced, file: 1, line: 21) {
            try $0.edit(1) { $0.insert($0[19], at: 20) }
        },
        Tampering(name: "a line made up and put in", kind: .misplaced, file: 1, line: 21) {
            try $0.edit(1) { $0.insert(replaced($0[19], "192.0.2.1", by: "198.51.100.1"), at: 20) }
        },
        Tampering(name: "something else put in", kind: .foreign, file: 1, line: 21) {
            try $0.edit(1) { $0.insert(Array("{\"time\":\"now\"}\n".utf8), at: 20) }
        },
        Tampering(name: "an empty line put in", kind: .foreign, file: 1, line: 21) {
            try $0.edit(1) { $0.insert([0x0A], at: 20) }
        },
        Tampering(name: "two lines exchanged", kind: .removed, file: 1, line: 20) {
            try $0.edit(1) { $0.swapAt(19, 20) }
        },
        Tampering(name: "a line moved up", kind: .misplaced, file: 1, line: 60) {
            try $0.edit(1) { $0.insert($0[4], at: 59) }
        },
        Tampering(name: "a line blanked", kind: .foreign, file: 1, line: 20) {
            try $0.edit(1) { $0[19] = [UInt8](repeating: 0x20, count: $0[19].count - 1) + [0x0A] }
        },
        Tampering(name: "two lines joined", kind: .foreign, file: 1, line: 20) {
            try $0.edit(1) { lines in
                lines[19].removeLast()
                lines[19][0] = 0x20
            }
        },
        Tampering(name: "the chain made anew without the key", kind: .signature) { fixture in
            try fixture.edit(2) { lines in
                lines[10] = replaced(lines[10], "192.0.2.1", by: "192.0.2.9")
                lines = rechained(lines, from: 11)
            }
            try writeHead(fixture, fixture.lines(2))
        },
        Tampering(name: "a line removed and the rest made anew and renumbered", kind: .signature) { fixture in
            try fixture.edit(2) { lines in
                lines.remove(at: 10)
                for index in 10..<lines.count {
                    let number = lines[index].withUnsafeBytes { AuditLineFields($0).sequence ?? 0 }
                    lines[index] = replaced(lines[index], "\"seq\":\(number)", by: "\"seq\":\(number - 1)")
                }
                lines = rechained(lines, from: 10)
            }
            try writeHead(fixture, fixture.lines(2))
        },
        Tampering(name: "signatures taken away", kind: .changed) { fixture in
            for file in 0..<3 {
                try fixture.edit(file) { lines in
                    lines = lines.map { line in
                        guard let range = String(decoding: line, as: UTF8.self).range(of: ",\"mac\":") else {
                            return line
                        }
                        return Array(String(decoding: line, as: UTF8.self)[..<range.lowerBound].utf8)
                            + Array("}\n".utf8)
                    }
                }
            }
        },
        Tampering(name: "a signature changed", kind: .signature, file: 1) {
            try $0.edit(1) { lines in
                guard let index = lines.firstIndex(where: { has($0, "\"mac\"") }) else { return }
                lines[index][lines[index].count - 5] ^= 1
            }
        },
        Tampering(name: "a compressed file damaged", kind: .unreadable, file: 0) { fixture in
            _ = AuditCompressor.compress(fixture.files[0])
            var bytes = try contents(fixture.files[0])
            bytes[bytes.count / 2] ^= 0x55
            try Data(bytes).write(to: URL(fileURLWithPath: fixture.files[0]))
        },
    ]

    @Test(arguments: all)
    func isFoundWithItsPlace(tampering: Tampering) throws {
        let fixture = try AuditFixture()
        #expect(try fixture.verify().findings == [])
        let files = fixture.files
        try tampering.body(fixture)
        let result = try fixture.verify()
        let first = try #require(result.findings.first, "\(tampering.name) isn't found")
        #expect(first.kind == tampering.kind, "\(result.findings)")
        if let file = tampering.file {
            // It may have been compressed meanwhile.
            #expect(first.file.hasPrefix(files[file]), "\(result.findings)")
        }
        if let line = tampering.line { #expect(first.line == line, "\(result.findings)") }
        // One deed isn't told as many.
        #expect(result.findingCount <= 12, "\(result.findings)")
    }

    @Test func aByteAnywhereIsFound() throws {
        let fixture = try AuditFixture(count: 40, files: 2)
        var generator = SeededGenerator(seed: 6)
        let files = fixture.files
        let originals = try files.map(contents)
        for _ in 0..<400 {
            let file = Int.random(in: 0..<2, using: &generator)
            var bytes = originals[file]
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes[place] ^= UInt8.random(in: 1...255, using: &generator)
            case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
            default: bytes.remove(at: place)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: files[file]))
            let result = try fixture.verify()
            // A torn end of the last file is what a crash leaves; then the head file tells that a record is missing.
            #expect(result.findingCount > 0, "\(file) \(place)")
            try Data(originals[file]).write(to: URL(fileURLWithPath: files[file]))
        }
    }

    @Test func anyBytesAreReadWithoutACrash() throws {
        var generator = SeededGenerator(seed: 66)
        let seed = TestChain.of(20).bytes
        for _ in 0..<2000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let start = Int.random(in: 0..<bytes.count, using: &generator)
                let end = min(bytes.count, start + Int.random(in: 0...80, using: &generator))
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.removeSubrange(start..<end)
                case 1:
                    bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...bytes.count, using: &generator))
                default: for index in start..<end { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
                }
                if bytes.isEmpty { bytes = [0x0A] }
            }
            var verifier = AuditVerifier(path: "log", signer: AuditSigner(key: [1]))
            bytes.withUnsafeBytes { verifier.read($0, file: "f") }
            _ = verifier.finish()
            bytes.withUnsafeBytes { bytes in
                AuditLineReader.Block(bytes: bytes, offset: 0).forEachLine { line, _ in
                    let line = AuditLine(line)
                    for field in AuditField.allCases {
                        _ = line.text(field)
                        _ = line.list(field)
                    }
                }
            }
        }
    }

    @Test func anAnchorShowsThatTheLogHasOnlyGrown() throws {
        let fixture = try AuditFixture(isSigned: false)
        let anchor = try #require(try fixture.verify().last)
        #expect(try fixture.verify(anchor: AuditAnchor("\(anchor)")).findings == [])
        // All of it made anew by somebody who may write everything.
        try fixture.edit(0) { lines in lines[5] = Self.replaced(lines[5], "192.0.2.1", by: "192.0.2.9") }
        var lines = try (0..<3).flatMap { try fixture.lines($0) }
        lines = Self.rechained(lines, from: 6)
        let counts = try (0..<3).map { try fixture.lines($0).count }
        var start = 0
        for (file, count) in counts.enumerated() {
            try fixture.write(Array(lines[start..<(start + count)]), file)
            start += count
        }
        try Self.writeHead(fixture, lines)
        #expect(try fixture.verify().findings == [])
        #expect(try fixture.verify(anchor: anchor).findings.map(\.kind) == [.changed])
        #expect(
            try fixture.verify(anchor: AuditAnchor(sequence: 100_000, digest: .zero)).findings.map(\.kind) == [.end]
        )
    }

    @Test func signaturesOfFormerKeysAreRightWhenTheyAreGiven() throws {
        let fixture = try AuditFixture()
        let old = Array("a signing key of tests".utf8)
        let new = Array("another signing key".utf8)
        #expect(
            try AuditVerify.run(path: fixture.path, signer: AuditSigner(key: new, formerKeys: [old])).findings == []
        )
        let result = try AuditVerify.run(path: fixture.path, signer: AuditSigner(key: new))
        #expect(Set(result.findings.map(\.kind)) == [.signature] && result.signedCheckpoints == 0)
    }

    @Test func retentionThatIsOnRecordIsNoFinding() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("audit.jsonl")
        var chain = TestChain()
        for number in 1...10 { chain.append(.request(.numbered(number))) }
        chain.append(.retention(AuditRetention(file: "audit.jsonl.1", removedThrough: 4, limit: "count")))
        let lines = chain.bytes.split(separator: 0x0A).map { Array($0) + [0x0A] }
        let head = AuditHead(sequence: 11, digest: chain.chain.last, timeMicroseconds: 0)
        try Data(head.render(nil)).write(to: URL(fileURLWithPath: AuditHead.path(of: path)))
        try Data(lines[4...].joined()).write(to: URL(fileURLWithPath: path))
        let result = try AuditVerify.run(path: path)
        #expect(result.findings == [] && result.notes.count == 1 && result.first == 5)
        try Data(lines[5...].joined()).write(to: URL(fileURLWithPath: path))
        #expect(try AuditVerify.run(path: path).findings.map(\.kind) == [.beginning])
    }

    @Test(arguments: [false, true])
    func aWholeLogIsWhole(compresses: Bool) throws {
        let fixture = try AuditFixture(count: 3000, files: 5, compresses: compresses)
        let result = try fixture.verify()
        #expect(result.findings == [])
        #expect(result.notes == [])
        #expect(result.signedCheckpoints == result.checkpoints && result.checkpoints > 50)
        #expect(result.first == 1 && result.last?.sequence == UInt64(result.lines))
        #expect(Set(fixture.files.map { $0.hasSuffix(".gz") }) == (compresses ? [true, false] : [false]))
    }
}
