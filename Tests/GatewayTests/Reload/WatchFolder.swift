import Foundation
import Logging
import Synchronization
import Testing

@testable import Gateway

/// A folder of a test's own, and what a watcher sees of the files in it.
final class WatchFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    /// What the watched files had in them at each change that was told, and how often the watcher asked for their
    /// names.
    private let seen = Mutex<(contents: [String], questions: Int)>(([], 0))

    init() throws { try makeFolder("") }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: file(name), withDestinationPath: target)
    }

    func move(_ name: String, to other: String) { #expect(rename(file(name), file(other)) == 0) }

    var contents: [String] { seen.withLock(\.contents) }
    var questions: Int { seen.withLock(\.questions) }

    /// A watcher of these files that has begun, ready for what happens from now on.
    func watch(
        _ names: [String],
        readSince: FileTime = .now,
        patience: Duration = .seconds(1),
        interval: Duration = .seconds(60)
    ) throws -> FileWatcher {
        let watcher = FileWatcher(
            files: { [self] in
                seen.withLock { $0.questions += 1 }
                return names.map(file)
            },
            readSince: readSince,
            patience: patience,
            interval: interval,
            logger: Logger(label: "test"),
            changed: { [self] in
                let text = names.map { (try? String(contentsOfFile: file($0), encoding: .utf8)) ?? "none" }.joined()
                seen.withLock { $0.contents.append(text) }
            }
        )
        try waitForQuestions(2) { watcher.start() }
        return watcher
    }

    /// Waits until the watcher has asked for the names so many times more, which it does twice before it waits.
    func waitForQuestions(_ count: Int, after action: () throws -> Void = {}) throws {
        let before = questions
        try action()
        try wait("the watcher asks") { self.questions >= before + count }
    }

    func waitForChange(to text: String) throws {
        try wait("\(text) is seen, after \(contents)") { self.contents.last == text }
    }

    private func wait(_ what: String, _ condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !condition() {
            try #require(ContinuousClock.now < deadline, "not within 30 s: \(what)")
            usleep(2000)
        }
    }
}
