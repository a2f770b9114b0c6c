import Glibc

/// Events of names in directories (inotify(7)).
struct DirectoryWatch: ~Copyable {
    /// A directory that can't be watched.
    struct Failure: Hashable {
        let directory: String
        let error: Int32
    }

    private static let mask = UInt32(
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR
    )

    /// Readable when there are events.
    let descriptor: Int32
    private var places = FilePlaces(of: [])
    /// The names that matter and the directory, by watch.
    private var watches: [Int32: (directory: String, names: Set<String>)] = [:]
    /// The files that were made and not closed yet.
    private var unfinished: Set<String> = []

    /// `nil`, with `errno`, when the system gives none.
    init?() {
        descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Whether a file that matters was made by someone who is still writing it.
    var hasUnfinishedFiles: Bool { !unfinished.isEmpty }

    /// Takes files that are being written as they are: not all that is made is closed under its name (`O_TMPFILE`).
    mutating func forgetUnfinishedFiles() { unfinished = [] }

    /// Watches what leads to these files and nothing else. Directories that were watched before are so without a gap.
    ///
    /// - Returns: the directories with files or links in them that can't be watched.
    mutating func follow(_ files: [String]) -> [Failure] {
        var failures: [Failure] = []
        // A link may be turned before its directory is watched, so it is looked at again after that.
        for _ in 0..<10 {
            places = FilePlaces(of: files)
            failures = watchPlaces()
            if FilePlaces(of: files) == places { break }
        }
        return failures
    }

    private mutating func watchPlaces() -> [Failure] {
        var failures: [Failure] = []
        var kept: [Int32: (directory: String, names: Set<String>)] = [:]
        for (directory, names) in places.names {
            let watch = inotify_add_watch(descriptor, directory, Self.mask)
            if watch >= 0 {
                // Two paths may lead to one directory.
                kept[watch, default: (directory, [])].names.formUnion(names)
            } else {
                let error = errno
                if Self.holdsFiles(directory, names) { failures.append(Failure(directory: directory, error: error)) }
            }
        }
        for watch in watches.keys where kept[watch] == nil { inotify_rm_watch(descriptor, watch) }
        watches = kept
        return failures
    }

    /// Whether one of these names is a file or a link: what only leads on is seldom replaced, and may be closed to us.
    private static func holdsFiles(_ directory: String, _ names: Set<String>) -> Bool {
        names.contains { name in
            var status = stat()
            return lstat("\(directory)/\(name)", &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
        }
    }

    /// Reads the events that there are.
    ///
    /// - Returns: whether one is about a name that matters.
    mutating func readEvents() -> Bool {
        var matters = false
        let headLength = MemoryLayout<inotify_event>.size
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return matters }
            var offset = 0
            while offset + headLength <= count {
                let event = buffer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: inotify_event.self) }
                offset += headLength
                let name = buffer[offset..<(offset + Int(event.len))].prefix { $0 != 0 }
                offset += Int(event.len)
                if note(event, String(decoding: name, as: UTF8.self)) { matters = true }
            }
        }
    }

    private mutating func note(_ event: inotify_event, _ name: String) -> Bool {
        // Events were lost, which may have been any.
        if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
            unfinished = []
            return true
        }
        guard let watch = watches[event.wd] else { return false }
        // The directory itself is gone.
        if event.mask & UInt32(IN_IGNORED) != 0 { return true }
        guard watch.names.contains(name) else { return false }
        let path = "\(watch.directory)/\(name)"
        if event.mask & UInt32(IN_CREATE) != 0, Self.isBeingMade(path) {
            unfinished.insert(path)
        } else {
            unfinished.remove(path)
        }
        return true
    }

    /// Whether what was just made is a file that its maker writes to: neither a directory, nor a symbolic link, nor a
    /// further name of a file.
    private static func isBeingMade(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
    }
}
