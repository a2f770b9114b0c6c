import Foundation

@testable import Audit

/// A log of several files in a directory, as a writer leaves them.
struct AuditFixture {
    let directory: TemporaryDirectory
    let path: String
    let signer: AuditSigner?

    /// The files, oldest first, that make up the log: ours are named after their first line.
    var files: [String] { AuditFileSet(path: path).files.map(\.path) }

    /// Writes a log of `count` refusals in `files` files of about the same length, with a start and an end in order.
    init(count: Int = 300, files: Int = 3, isSigned: Bool = true, compresses: Bool = false) throws {
        directory = try TemporaryDirectory()
        path = directory.file("audit.jsonl")
        signer = isSigned ? AuditSigner(key: Array("a signing key of tests".utf8)) : nil
        let lines = try Self.lines(count: count, signer: signer)
        let perFile = (lines.count + files - 1) / files
        for number in 0..<files {
            let part = lines.dropFirst(number * perFile).prefix(perFile)
            let isActive = number == files - 1
            let name = isActive ? path : AuditRotation.name(of: path, firstSequence: UInt64(number * perFile + 1))
            try Data(part.joined()).write(to: URL(fileURLWithPath: name))
            if compresses, !isActive, case .failure(let error) = AuditCompressor.compress(name) { throw error }
        }
        let chain = try Self.chain(count: count, signer: signer)
        let head = AuditHead(sequence: chain.chain.sequence, digest: chain.chain.last, timeMicroseconds: 1)
        try Data(head.render(signer)).write(to: URL(fileURLWithPath: AuditHead.path(of: path)))
    }

    private static func chain(count: Int, signer: AuditSigner?) throws -> TestChain {
        var chain = TestChain()
        chain.signer = signer
        chain.append(.start(AuditStart(version: "1", process: 1, generation: 1, digest: "d")))
        for number in 1...count {
            if chain.chain.sequence % 50 == 49 { chain.append(.checkpoint) }
            chain.append(.request(.numbered(number)), time: 1_700_000_000_000_000 + Int64(number) * 1_000_000)
        }
        chain.append(.stop)
        chain.append(.checkpoint)
        return chain
    }

    private static func lines(count: Int, signer: AuditSigner?) throws -> [[UInt8]] {
        try chain(count: count, signer: signer).bytes.split(separator: 0x0A).map { Array($0) + [0x0A] }
    }

    /// The lines of the `file`th file, each with its line feed.
    func lines(_ file: Int) throws -> [[UInt8]] {
        try contents(files[file]).split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map {
            Array($0) + [0x0A]
        }
    }

    func write(_ lines: [[UInt8]], _ file: Int) throws {
        try Data(lines.joined()).write(to: URL(fileURLWithPath: files[file]))
    }

    /// Changes the lines of a file.
    func edit(_ file: Int, _ body: (inout [[UInt8]]) throws -> Void) throws {
        var lines = try lines(file)
        try body(&lines)
        try write(lines, file)
    }

    func verify(anchor: AuditAnchor? = nil) throws -> AuditVerification {
        try AuditVerify.run(path: path, signer: signer, anchor: anchor)
    }
}
