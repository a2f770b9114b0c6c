import Foundation
import Glibc
import Testing

@testable import Gateway

@Suite("FileWatcher")
struct FileWatcherTests {
    @Test func seesWhatChangedBeforeItBegan() throws {
        let folder = try WatchFolder()
        let began = FileTime.now
        try folder.write("a", "one")
        let watcher = try folder.watch(["a"], readSince: began)
        defer { watcher.stop() }
        try folder.waitForChange(to: "one")
    }

    /// A file that is mounted alone is written by another name, in a directory that isn't watched: of that no event
    /// tells.
    @Test func seesWhatNoEventTells() throws {
        let folder = try WatchFolder()
        try folder.makeFolder("elsewhere")
        try folder.makeFolder("here")
        try folder.write("elsewhere/a", "one")
        #expect(Glibc.link(folder.file("elsewhere/a"), folder.file("here/a")) == 0)
        let watcher = try folder.watch(["here/a"], interval: .milliseconds(20))
        defer { watcher.stop() }
        let descriptor = open(folder.file("elsewhere/a"), O_WRONLY | O_TRUNC)
        #expect(write(descriptor, "two", 3) == 3)
        close(descriptor)
        try folder.waitForChange(to: "two")
    }

    /// Half a file is not looked at, whatever wakes the watcher: neither one that is written in place, nor a new one.
    @Test(arguments: [false, true])
    func waitsForTheEndOfWriting(isNew: Bool) throws {
        let folder = try WatchFolder()
        try folder.write("a", "before")
        let watcher = try folder.watch(["a"], patience: .seconds(60))
        defer { watcher.stop() }
        try folder.write("a", "first")
        try folder.waitForChange(to: "first")
        if isNew { try FileManager.default.removeItem(atPath: folder.file("a")) }
        let descriptor = open(folder.file("a"), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(write(descriptor, "who", 3) == 3)
        for _ in 0..<4 { try folder.waitForQuestions(2) { watcher.refresh() } }
        #expect(write(descriptor, "le", 2) == 2)
        close(descriptor)
        try folder.waitForChange(to: "whole")
        #expect(!folder.contents.contains("who"), "\(folder.contents)")
    }

    /// A directory that is replaced as a whole takes its watch along.
    @Test func seesDirectoriesThatAreReplaced() throws {
        let folder = try WatchFolder()
        try folder.makeFolder("above/conf")
        try folder.write("above/conf/a", "one")
        let watcher = try folder.watch(["above/conf/a"])
        defer { watcher.stop() }
        try folder.makeFolder("new")
        try folder.write("new/a", "two")
        folder.move("above/conf", to: "above/old")
        folder.move("new", to: "above/conf")
        try folder.waitForChange(to: "two")
        try folder.write("above/conf/a", "three")
        try folder.waitForChange(to: "three")
        try FileManager.default.removeItem(atPath: folder.file("above"))
        try folder.waitForChange(to: "none")
        try folder.makeFolder("above/conf")
        try folder.write("above/conf/a", "four")
        try folder.waitForChange(to: "four")
    }

    /// A file that was missing is seen when it comes, in a directory that was missing, too.
    @Test func seesFilesThatCome() throws {
        let folder = try WatchFolder()
        try folder.write("a", "one ")
        let watcher = try folder.watch(["a", "later/b"])
        defer { watcher.stop() }
        try folder.makeFolder("later")
        try folder.write("later/b", "b")
        try folder.waitForChange(to: "one b")
    }

    /// As many events of others as there may be don't end the wait for the file.
    @Test func isNotHurriedByOtherFiles() throws {
        let folder = try WatchFolder()
        try folder.write("a", "one")
        let watcher = try folder.watch(["a"], patience: .seconds(60))
        defer { watcher.stop() }
        try FileManager.default.removeItem(atPath: folder.file("a"))
        for number in 0..<200 {
            try folder.write("other", "\(number)")
            if number % 50 == 0 { try folder.waitForQuestions(1) }
        }
        #expect(folder.contents.isEmpty)
        try folder.write("a", "two")
        try folder.waitForChange(to: "two")
        #expect(folder.contents == ["two"])
    }
}
