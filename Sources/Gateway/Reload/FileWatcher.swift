import Glibc
import Logging
import Synchronization

/// Watches files for changes by inotify (inotify(7)), on a thread of its own.
///
/// It is the directories that are watched, those of the files and those of all symbolic links that lead to them: so it
/// sees a file that is replaced by a rename, written in place, deleted and made again, and links that are turned to
/// something else, as Kubernetes does with `..data`. A file that is being written is looked at once it is closed.
final class FileWatcher: Sendable {
    private static let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE)
    /// A change is told once nothing has happened for so long, in milliseconds.
    private static let quietTime: Int32 = 50
    /// How many quiet times a missing file may take to come back before its absence counts as a change.
    private static let patience = 20

    private let files: @Sendable () -> [String]
    private let changed: @Sendable () -> Void
    private let logger: Logger
    /// The ends of a pipe by which the thread is woken.
    private let wakeReader: Int32
    private let wakeWriter: Int32
    private let isStopping = Atomic<Bool>(false)
    /// What the files were when the watcher was made: the thread may begin only after the first change.
    private let baseline: [String: Signature?]
    private let thread = Mutex<pthread_t?>(nil)

    /// What tells one content of a file from another.
    private struct Signature: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int
        var seconds: Int
        var nanoseconds: Int

        /// `nil` when there is no such file.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    /// - Parameters:
    ///   - files: the files to watch; asked again after each change.
    ///   - changed: called on the watching thread when one has changed; returns when the change has been dealt with.
    init(files: @escaping @Sendable () -> [String], logger: Logger, changed: @escaping @Sendable () -> Void) {
        self.files = files
        self.logger = logger
        self.changed = changed
        baseline = Self.signatures(of: files())
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
                Unmanaged<FileWatcher>.fromOpaque(context).takeRetainedValue().run()
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
        if let running { pthread_join(running, nil) }
    }

    private func run() {
        var known = baseline
        while !isStopping.load(ordering: .relaxed) {
            let descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
            guard descriptor >= 0 else {
                return logger.error("files can't be watched: no inotify", metadata: ["errno": "\(errno)"])
            }
            defer { close(descriptor) }
            let names = watch(descriptor)
            // What happened between two watches left no event.
            if signatures() == known {
                wait(descriptor, names)
                settle(descriptor)
            }
            guard !isStopping.load(ordering: .relaxed) else { return }
            let now = signatures()
            guard now != known else { continue }
            known = now
            changed()
        }
    }

    /// Watches the directories of all files and links; the names in them that matter, by watch.
    private func watch(_ descriptor: Int32) -> [Int32: Set<String>] {
        var names: [Int32: Set<String>] = [:]
        for (directory, entries) in Self.places(of: files()) {
            let watch = inotify_add_watch(descriptor, directory, Self.mask)
            if watch >= 0 { names[watch, default: []].formUnion(entries) }
        }
        return names
    }

    /// Returns when something happened to a name that matters, or when it is woken.
    private func wait(_ descriptor: Int32, _ names: [Int32: Set<String>]) {
        while true {
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, -1) >= 0 || errno == EINTR else { return }
            if polled[1].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 64)
                while read(wakeReader, &bytes, bytes.count) > 0 {}
                return
            }
            if events(descriptor).contains(where: { names[$0.watch]?.contains($0.name) ?? true }) { return }
        }
    }

    /// Waits until nothing happens any more and no file is missing, within bounds.
    private func settle(_ descriptor: Int32) {
        for _ in 0..<Self.patience {
            guard !isStopping.load(ordering: .relaxed) else { return }
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            // Another file of the directory may be written to all the time, so the bound is on the time, not on events.
            let isQuiet = poll(&polled, 1, Self.quietTime) == 0
            if !isQuiet { _ = events(descriptor) }
            if isQuiet, files().allSatisfy({ Signature($0) != nil }) { return }
        }
    }

    private func events(_ descriptor: Int32) -> [(watch: Int32, name: String)] {
        var found: [(watch: Int32, name: String)] = []
        let headLength = MemoryLayout<inotify_event>.size
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return found }
            buffer.withUnsafeBytes { bytes in
                var offset = 0
                while offset + headLength <= count {
                    let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let name = bytes[(offset + headLength)..<(offset + headLength + Int(event.len))].prefix { $0 != 0 }
                    found.append((event.wd, String(decoding: name, as: UTF8.self)))
                    offset += headLength + Int(event.len)
                }
            }
        }
    }

    private func signatures() -> [String: Signature?] { Self.signatures(of: files()) }

    private static func signatures(of files: [String]) -> [String: Signature?] {
        Dictionary(files.map { ($0, Signature($0)) }) { first, _ in first }
    }

    /// The directories to watch with the names in them that matter: each file, and each link on the way to it.
    static func places(of files: [String]) -> [String: Set<String>] {
        var places: [String: Set<String>] = [:]
        for file in files {
            var pending = file.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
            var directory = file.hasPrefix("/") ? "/" : "."
            // A chain of links is followed as far as the system would (path_resolution(7)).
            var links = 0
            while let name = pending.first {
                pending.removeFirst()
                if name == "." { continue }
                let path = directory == "/" ? "/\(name)" : "\(directory)/\(name)"
                var target = [CChar](repeating: 0, count: Int(PATH_MAX))
                let length = readlink(path, &target, target.count - 1)
                if length > 0, links < 40 {
                    links += 1
                    places[directory, default: []].insert(name)
                    let text = String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                    if text.hasPrefix("/") { directory = "/" }
                    pending = text.split(separator: "/").map(String.init) + pending
                    continue
                }
                if pending.isEmpty { places[directory, default: []].insert(name) }
                directory = path
            }
        }
        return places
    }
}
