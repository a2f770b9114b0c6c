import Foundation
import GatewayConfig
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
}
