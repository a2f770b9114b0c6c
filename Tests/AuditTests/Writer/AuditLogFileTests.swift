import Foundation
import Glibc
import Testing

@testable import Audit

@Suite struct AuditLogFileTests {
    let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("audit.jsonl")
    }

    @Test func aRecordIsInTheFileWhenItsCompletionIsCalled() async throws {
        let log = try AuditLog(path: path)
        for number in 1...100 {
            #expect(await log.append(.numbered(number)) == .written)
            #expect(try requestIDs(contents(path)).last == "r\(number)")
        }
        #expect(log.isHealthy)
        #expect(log.counters.written == 100)
    }

    @Test func theOrderIsTheOrderOfAppending() throws {
        let log = try AuditLog(path: path)
        let outcomes = Collected<Int>()
        for number in 0..<5000 {
            #expect(log.append(.numbered(number)) { _ in outcomes.add(number) } == .waiting)
        }
        #expect(log.close() == 0)
        #expect(try requestIDs(contents(path)) == (0..<5000).map { "r\($0)" })
        #expect(outcomes.all == Array(0..<5000))
    }

    @Test func manyThreadsMixOnlyWholeLines() async throws {
        let log = try AuditLog(path: path)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<200 {
                        #expect(await log.append(.numbered(task * 1000 + number)) == .written)
                    }
                }
            }
        }
        log.close()
        let ids = try requestIDs(contents(path))
        #expect(ids.count == 1600)
        #expect(Set(ids).count == 1600)
    }

    @Test func theFileIsItsOwnersOnly() throws {
        try AuditLog(path: path).close()
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func aFileThatOthersMayReadIsTightened() async throws {
        for name in [path, AuditHead.path(of: path)] {
            try Data().write(to: URL(fileURLWithPath: name))
            #expect(chmod(name, 0o666) == 0)
        }
        let log = try AuditLog(path: path)
        #expect(await log.append(.numbered(1)) == .written)
        log.close()
        for name in [path, AuditHead.path(of: path)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }

    @Test(arguments: ["elsewhere", "nowhere"])
    func noLinkIsFollowed(target: String) throws {
        let elsewhere = directory.file("elsewhere")
        try Data().write(to: URL(fileURLWithPath: elsewhere))
        #expect(symlink(directory.file(target), path) == 0)
        #expect { try AuditLog(path: path) } throws: { error in
            (error as? AuditOpenError)?.errno == ELOOP && "\(error)".contains("it is a symbolic link")
        }
        #expect(try contents(elsewhere).isEmpty)
        #expect(access(directory.file("nowhere"), F_OK) != 0)
    }

    /// Whoever may write to the directory can't have records written elsewhere by putting a link in the place of the
    /// log.
    @Test func aLinkPutInItsPlaceIsNotFollowed() async throws {
        let log = try AuditLog(path: path)
        #expect(await log.append(.numbered(1)) == .written)
        let elsewhere = directory.file("elsewhere")
        try Data().write(to: URL(fileURLWithPath: elsewhere))
        try FileManager.default.moveItem(atPath: path, toPath: path + ".moved")
        #expect(symlink(elsewhere, path) == 0)
        // The one that notices was written to the file that was moved away; the next ones wait for a file.
        _ = await log.append(.numbered(2))
        #expect(await log.append(.numbered(3)) == .retained)
        #expect(try contents(elsewhere).isEmpty && !log.isHealthy)
        try FileManager.default.removeItem(atPath: path)
        while !log.isHealthy { try await Task.sleep(for: .milliseconds(5)) }
        log.close()
        #expect(try requestIDs(contents(path)).contains("r3"))
    }

    @Test func whatIsThereIsKept() async throws {
        let first = try AuditLog(path: path)
        #expect(await first.append(.numbered(1)) == .written)
        first.close()
        let second = try AuditLog(path: path)
        #expect(await second.append(.numbered(2)) == .written)
        second.close()
        #expect(try requestIDs(contents(path)) == ["r1", "r2"])
        #expect(try events(contents(path)) == ["denied", "checkpoint", "denied", "checkpoint"])
    }

    @Test func closingWritesWhatWaitsAndEndsTheLog() throws {
        let log = try AuditLog(path: path)
        let outcomes = Collected<AuditOutcome>()
        for number in 0..<1000 {
            #expect(log.append(.numbered(number)) { outcomes.add($0) } == .waiting)
        }
        #expect(log.close() == 0)
        #expect(outcomes.all == [AuditOutcome](repeating: .written, count: 1000))
        #expect(log.append(.numbered(0)) { outcomes.add($0) } == .refused)
        #expect(log.close() == 0)
        #expect(log.counters == AuditCounters(written: 1000, waiting: 0, refused: 1))
        #expect(outcomes.all.count == 1000)
    }

    @Test func aLogThatNobodyHoldsWritesWhatWaits() throws {
        do {
            let log = try AuditLog(path: path)
            #expect(log.append(.numbered(1)) { _ in } == .waiting)
        }
        #expect(try requestIDs(contents(path)) == ["r1"])
    }

    @Test func whatCannotBeOpenedIsAnError() throws {
        #expect(throws: AuditOpenError(path: directory.file("no/audit"), errno: ENOENT)) {
            try AuditLog(path: directory.file("no/audit"))
        }
        #expect(throws: AuditOpenError(path: directory.path, errno: EINVAL)) { try AuditLog(path: directory.path) }
        let pipe = directory.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(throws: AuditOpenError(path: pipe, errno: EINVAL)) { try AuditLog(path: pipe) }
    }

    @Test func aFullDiskIsReportedOnceAndTheQueueStaysBounded() async throws {
        let health = Collected<AuditHealth>()
        var options = AuditOptions()
        options.capacity = 3
        let log = try AuditLog(path: "/dev/full", options: options) { health.add($0) }
        #expect(log.isHealthy)
        for number in 1...3 {
            #expect(!log.isBlocked)
            #expect(await log.append(.numbered(number)) == .retained)
            #expect(!log.isHealthy)
        }
        #expect(log.isBlocked)
        #expect(await log.append(.numbered(4)) == nil)
        let counters = log.counters
        #expect(counters.written == 0 && counters.waiting == 3 && counters.refused == 1 && counters.failures > 0)
        #expect(log.close() == 3)
        #expect(health.all == [.failing(AuditWriteError(errno: ENOSPC))])
    }

    @Test func aFileOfSomethingElseIsLeftAlone() throws {
        let text = "root:x:0:0\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: AuditOpenError(path: path, errno: EINVAL)) { try AuditLog(path: path) }
        #expect(try contents(path) == Array(text.utf8))
    }

    @Test func onlyOneProcessWritesAFile() throws {
        let log = try AuditLog(path: path)
        #expect(throws: AuditOpenError(path: path, errno: EWOULDBLOCK)) { try AuditLog(path: path) }
        log.close()
    }
}
