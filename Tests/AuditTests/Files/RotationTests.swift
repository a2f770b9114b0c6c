import Foundation
import Glibc
import Testing

@testable import Audit

@Suite struct RotationTests {
    let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("audit.jsonl")
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    private func append(_ numbers: ClosedRange<Int>, to log: AuditLog) async {
        for number in numbers { #expect(await log.append(.numbered(number)) == .written) }
    }

    @Test func filesAreSetAsideBySizeCompressedAndReadAsOne() async throws {
        var options = AuditOptions()
        options.rotation.size = 10_000
        let log = try AuditLog(path: path, options: options)
        await append(1...300, to: log)
        log.close()
        let set = AuditFileSet(path: path)
        #expect(set.files.count > 5)
        #expect(set.rotated.contains { $0.isCompressed })
        for name in try names() {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        let result = try AuditVerify.run(path: path)
        #expect(result.findings == [])
        var ids: [String] = []
        try AuditScan(path: path).forEach { line in
            if let id = line.text(.requestID) { ids.append(id) }
            return .goOn
        }
        #expect(ids == (1...300).map { "r\($0)" })
        // Each file that was set aside ends with a checkpoint.
        for file in set.rotated {
            let reader = try AuditLineReader(path: file.path)
            var last = ""
            while let block = try reader.next() {
                block.forEachLine { line, _ in last = AuditLine(line).text(.event) ?? "" }
            }
            #expect(last == "checkpoint", "\(file.name)")
        }
    }

    /// Readers meet files that are renamed and compressed between the look at the directory and the opening.
    @Test func isReadWholeWhileItIsRotated() async throws {
        var options = AuditOptions()
        options.rotation.size = 3000
        let log = try AuditLog(path: path, options: options)
        let isDone = Collected<Bool>()
        #expect(await log.append(.numbered(1)) == .written)
        let writing = Task {
            for number in 2...600 { _ = await log.append(.numbered(number)) }
            isDone.add(true)
        }
        var checks = 0
        while isDone.all.isEmpty || checks == 0 {
            let result = try AuditVerify.run(path: path)
            #expect(result.findings == [])
            var ids: [Int] = []
            try AuditScan(path: path).forEach { line in
                if let id = line.text(.requestID), let number = Int(id.dropFirst()) { ids.append(number) }
                return .goOn
            }
            #expect(ids == Array(1..<(ids.count + 1)))
            checks += 1
            try await Task.sleep(for: .milliseconds(1))
        }
        await writing.value
        log.close()
        #expect(try AuditVerify.run(path: path).findings == [])
    }

    @Test func filesAreSetAsideByAge() {
        var rotation = AuditRotation()
        rotation.age = 60_000_000_000
        #expect(!rotation.isDue(length: 100, firstTime: 1_000_000, now: 60_999_999))
        #expect(rotation.isDue(length: 100, firstTime: 1_000_000, now: 61_000_000))
        #expect(!rotation.isDue(length: 0, firstTime: 1_000_000, now: 99_000_000))
        #expect(!rotation.isDue(length: 100, firstTime: nil, now: 99_000_000))
    }

    @Test func whatIsBeyondALimitIsRemovedOnRecord() async throws {
        var options = AuditOptions()
        options.rotation.size = 5000
        options.rotation.keptCount = 2
        let log = try AuditLog(path: path, options: options)
        await append(1...200, to: log)
        while AuditFileSet(path: path).rotated.count > 2 { try await Task.sleep(for: .milliseconds(5)) }
        log.close()
        let result = try AuditVerify.run(path: path)
        #expect(result.findings == [])
        #expect(try #require(result.first) > 100)
        #expect(result.notes.contains { $0.contains("were removed as audit.keep says") })
    }

    @Test func limitsOfCountAgeAndSize() {
        let files = [Int64](0..<5).map { (index: Int64) -> AuditFileSet.File in
            let first = UInt64(index) * 10 + 1
            let name = "f\(index)"
            return AuditFileSet.File(
                path: name,
                firstSequence: first,
                firstTime: 0,
                size: 100,
                modified: index * 100
            )
        }
        func retired(_ change: (inout AuditRotation) -> Void) -> [String] {
            var rotation = AuditRotation()
            change(&rotation)
            return rotation.retired(files, nowSeconds: 450).map { "\($0.file.path) \($0.limit)" }
        }
        #expect(retired { _ in } == [])
        #expect(retired { $0.keptCount = 3 } == ["f0 count", "f1 count"])
        #expect(retired { $0.keptAge = 300_000_000_000 } == ["f0 age", "f1 age"])
        #expect(retired { $0.keptSize = 250 } == ["f0 size", "f1 size", "f2 size"])
        #expect(
            retired {
                $0.keptSize = 250; $0.keptCount = 4
            } == ["f0 count", "f1 size", "f2 size"]
        )
    }

    @Test func aRenamedFileIsLeftAloneAndANewOneBegun() async throws {
        let log = try AuditLog(path: path)
        await append(1...3, to: log)
        #expect(rename(path, path + ".1") == 0)
        log.reopen()
        while access(path, F_OK) != 0 { await append(4...4, to: log) }
        await append(5...5, to: log)
        log.close()
        #expect(try AuditVerify.run(path: path).findings == [])
        #expect(try requestIDs(contents(path)).last == "r5")
        #expect(try requestIDs(contents(path + ".1")).starts(with: ["r1", "r2", "r3"]))
    }

    @Test func aDeletedFileLosesNothingThatIsAnsweredLater() async throws {
        let problems = Collected<AuditProblem>()
        let log = try AuditLog(path: path, report: { problems.add($0) })
        await append(1...3, to: log)
        unlink(path)
        await append(4...6, to: log)
        log.close()
        #expect(try requestIDs(contents(path)) == ["r4", "r5", "r6"])
        #expect(problems.all == [.replaced])
        // What was deleted is missing, and found to be.
        #expect(try AuditVerify.run(path: path).findings.map(\.kind) == [.beginning])
    }

    @Test func aDirectoryThatIsGoneAndBackLosesNothing() async throws {
        let folder = directory.file("logs")
        let path = "\(folder)/audit.jsonl"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let log = try AuditLog(path: path)
        await append(1...2, to: log)
        try FileManager.default.removeItem(atPath: folder)
        #expect(await log.append(.numbered(3)) == .retained)
        #expect(!log.isHealthy)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        while !log.isHealthy { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await log.append(.numbered(4)) == .written)
        log.close()
        #expect(try requestIDs(contents(path)) == ["r3", "r4"])
        #expect(try parsedLines(contents(path)).compactMap { $0["status"] as? Int } == [503, 401])
    }

    @Test(arguments: [
        ("audit.jsonl.000000000123", true), ("audit.jsonl.000000000123.gz", true), ("audit.jsonl.1", true),
        ("audit.jsonl.2.gz", true), ("audit.jsonl-20261124", true), ("audit.jsonl-20261124.gz", true),
        ("audit.jsonl.head", false), ("audit.jsonl.1.gz.tmp", false), ("audit.jsonl", true),
        ("audit.jsonl.bak", false), ("audit.jsonl.gz", true), ("audit.jsonl.old.gz", false),
        ("audit.jsonl.", false), ("audit.jsonlx.1", false),
    ])
    func namesOfFilesOfALog(name: String, isRotated: Bool) {
        #expect((AuditFileName(name, of: "audit.jsonl") == .log) == isRotated)
    }

    @Test(arguments: [
        "audit.jsonl.1.zst", "audit.jsonl-20261124.xz", "audit.jsonl.zst", "audit.jsonl.000000000001.BZ2",
        "audit.jsonl.1.Z", "audit.jsonl.2.lz4", "audit.jsonl.1.enc", "audit.jsonl-20261124-1795000000.gpg",
        "audit.jsonl.old.zip",
    ])
    func namesOfFilesThatCantBeReadAreNotPassedOver(name: String) {
        guard case .unreadable = AuditFileName(name, of: "audit.jsonl") else {
            Issue.record("\(name) is passed over")
            return
        }
    }
}
