import Glibc
import Testing

@testable import Gateway

@Suite("FileStates")
struct FileStatesTests {
    /// Files that are there are older than this.
    private static var later: FileTime { FileTime.now.advanced(by: .seconds(60)) }

    @Test func areOthersThanWhatWasRead() throws {
        let folder = try WatchFolder()
        let file = folder.file("a.yaml")
        try folder.write("a.yaml", "one")
        var states = FileStates(readSince: Self.later)
        var found = [states.adopt([file]), states.note([file])]
        try folder.write("a.yaml", "other")
        found += [states.note([file]), states.note([file])]
        #expect(found == [false, false, true, false])
    }

    /// What changed between the reading and the first look is no longer what was read.
    @Test func ofNewFilesGoByWhenTheyWereRead() throws {
        let folder = try WatchFolder()
        let (file, missing) = (folder.file("a.yaml"), folder.file("missing.yaml"))
        var states = FileStates(readSince: .now)
        try folder.write("a.yaml", "one")
        let found = [states.adopt([file]), states.adopt([file]), states.note([file]), states.adopt([file, missing])]
        #expect(found == [true, true, true, false])
        #expect(states.lacks(missing) && !states.lacks(file))
        let isDifferent = states.adopt([file])
        #expect(!isDifferent && !states.lacks(missing))
    }

    /// The times of a file can be set back, but not that of its last change.
    @Test func seeWhatHasTheSameLengthAndTime() throws {
        let folder = try WatchFolder()
        let file = folder.file("a.yaml")
        try folder.write("a.yaml", "one")
        var states = FileStates(readSince: Self.later)
        _ = states.adopt([file])
        let time = try modificationTime(file)
        try waitForTick()
        try folder.write("a.yaml", "two")
        try setModificationTime(time, file)
        let isDifferent = states.note([file])
        #expect(isDifferent)
    }

    /// Waits until the file system's clock has moved on.
    private func waitForTick() throws {
        let before = FileTime.now
        while FileTime.now == before { usleep(500) }
    }

    private func modificationTime(_ file: String) throws -> timespec {
        var status = stat()
        try #require(stat(file, &status) == 0)
        return status.st_mtim
    }

    private func setModificationTime(_ time: timespec, _ file: String) throws {
        try #require(utimensat(AT_FDCWD, file, [time, time], 0) == 0)
    }
}
