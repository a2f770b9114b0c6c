import Audit
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
}
