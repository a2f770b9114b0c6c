import Foundation
import Glibc
import Testing

@testable import Audit

/// What isn't a whole log is never called one: nothing, what can't be read, what was converted on the way.
@Suite struct NothingToVerifyTests {
    private func kinds(_ fixture: AuditFixture) throws -> [AuditFinding.Kind] {
        try fixture.verify().findings.map(\.kind)
    }

    private func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    @Test(arguments: [true, false])
    func anEmptiedLogIsNotWhole(isSigned: Bool) throws {
        let fixture = try AuditFixture(count: 20, files: 1, isSigned: isSigned)
        try write([], to: fixture.path)
        #expect(try kinds(fixture) == [.empty, .end])
        try FileManager.default.removeItem(atPath: AuditHead.path(of: fixture.path))
        #expect(try kinds(fixture) == [.empty])
        let finding = try #require(try fixture.verify().findings.first)
        #expect(finding.description == "\(fixture.path): there is no record in the log: nothing was checked")
    }

    @Test(arguments: ["{\"time\":\"x\"}\n", "{}\n{}\n", "\n", "{\"time\":\"2026-01-01T00:00:00.000000Z\",\"seq\":1"])
    func linesThatAreNoRecordsAreNotWhole(text: String) throws {
        let fixture = try AuditFixture(count: 5, files: 1)
        try write(text.utf8, to: fixture.path)
        #expect(try kinds(fixture).contains(.empty))
        try FileManager.default.removeItem(atPath: AuditHead.path(of: fixture.path))
        #expect(try kinds(fixture).contains(.empty))
    }

    @Test(arguments: [true, false])
    func aMissingHeadIsAFinding(isSigned: Bool) throws {
        let fixture = try AuditFixture(count: 20, files: 2, isSigned: isSigned)
        let head = AuditHead.path(of: fixture.path)
        try FileManager.default.removeItem(atPath: head)
        #expect(try kinds(fixture) == [.head])
        // Neither is one that nobody can read, and nobody waits for a pipe.
        #expect(mkfifo(head, 0o600) == 0)
        #expect(try kinds(fixture) == [.head])
        try FileManager.default.removeItem(atPath: head)
        try FileManager.default.createDirectory(atPath: head, withIntermediateDirectories: false)
        #expect(try kinds(fixture) == [.head])
    }

    @Test func aDirectoryIsAnError() throws {
        let fixture = try AuditFixture(count: 5, files: 1)
        #expect { try AuditVerify.run(path: fixture.directory.path) } throws: { error in
            "\(error)".contains("it is a directory")
        }
        #expect { try AuditScan(path: fixture.directory.path).forEach { _ in .goOn } } throws: { error in
            guard case AuditScanError.nothing(let problem) = error else { return false }
            return problem.reason.contains("it is a directory")
        }
    }

    @Test func aDeviceThatGivesNothingIsNotWhole() throws {
        #expect(try AuditVerify.run(path: "/dev/null").findings.map(\.kind) == [.empty])
        #expect(throws: AuditScanError.self) { try AuditScan(path: "/dev/null").forEach { _ in .goOn } }
    }

    /// Gives a pipe's writing end the bytes from another thread.
    private func fill(_ pipe: String, _ bytes: [UInt8]) -> Thread {
        let thread = Thread {
            let descriptor = open(pipe, O_WRONLY)
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
            close(descriptor)
        }
        thread.start()
        return thread
    }

    @Test func aGoodLogInAPipeIsWholeAndAnEmptyOneIsNot() throws {
        let fixture = try AuditFixture(count: 300, files: 1)
        let bytes = try contents(fixture.path)
        let pipe = fixture.directory.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        func verify(_ bytes: [UInt8], anchor: AuditAnchor? = nil) throws -> AuditVerification {
            let thread = fill(pipe, bytes)
            defer { thread.cancel() }
            return try AuditVerify.run(path: pipe, signer: fixture.signer, anchor: anchor)
        }
        let whole = try verify(bytes)
        #expect(whole.findings == [] && whole.lines > 300)
        #expect(whole.notes.contains { $0.contains("only an anchor shows") })
        #expect(try verify([]).findings.map(\.kind) == [.empty])
        // What is cut off the end is seen by an anchor.
        let cut = Array(bytes.prefix(try #require(bytes[..<(bytes.count / 2)].lastIndex(of: 0x0A)) + 1))
        #expect(try verify(cut).findings == [])
        #expect(try verify(cut, anchor: whole.last).findings.map(\.kind) == [.end])
        // Compressed, it is the same, whatever it is called.
        let copy = fixture.directory.file("copy")
        try write(bytes, to: copy)
        if case .failure(let error) = AuditCompressor.compress(copy) { throw error }
        #expect(try verify(contents(copy + ".gz")).findings == [])
        // Searches read it too.
        var count = 0
        let thread = fill(pipe, bytes)
        defer { thread.cancel() }
        try AuditScan(path: pipe).forEach { _ in
            count += 1
            return .goOn
        }
        #expect(count == whole.lines)
    }

    @Test func convertedLinesAreCalledThat() throws {
        let fixture = try AuditFixture(count: 100, files: 2)
        try fixture.edit(1) { lines in lines = lines.map { $0.dropLast() + [0x0D, 0x0A] } }
        let result = try fixture.verify()
        #expect(result.findings.map(\.kind) == [.converted])
        #expect(result.findings[0].message.contains("CR LF") && result.findings[0].line == 1)
        #expect(result.signedCheckpoints > 1)
        try fixture.edit(0) { lines in lines[0] = [0xEF, 0xBB, 0xBF] + lines[0] }
        #expect(try fixture.verify().findings.map(\.kind) == [.converted, .converted])
        // Searches find all of its records.
        var filter = AuditFilter()
        filter.since = 0
        var count = 0
        try AuditScan(path: fixture.path, filter: filter).forEach { line in
            #expect(line.bytes.last == UInt8(ascii: "}") && line.bytes.first == UInt8(ascii: "{"))
            count += 1
            return .goOn
        }
        #expect(count == result.lines)
        // A change is found behind the conversion as before it.
        try fixture.edit(1) { $0[9][130] ^= 1 }
        #expect(try kinds(fixture).contains(.changed))
    }

    /// An older state of the log, its head file included, is a whole log. Only who has noted a later state sees it.
    @Test func aRestoredPrefixIsShownByAnAnchor() throws {
        let fixture = try AuditFixture(count: 300, files: 1)
        let now = try #require(try fixture.verify().last)
        let older = try AuditFixture(count: 100, files: 1)
        for suffix in ["", ".head"] { try write(contents(older.path + suffix), to: fixture.path + suffix) }
        #expect(try fixture.verify().findings == [])
        let findings = try fixture.verify(anchor: now).findings
        #expect(findings.map(\.kind) == [.end])
        #expect(findings[0].message == "there is no record \(now.sequence), which the anchor names")
    }

    @Test func anAnchorThatRetentionHasRemovedShowsNothing() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("audit.jsonl")
        var chain = TestChain()
        for number in 1...4 { chain.append(.request(.numbered(number))) }
        let removed = chain.bytes.count
        let anchor = AuditAnchor(sequence: 2, digest: .zero)
        chain.append(.retention(AuditRetention(file: "audit.jsonl.1", removedThrough: 4, limit: "count")))
        try write(chain.bytes[removed...], to: path)
        let head = AuditHead(sequence: chain.chain.sequence, digest: chain.chain.last, timeMicroseconds: 1)
        try write(head.render(nil), to: AuditHead.path(of: path))
        #expect(try AuditVerify.run(path: path).findings == [])
        let findings = try AuditVerify.run(path: path, anchor: anchor).findings
        #expect(findings.map(\.kind) == [.end] && findings[0].message.contains("was removed as audit.keep says"))
    }

    /// Numbers in lines are anybody's: none of them is too large or too small to be read.
    @Test func noNumberInALineOverflows() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("audit.jsonl")
        let numbers = ["0", "1", "9223372036854775807", "9999999999999999999", "18446744073709551615", "-1", "1e99"]
        let events = [
            "\"recovered\",\"missing_through\":", "\"recovered\",\"torn_bytes\":", "\"gap\",\"dropped\":",
            "\"retention\",\"removed_through\":",
        ]
        let digest = String(repeating: "0", count: 64)
        // One that is missing would be waited for.
        let head = AuditHead(sequence: 1, digest: .zero, timeMicroseconds: 1)
        try write(head.render(nil), to: AuditHead.path(of: path))
        var lines: [String] = []
        for number in numbers {
            for event in events {
                for (index, value) in numbers.enumerated() {
                    let time = index.isMultiple(of: 2) ? "0000-01-01T00:00:00.000000Z" : "9999-12-31T23:59:59.999999Z"
                    lines.append(
                        "{\"time\":\"\(time)\",\"seq\":\(number),\"event\":\(event)\(value),\"prev\":\"\(digest)\"}\n"
                    )
                }
            }
        }
        for count in [1, 2, lines.count] {
            for start in stride(from: 0, to: lines.count, by: count) {
                try write(lines[start..<min(start + count, lines.count)].joined().utf8, to: path)
                _ = try AuditVerify.run(path: path)
                var report = AuditReport(title: path, madeAt: .max)
                var filter = AuditFilter()
                filter.since = .min
                filter.until = .max
                try AuditScan(path: path, filter: filter).forEach { line in
                    report.add(line)
                    return .goOn
                }
                #expect(!report.html().isEmpty)
            }
        }
    }

    @Test func whatIsNamedLikeAFileOfTheLogAndCantBeReadIsNamed() throws {
        let fixture = try AuditFixture(count: 100, files: 2)
        for (name, bytes) in [("1.zst", [UInt8]([0x28])), ("2", [0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0])] {
            let path = "\(fixture.path).\(name)"
            try write(bytes, to: path)
            let finding = try #require(try fixture.verify().findings.first)
            #expect(finding.kind == .unreadable && finding.description.hasPrefix(path), "\(finding)")
            #expect(finding.message.contains("zstd -d"))
            try FileManager.default.removeItem(atPath: path)
        }
        let directory = fixture.path + ".3"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        #expect(try kinds(fixture) == [.unreadable])
        try FileManager.default.removeItem(atPath: directory)
        #expect(symlink("nowhere", fixture.path + ".4") == 0)
        #expect(try kinds(fixture) == [.unreadable])
    }
}
