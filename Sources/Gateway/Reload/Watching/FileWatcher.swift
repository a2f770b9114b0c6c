import Glibc
import Logging
import Synchronization

/// Watches files for changes, on a thread of its own.
///
/// It is the directories that are watched, those of the files and those that lead to them: so it sees a file that is
/// replaced by a rename, written in place, deleted and made again, directories that are put in the place of others, and
/// links that are turned to something else, as Kubernetes does with `..data`. A file that is being written is looked at
/// once it is closed. Not all changes are events: a file that is mounted alone, or lies on a network's file system,
/// changes without any, so that all are looked at now and then besides.
final class FileWatcher: Sendable {
    /// A change is told once nothing has happened for so long.
    private static let quietTime = Duration.milliseconds(50)
    private static let joinTime = Duration.seconds(2)
    private static let joinStep: useconds_t = 1000

    private let files: @Sendable () -> [String]
    private let changed: @Sendable () -> Void
    private let readSince: FileTime
    private let patience: Duration
    private let interval: Duration
    private let logger: Logger
    /// The ends of a pipe by which the thread is woken.
    private let wakeReader: Int32
    private let wakeWriter: Int32
    private let isStopping = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)
    private let thread = Mutex<pthread_t?>(nil)

    /// - Parameters:
    ///   - files: the files to watch; asked again after each change.
    ///   - readSince: when the files were begun to be read for the first time, or just before: what changed since
    ///     counts as a change.
    ///   - patience: how long to wait for a file that is missing, is being written or changes all the time; then it is
    ///     taken as it is.
    ///   - interval: how often files are looked at without an event.
    ///   - changed: called on the watching thread when one has changed; returns when the change has been dealt with.
    init(
        files: @escaping @Sendable () -> [String],
        readSince: FileTime,
        patience: Duration = .seconds(1),
        interval: Duration = .seconds(5),
        logger: Logger,
        changed: @escaping @Sendable () -> Void
    ) {
        self.files = files
        self.readSince = readSince
        self.patience = patience
        self.interval = interval
        self.logger = logger
        self.changed = changed
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wakeReader = ends[0]
        wakeWriter = ends[1]
    }

    deinit {
        close(wakeReader)
        close(wakeWriter)
    }

    func start() {
        var handle = pthread_t()
        let context = Unmanaged.passRetained(self)
        let result = pthread_create(
            &handle,
            nil,
            { context in
                guard let context else { return nil }
                let watcher = Unmanaged<FileWatcher>.fromOpaque(context).takeRetainedValue()
                watcher.run()
                watcher.hasEnded.store(true, ordering: .releasing)
                return nil
            },
            context.toOpaque()
        )
        guard result == 0 else {
            context.release()
            logger.error("files can't be watched: no thread", metadata: ["errno": "\(result)"])
            return
        }
        let started = handle
        thread.withLock { $0 = started }
    }

    /// Looks anew at which files there are, after a reload that came another way.
    func refresh() {
        var byte: UInt8 = 0
        _ = write(wakeWriter, &byte, 1)
    }

    /// Ends the thread and waits until it has ended.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        refresh()
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let running else { return }
        // It may be reading from a file system that doesn't answer, and then never ends.
        let deadline = ContinuousClock.now + Self.joinTime
        while !hasEnded.load(ordering: .acquiring), ContinuousClock.now < deadline { usleep(Self.joinStep) }
        guard !hasEnded.load(ordering: .acquiring) else {
            pthread_join(running, nil)
            return
        }
        logger.warning("the watching of files did not end: a file system doesn't answer")
        pthread_detach(running)
    }

    private func run() {
        guard var watch = DirectoryWatch() else {
            return logger.error("files can't be watched: no inotify", metadata: ["errno": "\(errno)"])
        }
        var states = FileStates(readSince: readSince)
        var failures: Set<DirectoryWatch.Failure> = []
        while !isStopping.load(ordering: .relaxed) {
            tell(watch.follow(files()), &failures)
            guard states.adopt(files()) || wait(&watch, states) else { continue }
            settle(&watch, states)
            guard !isStopping.load(ordering: .relaxed) else { return }
            if states.note(files()) { changed() }
        }
    }

    /// Logs each directory that can't be watched once.
    private func tell(_ failures: [DirectoryWatch.Failure], _ told: inout Set<DirectoryWatch.Failure>) {
        for failure in failures where told.insert(failure).inserted {
            logger.warning(
                "changes of what is in a directory won't be seen: it can't be watched",
                metadata: ["directory": "\(failure.directory)", "error": "\(String(cString: strerror(failure.error)))"]
            )
        }
    }

    /// Waits for what happens to a name that matters, or for a file that has become another.
    ///
    /// - Returns: false when it was woken instead, so that the files may be others.
    private func wait(_ watch: inout DirectoryWatch, _ states: FileStates) -> Bool {
        while true {
            var polled = [
                pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&polled, 2, Int32((interval / .milliseconds(1)).rounded(.up)))
            guard count >= 0 || errno == EINTR else { return false }
            if watch.readEvents() { return true }
            if count == 0, states.areOthers(files()) { return true }
            if polled[1].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 64)
                while read(wakeReader, &bytes, bytes.count) > 0 {}
                return false
            }
        }
    }

    /// Waits until nothing happens to the files any more, none has gone that was there, and all are written to their
    /// ends; within bounds.
    private func settle(_ watch: inout DirectoryWatch, _ states: FileStates) {
        let deadline = ContinuousClock.now + patience
        while !isStopping.load(ordering: .relaxed) {
            let isQuiet = isQuiet(&watch)
            // A directory may have been put in the place of another.
            _ = watch.follow(files())
            let now = FileTime.now
            let areWhole = files().allSatisfy { file in
                guard let signature = FileSignature(file) else { return states.lacks(file) }
                // The kernel's clock may not tell a change so close from the next.
                return !signature.hasChanged(within: Self.quietTime, of: now)
            }
            if isQuiet, areWhole, !watch.hasUnfinishedFiles { return }
            if ContinuousClock.now >= deadline { return watch.forgetUnfinishedFiles() }
        }
    }

    /// Waits for the quiet time, or until something happens to a name that matters.
    private func isQuiet(_ watch: inout DirectoryWatch) -> Bool {
        let end = ContinuousClock.now + Self.quietTime
        while true {
            let left = end - .now
            guard left > .zero else { return true }
            var polled = pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&polled, 1, Int32((left / .milliseconds(1)).rounded(.up)))
            if watch.readEvents() { return false }
        }
    }
}
