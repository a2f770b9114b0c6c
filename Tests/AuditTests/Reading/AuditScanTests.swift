import Digests
import Foundation
import TestSupport
import Testing

@testable import Audit

@Suite struct AuditScanTests {
    private static let certificate = Digest256(1, 2, 3, 4)

    private static func record(_ number: Int) -> AuditRecord {
        AuditRecord(
            timeMicroseconds: 1_700_000_000_000_000 + Int64(number) * 1_000_000,
            decision: number % 7 == 0 ? .allowed : .denied,
            requestID: "r\(number)",
            client: "192.0.2.\(number % 5)",
            forwardedClient: number % 10 == 0 ? "203.0.113.7" : nil,
            clientCertificate: number % 6 == 0 ? Self.certificate : nil,
            method: Array((number % 2 == 0 ? "GET" : "POST").utf8),
            path: Array("/api/v1/trades/\(number)\"\\\u{7}".utf8),
            template: number % 3 == 0 ? nil : "/api/v1/trades/{tradeId}",
            code: number % 7 == 0 ? "allowed" : number % 3 == 0 ? "unmapped_route" : "forbidden_scope",
            status: number % 7 == 0 ? 200 : 403,
            requiredScope: number % 3 == 0 ? nil : "write:trades",
            requiredScopes: number % 11 == 0 ? ["write:tags", "write:trades"] : [],
            grantedScopes: ["read:trades", "read:tags"],
            keyID: "key_\(number % 4)",
            subject: "J\u{F6}rg \"\(number % 6)\"",
            keyFingerprint: 0x10 + UInt64(number % 4),
            generation: 1,
            userAgent: Array("agent \",\"code\":\"nothing\"".utf8)
        )
    }

    private let fixture: TemporaryDirectory
    private let path: String

    init() throws {
        fixture = try TemporaryDirectory()
        path = fixture.file("audit.jsonl")
        var chain = TestChain()
        for file in 0..<3 {
            let start = chain.bytes.count
            for number in (file * 1000)..<(file * 1000 + 1000) {
                let record = Self.record(number)
                chain.append(.request(record), time: record.timeMicroseconds)
            }
            let name = file == 2 ? path : "\(path).00000000\(file)001"
            try Data(chain.bytes[start...]).write(to: URL(fileURLWithPath: name))
        }
        if case .failure(let error) = AuditCompressor.compress("\(path).000000000001") { throw error }
    }

    private func ids(_ change: (inout AuditFilter) -> Void) throws -> [String] {
        var filter = AuditFilter()
        change(&filter)
        var ids: [String] = []
        try AuditScan(path: path, filter: filter).forEach { line in
            ids.append(line.text(.requestID) ?? "")
            return .goOn
        }
        return ids
    }

    private func expected(_ isWanted: (Int) -> Bool) -> [String] {
        (0..<3000).filter(isWanted).map { "r\($0)" }
    }

    @Test func eachCriterion() throws {
        #expect(try ids { _ in } == expected { _ in true })
        #expect(try ids { $0.requestIDs = ["r1234"] } == ["r1234"])
        #expect(try ids { $0.requestIDs = ["r1", "r2999"] } == ["r1", "r2999"])
        #expect(try ids { $0.keys = ["key_2"] } == expected { $0 % 4 == 2 })
        #expect(try ids { $0.keys = ["0000000000000013"] } == expected { $0 % 4 == 3 })
        #expect(try ids { $0.subjects = ["J\u{F6}rg \"3\""] } == expected { $0 % 6 == 3 })
        #expect(try ids { $0.scopes = ["write:trades"] } == expected { $0 % 3 != 0 || $0 % 11 == 0 })
        #expect(try ids { $0.scopes = ["write:tags"] } == expected { $0 % 11 == 0 })
        #expect(try ids { $0.reasons = ["unmapped_route"] } == expected { $0 % 3 == 0 && $0 % 7 != 0 })
        #expect(try ids { $0.reasons = ["nothing"] } == [])
        #expect(try ids { $0.clients = ["192.0.2.1"] } == expected { $0 % 5 == 1 })
        #expect(try ids { $0.clients = ["203.0.113.7"] } == expected { $0 % 10 == 0 })
        #expect(try ids { $0.clients = [Self.certificate.hex] } == expected { $0 % 6 == 0 })
        #expect(try ids { $0.methods = ["POST"] } == expected { $0 % 2 == 1 })
        #expect(try ids { $0.statuses = ["200"] } == expected { $0 % 7 == 0 })
        #expect(try ids { $0.statuses = ["4xx"] } == expected { $0 % 7 != 0 })
        #expect(try ids { $0.events = ["allowed"] } == expected { $0 % 7 == 0 })
        #expect(try ids { $0.routes = ["/api/v1/trades/{tradeId}"] } == expected { $0 % 3 != 0 })
        #expect(try ids { $0.routes = ["/api/v1/trades/12*"] } == expected { "\($0)".hasPrefix("12") })
        #expect(try ids { $0.routes = ["/api/v1/trades/7\"\\\u{7}"] } == ["r7"])
        #expect(
            try ids {
                $0.keys = ["key_1"]
                $0.statuses = ["403"]
                $0.methods = ["GET", "POST"]
            } == expected { $0 % 4 == 1 && $0 % 7 != 0 }
        )
    }

    @Test func timesAcrossFiles() throws {
        let start: Int64 = 1_700_000_000_000_000
        for (since, until) in [(0, 3000), (10, 20), (999, 1001), (1500, 2500), (2990, 9999), (4000, 5000)] {
            let found = try ids {
                $0.since = start + Int64(since) * 1_000_000
                $0.until = start + Int64(until) * 1_000_000
            }
            #expect(found == expected { $0 >= since && $0 < until })
        }
    }

    @Test func stops() throws {
        var count = 0
        try AuditScan(path: path).forEach { _ in
            count += 1
            return count < 1500 ? .goOn : .stop
        }
        #expect(count == 1500)
    }

    @Test func noLogIsAnError() {
        #expect(throws: AuditScanError.self) { try AuditScan(path: path + "x").forEach { _ in .goOn } }
    }

    @Test(arguments: ["192.0.2.0/31", "192.0.2.1"])
    func networks(text: String) throws {
        let last = text.hasSuffix("31") ? [0, 1] : [1]
        let found = try ids { filter in
            filter.networks = [
                { address in last.contains { address == "192.0.2.\($0)" } }
            ]
        }
        #expect(found == expected { last.contains($0 % 5) })
    }

    @Test func patternsAndMethodsInAnyCase() throws {
        #expect(try ids { $0.scopes = ["write:*"] } == expected { $0 % 3 != 0 || $0 % 11 == 0 })
        #expect(try ids { $0.scopes = ["*:tags"] } == expected { $0 % 11 == 0 })
        #expect(try ids { $0.scopes = ["read:*"] } == [])
        #expect(try ids { $0.methods = ["post"] } == expected { $0 % 2 == 1 })
        #expect(try ids { $0.methods = ["p*"] } == expected { $0 % 2 == 1 })
        #expect(try ids { $0.reasons = ["*_route"] } == expected { $0 % 3 == 0 && $0 % 7 != 0 })
        #expect(try ids { $0.keys = ["key_*"] } == expected { _ in true })
        #expect(try ids { $0.subjects = ["J\u{F6}rg*3\""] } == expected { $0 % 6 == 3 })
        #expect(try ids { $0.clients = ["203.*.7"] } == expected { $0 % 10 == 0 })
        #expect(try ids { $0.statuses = ["4XX"] } == expected { $0 % 7 != 0 })
        #expect(try ids { $0.routes = ["/api/*/12"] }.isEmpty)
        #expect(try ids { $0.routes = ["*{tradeId}"] } == expected { $0 % 3 != 0 })
    }

    @Test(arguments: [Int64.min, Int64.min + 1, -9_223_372_036_854_000_000, 0, 253_402_300_799_999_999, Int64.max])
    func anyTimeIsCompared(time: Int64) throws {
        let isPast = time <= 0
        #expect(try ids { $0.since = time } == (isPast ? expected { _ in true } : []))
        #expect(try ids { $0.until = time } == (isPast ? [] : expected { _ in true }))
    }

    /// Reads all, and gives what was found with what couldn't be read.
    private func read() -> (ids: [String], problems: [AuditReadError]) {
        var ids: [String] = []
        do {
            try AuditScan(path: path).forEach { line in
                ids.append(line.text(.requestID) ?? "")
                return .goOn
            }
            return (ids, [])
        } catch {
            return (ids, error.problems)
        }
    }

    @Test(arguments: 0..<6)
    func aDamagedFileHidesNothingButItself(damage: Int) throws {
        let file = "\(path).000000000001.gz"
        var bytes = try contents(file)
        let good = bytes
        switch damage {
        case 0: bytes[0] = 0
        case 1: bytes[bytes.count / 2] ^= 0x55
        case 2: bytes.removeLast(9)
        case 3: bytes[bytes.count - 6] ^= 1
        case 4: bytes = []
        default: bytes += [0x1F, 0x8C] + good.dropFirst(2)
        }
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        let (ids, problems) = read()
        #expect(problems.map(\.path) == [file], "\(problems)")
        #expect(ids.suffix(2000) == expected { $0 >= 1000 }[...])
        #expect(AuditScanError.partly(problems).problems == problems)
        // Two members one behind the other are whole.
        try Data(good + good).write(to: URL(fileURLWithPath: file))
        #expect(read().problems == [] && read().ids.count == 4000)
    }

    @Test func whatIsPassedOverIsNamed() throws {
        try Data([1]).write(to: URL(fileURLWithPath: path + "-20261124.zst"))
        #expect(read().problems.map(\.path) == [path + "-20261124.zst"] && read().ids.count == 3000)
        try Data("something else\n".utf8).write(to: URL(fileURLWithPath: path + ".9"))
        #expect(read().problems.map(\.path) == [path + "-20261124.zst", path + ".9"] && read().ids.count == 3000)
    }

    @Test func aLogWithoutARecordIsAnErrorAndNoEmptyAnswer() throws {
        let empty = fixture.file("empty.jsonl")
        try Data().write(to: URL(fileURLWithPath: empty))
        #expect(throws: AuditScanError.self) { try AuditScan(path: empty).forEach { _ in .goOn } }
    }

    /// The compressor has not removed the plain file yet: its records aren't told twice.
    @Test func aFileBesideItsCompressedFormIsReadOnce() throws {
        let file = "\(path).000000000001"
        let compressed = try contents(file + ".gz")
        let reader = try AuditLineReader(path: file + ".gz")
        var plain: [UInt8] = []
        while let block = try reader.next() { plain += block.bytes }
        try Data(plain).write(to: URL(fileURLWithPath: file))
        #expect(read().ids.count == 3000 && read().problems == [])
        // But what is damaged beside it doesn't hide it.
        try Data(compressed.dropLast(20)).write(to: URL(fileURLWithPath: file + ".gz"))
        #expect(read().ids.count == 3000 && read().problems.map(\.path) == [file + ".gz"])
    }

    @Test func linesGiveTheirFields() throws {
        var filter = AuditFilter()
        filter.requestIDs = ["r1"]
        try AuditScan(path: path, filter: filter).forEach { line in
            #expect(line.text(.path) == "/api/v1/trades/1\"\\\\\\u0007")
            #expect(line.list(.grantedScopes) == ["read:trades", "read:tags"])
            #expect(line.text(.subject) == "J\u{F6}rg \"1\"")
            #expect(line.text(.code) == "forbidden_scope")
            #expect(line.text(.status) == "403" && line.text(.sequence) == "2" && line.text(.query) == nil)
            #expect(line.text(.time) == "2023-11-14T22:13:21.000000Z")
            #expect(line.timeMicroseconds == 1_700_000_001_000_000)
            return .goOn
        }
    }

    @Test func blocksHoldWholeLines() throws {
        // Lines longer than a block among short ones.
        let long = [UInt8](repeating: 0x61, count: 3 << 20)
        let file = fixture.file("long")
        var bytes: [UInt8] = []
        for number in 0..<20 {
            bytes += number % 7 == 3 ? long : Array("line \(number)".utf8)
            bytes.append(0x0A)
        }
        bytes += Array("torn".utf8)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        let reader = try AuditLineReader(path: file)
        var lines: [Int] = []
        var whole = 0
        while let block = try reader.next() {
            block.forEachLine { line, isWhole in
                lines.append(line.count)
                whole += isWhole ? 1 : 0
            }
        }
        #expect(lines.count == 21 && whole == 20 && lines[3] == long.count && lines[20] == 4)
    }

    @Test func aFollowerSeesWhatComes() throws {
        let log = fixture.file("followed.jsonl")
        var chain = TestChain.of(2)
        try Data(chain.bytes).write(to: URL(fileURLWithPath: log))
        var follower = AuditFollower(path: log, filter: AuditFilter())
        func read() -> [String] {
            var ids: [String] = []
            follower.read { ids.append($0.text(.requestID) ?? "") }
            return ids
        }
        #expect(read() == [])
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try handle.seekToEnd()
        let before = chain.bytes.count
        chain.append(.request(.numbered(3)))
        let line = Array(chain.bytes[before...])
        try handle.write(contentsOf: Data(line.prefix(50)))
        #expect(read() == [])
        try handle.write(contentsOf: Data(line.dropFirst(50)))
        #expect(read() == ["r3"])
        try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
        try handle.write(contentsOf: Data(line))
        try Data(line).write(to: URL(fileURLWithPath: log))
        #expect(read() == ["r3", "r3"])
    }
}

@Suite struct AuditTallyTests {
    private func count(_ tally: inout AuditTally, _ text: String) {
        Array(text.utf8).withUnsafeBytes { tally.count($0) }
    }

    @Test func countsExactlyWhileThereIsRoom() {
        var tally = AuditTally(capacity: 5000)
        for number in 0..<5000 {
            for _ in 0..<(number % 3 + 1) { count(&tally, "value \(number)") }
        }
        #expect(tally.distinct == 5000 && tally.uncertainty == 0)
        let top = AuditTop.top(tally, 5000)
        #expect(top.count { $0.count == 3 } == 1666 && top.count { $0.count == 1 } == 1667)
        #expect(top.first?.label == "value 1001")
    }

    @Test func theFrequentSurviveAFloodOfOthers() {
        var tally = AuditTally(capacity: 100)
        var generator = SeededGenerator(seed: 3)
        for number in 0..<50_000 {
            count(&tally, "made up \(UInt64.random(in: 0 ... .max, using: &generator))")
            if number % 10 == 0 { count(&tally, "frequent") }
        }
        #expect(tally.distinct <= 100)
        let top = AuditTop.top(tally, 1)
        #expect(top.first?.label == "frequent")
        let counted = top.first?.count ?? 0
        #expect(counted <= 5000 && counted + tally.uncertainty >= 5000)
    }
}
