import Foundation
import GatewayConfig
import Glibc
import Testing

@Suite("SystemFiles")
struct SystemFilesTests {
    private static func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "scopegate-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file.path)
    }

    @Test(arguments: [0, 1, 65_536, 200_000])
    func readsAWholeFile(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Self.withFile(bytes) { path in
            let found = try SystemFiles().read(path, limit: count)
            #expect(found == bytes)
            if count > 0 {
                #expect(throws: FileReadError.tooLarge(count - 1)) { try SystemFiles().read(path, limit: count - 1) }
            }
        }
    }

    @Test func saysWhyAFileCanNotBeRead() throws {
        let files = SystemFiles()
        #expect(throws: FileReadError.notFound) { try files.read("/nowhere/at/all", limit: 1) }
        #expect(throws: FileReadError.notFound) { try files.read("/etc/passwd/x", limit: 1) }
        #expect(throws: FileReadError.notFound) { try files.read("/etc/passwd\0", limit: 1) }
        #expect(throws: FileReadError.isDirectory) { try files.read("/etc", limit: 1) }
    }

    /// Whoever reloads must not wait for what may never come.
    @Test func nothingIsWaitedForWithoutEnd() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "scopegate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let pipe = folder.appending(path: "pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let files = SystemFiles(patience: .milliseconds(50))
        #expect(throws: FileReadError.isSilent) { try files.read(pipe, limit: 10) }
        // One that has a writer, which says nothing, and then something.
        let end = open(pipe, O_RDWR | O_NONBLOCK)
        #expect(throws: FileReadError.isSilent) { try files.read(pipe, limit: 10) }
        #expect(write(end, "0123456789ab", 12) == 12)
        #expect(throws: FileReadError.tooLarge(10)) { try files.read(pipe, limit: 10) }
        close(end)
        #expect(try files.read("/dev/null", limit: 10) == [])
        #expect(throws: FileReadError.tooLarge(10)) { try files.read("/dev/zero", limit: 10) }
        // A file of 2 GB isn't read to find out that it is too large.
        let large = folder.appending(path: "large").path
        close(open(large, O_WRONLY | O_CREAT, 0o600))
        #expect(truncate(large, 2 << 30) == 0)
        #expect(throws: FileReadError.tooLarge(1 << 24)) { try files.read(large, limit: 1 << 24) }
    }

    @Test("A pipe is read to its end: commands are given files by process substitution")
    func pipes() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let writer = ends[1]
        Thread.detachNewThread {
            for text in ["version: 1\n", "routes: {}\n"] {
                usleep(20_000)
                _ = write(writer, text, text.utf8.count)
            }
            close(writer)
        }
        let bytes = try SystemFiles().read("/dev/fd/\(ends[0])", limit: 100)
        #expect(String(decoding: bytes, as: UTF8.self) == "version: 1\nroutes: {}\n")
    }
}
