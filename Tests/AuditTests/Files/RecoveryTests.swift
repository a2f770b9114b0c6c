import Foundation
import Glibc
import Testing

@testable import Audit

/// What a start makes of what a crash, or somebody else, has left.
@Suite struct RecoveryTests {
    let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("audit.jsonl")
    }

    private func write(_ bytes: [UInt8], to path: String? = nil) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path ?? self.path))
    }

    /// Opens the log and appends a record.
    private func start(_ options: AuditOptions = AuditOptions()) async throws {
        let log = try AuditLog(path: path, options: options)
        #expect(await log.append(.numbered(99)) == .written)
        #expect(log.close() == 0)
    }

    private func writeHead(_ chain: TestChain) throws {
        let head = AuditHead(sequence: chain.chain.sequence, digest: chain.chain.last, timeMicroseconds: 0)
        try write(head.render(nil), to: AuditHead.path(of: path))
    }

    @Test func aTornLineAnywhereIsSetAside() async throws {
        let chain = TestChain.of(3)
        let lines = chain.bytes.split(separator: 0x0A).map { Array($0) + [0x0A] }
        for length in stride(from: 1, to: lines[2].count, by: 7) {
            let whole = Array(lines[..<2].joined())
            try write(whole + lines[2].prefix(length))
            try writeHead(TestChain.of(2))
            try await start()
            let text = try contents(path)
            #expect(text.starts(with: whole))
            #expect(try events(text) == ["denied", "denied", "recovered", "denied", "checkpoint"])
            let recovered = try parsedLines(text)[2]
            #expect(recovered["torn_bytes"] as? Int == length)
            #expect(
                (recovered["torn"] as? String)?.replacing("\\\\", with: "\\")
                    == String(decoding: lines[2].prefix(length), as: UTF8.self).replacing("\\\\", with: "\\")
            )
            let result = try AuditVerify.run(path: path)
            #expect(result.findings == [] && result.notes.count == 1, "\(length): \(result.findings)")
        }
    }

    @Test func aTornFirstLineIsSetAside() async throws {
        try write(Array(TestChain.of(1).bytes.prefix(50)))
        try await start()
        #expect(try events(contents(path)) == ["recovered", "denied", "checkpoint"])
        #expect(try AuditVerify.run(path: path).findings == [])
    }

    @Test func zerosThatALossOfPowerLeavesAreSetAside() async throws {
        let chain = TestChain.of(2)
        try write(chain.bytes + [UInt8](repeating: 0, count: 5000))
        try writeHead(chain)
        try await start()
        #expect(try events(contents(path)) == ["denied", "denied", "recovered", "denied", "checkpoint"])
        #expect(try AuditVerify.run(path: path).findings == [])
    }

    @Test func recordsThatWereTakenAwayWhileItDidNotRunAreFound() async throws {
        let chain = TestChain.of(10)
        let lines = chain.bytes.split(separator: 0x0A).map { Array($0) + [0x0A] }
        try write(Array(lines[..<7].joined()))
        try writeHead(chain)
        try await start()
        let result = try AuditVerify.run(path: path)
        #expect(result.findings.map(\.kind) == [.missing])
        #expect(result.findings.first?.line == 8)
        #expect(result.findings.first?.message.contains("10") == true)
    }

    @Test func aHeadFileThatWasTakenAwayIsFound() async throws {
        try write(TestChain.of(10).bytes)
        try await start()
        #expect(try AuditVerify.run(path: path).findings.map(\.kind) == [.missing])
    }

    @Test func theChainGoesOnOverStartsAndRotatedFiles() async throws {
        for number in 1...4 {
            try await start()
            #expect(rename(path, "\(path).\(number)") == 0)
        }
        try await start()
        let result = try AuditVerify.run(path: path)
        #expect(result.findings == [])
        #expect(result.lines == 10)
    }

    @Test func linesFromBeforeThereWasAChainAreKept() async throws {
        try write(Array("{\"time\":\"2025-01-01T00:00:00.000000Z\",\"code\":\"missing_key\"}\n".utf8))
        try await start()
        let result = try AuditVerify.run(path: path)
        #expect(result.findings == [] && result.notes.count == 1)
        var bytes = try contents(path)
        bytes[30] ^= 1
        try write(bytes)
        #expect(try AuditVerify.run(path: path).findings.map(\.kind) == [.changed])
    }
}
