import Foundation
import Testing

@testable import Gateway

@Suite("FileWatcher")
struct FileWatcherTests {
    @Test func watchesTheDirectoriesOfLinks() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        let manager = FileManager.default
        try manager.createDirectory(atPath: root + "/v1", withIntermediateDirectories: true)
        defer { try? manager.removeItem(atPath: root) }
        try Data().write(to: URL(fileURLWithPath: root + "/v1/a.yaml"))
        try manager.createSymbolicLink(atPath: root + "/..data", withDestinationPath: "v1")
        try manager.createSymbolicLink(atPath: root + "/a.yaml", withDestinationPath: "..data/a.yaml")
        let places = FileWatcher.places(of: [root + "/a.yaml"])
        #expect(places[root] == ["a.yaml", "..data"])
        #expect(places[root + "/v1"] == ["a.yaml"])
    }
}
