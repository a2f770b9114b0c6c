import Audit
import Foundation
import Testing

@Suite("The newest lines in memory")
struct AuditRecentTests {
    private func line(_ number: Int, code: String = "invalid_key") -> [UInt8] {
        let time = "2026-11-24T00:00:\(number < 10 ? "0" : "")\(number).000000Z"
        return Array(#"{"time":"\#(time)","seq":\#(number),"event":"denied","code":"\#(code)"}"#.utf8) + [0x0A]
    }

    private func numbers(_ lines: [[UInt8]]) -> [String?] {
        lines.map { line in line.withUnsafeBytes { AuditLine($0).text(.sequence) } }
    }

    @Test func newestFirst() {
        let recent = AuditRecent()
        recent.append(line(1) + line(2))
        recent.append(line(3))
        #expect(numbers(recent.lines(AuditFilter(), limit: 10)) == ["3", "2", "1"])
        #expect(numbers(recent.lines(AuditFilter(), limit: 2)) == ["3", "2"])
        #expect(recent.lines(AuditFilter(), limit: 10).allSatisfy { !$0.contains(0x0A) })
    }

    @Test func filtered() {
        let recent = AuditRecent()
        for number in 1...9 { recent.append(line(number, code: number.isMultiple(of: 3) ? "unmapped_route" : "other")) }
        var filter = AuditFilter()
        filter.reasons = ["unmapped_route"]
        #expect(numbers(recent.lines(filter, limit: 2)) == ["9", "6"])
    }

    @Test func oldLinesMakeRoom() {
        let length = line(10).count
        let recent = AuditRecent(capacity: length * 3)
        for number in 10...30 { recent.append(line(number)) }
        #expect(numbers(recent.lines(AuditFilter(), limit: 100)) == ["30", "29", "28"])
        // A batch that is larger than all room is kept whole until another comes.
        recent.append((10...20).flatMap { line($0) })
        #expect(recent.lines(AuditFilter(), limit: 100).count == 11)
    }

    @Test func linesThatShareRoomAreAllFound() {
        let capacity = 100_000
        let recent = AuditRecent(capacity: capacity)
        for number in 0..<5000 { recent.append(line(number)) }
        let found = recent.lines(AuditFilter(), limit: 10_000)
        #expect(numbers(found) == (0..<found.count).map { String(4999 - $0) })
        let bytes = found.reduce(0) { $0 + $1.count + 1 }
        #expect((capacity...capacity + capacity / 32).contains(bytes))
    }

    /// Lines with these numbers, in a file.
    private func write(_ numbers: ClosedRange<Int>, to path: String, end: String = "") throws {
        try Data(numbers.flatMap { line($0) } + Array(end.utf8)).write(to: URL(fileURLWithPath: path))
    }

    @Test func whatWasThereBeforeTheStart() throws {
        let folder = try TemporaryDirectory()
        try write(1...9, to: folder.file("audit.jsonl.000000000001"))
        try write(10...15, to: folder.file("audit.jsonl"), end: #"{"time":"torn"#)
        let recent = AuditRecent()
        recent.load(path: folder.file("audit.jsonl"))
        recent.append(line(16))
        let found = numbers(recent.lines(AuditFilter(), limit: 100))
        #expect(found == (1...16).reversed().map { String($0) })
    }

    @Test func noMoreOfItThanThereIsRoomFor() throws {
        let folder = try TemporaryDirectory()
        try write(1...9, to: folder.file("audit.jsonl.000000000001"))
        try write(10...15, to: folder.file("audit.jsonl"))
        // Room for six lines and a half: the half one isn't shown.
        let recent = AuditRecent(capacity: line(10).count * 13 / 2)
        recent.load(path: folder.file("audit.jsonl"))
        let found = numbers(recent.lines(AuditFilter(), limit: 100))
        #expect(found == (10...15).reversed().map { String($0) })
        let none = AuditRecent()
        none.load(path: folder.file("none.jsonl"))
        #expect(none.lines(AuditFilter(), limit: 1).isEmpty)
    }

    @Test func compressedFilesAreLeftOut() throws {
        let folder = try TemporaryDirectory()
        try write(1...9, to: folder.file("audit.jsonl.000000000001"))
        try Data([0x1F, 0x8B, 0]).write(to: URL(fileURLWithPath: folder.file("audit.jsonl.000000000010.gz")))
        try write(20...21, to: folder.file("audit.jsonl"))
        let recent = AuditRecent()
        recent.load(path: folder.file("audit.jsonl"))
        #expect(numbers(recent.lines(AuditFilter(), limit: 100)).prefix(2) == ["21", "20"])
    }
}
