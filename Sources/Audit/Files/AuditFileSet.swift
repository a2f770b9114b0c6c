import Glibc

/// The files of a log: the one that is written to and the rotated ones, oldest first.
///
/// Rotated files are those beside the log whose names begin with its name and a dot: our own
/// (`audit.jsonl.000000012345`, after the number of their first line, with `.gz` when compressed) and those that
/// logrotate makes (`.1`, `.2.gz`, `-20261124`). What is named like one of them and can't be read is a problem, not
/// passed over: it may hold what is looked for.
struct AuditFileSet {
    /// One file.
    struct File: Equatable {
        let path: String
        /// The number of its first line; nil when it is empty or its first line has none.
        let firstSequence: UInt64?
        /// The time of its first line, in microseconds since 1970.
        let firstTime: Int64?
        let size: Int64
        /// When it was last changed, in seconds since 1970.
        let modified: Int64
        /// Which file it is, whatever its name.
        var inode: UInt64 = 0
        var isCompressed = false
        /// Its first line is no record of a log.
        var isForeign = false

        /// The name without its directory.
        var name: String { path.split(separator: "/").last.map(String.init) ?? path }

        /// Where it stands among the others: lines without numbers are from before there was a chain, and what is empty
        /// has just been begun.
        fileprivate var place: (UInt64, Int64) {
            if let firstSequence { return (firstSequence, 0) }
            return firstTime.map { (0, $0) } ?? (.max, 0)
        }
    }

    /// The log's path as given.
    let path: String
    /// All files that hold lines, oldest first.
    let files: [File]
    /// Files that couldn't be read, with the reason.
    let problems: [AuditReadError]

    /// How often the directory is looked at until it stays the same meanwhile.
    private static let attempts = 50

    /// Looks at the directory, and again if something was renamed, compressed or removed while it looked: files are
    /// then neither missed nor seen twice.
    init(path: String) {
        self.path = path
        let (directory, name) = Self.split(path)
        var found = Found()
        for _ in 0..<Self.attempts {
            let listing = Listing(directory, of: name)
            let inode = Self.inode(of: path)
            found = Found(problems: listing.problems)
            for candidate in listing.names {
                switch Self.look(candidate == name ? path : directory + "/" + candidate) {
                case .success(let file): if let file { found.files.append(file) }
                case .failure(let error): found.problems.append(error)
                }
            }
            found.dropCompressed()
            if Listing(directory, of: name) == listing, Self.inode(of: path) == inode { break }
        }
        files = found.files.sorted(by: Self.precedes)
        problems = found.problems.sorted { $0.path < $1.path }
    }

    /// What a directory holds of a log.
    private struct Listing: Equatable {
        var names: Set<String> = []
        var problems: [AuditReadError] = []

        init(_ directory: String, of name: String) {
            switch AuditFileSet.listing(directory) {
            case .failure(let error):
                // The log itself may be readable.
                names = [name]
                problems = [error]
            case .success(let all):
                for candidate in all {
                    switch AuditFileName(candidate, of: name) {
                    case .other: break
                    case .log: names.insert(candidate)
                    case .unreadable(let reason):
                        problems.append(AuditReadError(path: directory + "/" + candidate, reason: reason))
                    }
                }
                problems.sort { $0.path < $1.path }
            }
        }
    }

    private struct Found {
        var files: [File] = []
        var problems: [AuditReadError] = []

        /// A file that has just been compressed may still lie beside the result, and begins as that does.
        mutating func dropCompressed() {
            let compressed = files.filter { $0.isCompressed && $0.firstSequence != nil }
            files.removeAll { file in
                !file.isCompressed
                    && compressed.contains {
                        $0.path == file.path + ".gz" && $0.firstSequence == file.firstSequence
                    }
            }
        }
    }

    private static func inode(of path: String) -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    /// The rotated files.
    var rotated: [File] { files.filter { $0.path != path } }

    /// The directory and the name of a log.
    static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = String(path[..<slash])
        return (directory.isEmpty ? "/" : directory, String(path[path.index(after: slash)...]))
    }

    private static func precedes(_ first: File, _ second: File) -> Bool {
        (first.place.0, first.place.1, first.path) < (second.place.0, second.place.1, second.path)
    }

    /// The names in a directory; none when it can't be read.
    static func names(in directory: String) -> Set<String> { (try? listing(directory).get()) ?? [] }

    /// The names in a directory. One that isn't there has none.
    private static func listing(_ directory: String) -> Result<Set<String>, AuditReadError> {
        guard let handle = opendir(directory) else {
            guard errno != ENOENT, errno != ENOTDIR else { return .success([]) }
            let reason = "the files beside the log can't be listed: \(String(cString: strerror(errno)))"
            return .failure(AuditReadError(path: directory, reason: reason))
        }
        defer { closedir(handle) }
        var names: Set<String> = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.insert(name)
        }
        return .success(names)
    }

    private static func look(_ path: String) -> Result<File?, AuditReadError> {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let number = errno
            var link = stat()
            // Between the listing and now it may have been renamed, compressed or removed.
            if number == ENOENT, lstat(path, &link) != 0 { return .success(nil) }
            let reason =
                number == ENOENT ? "it is a link to a file that isn't there" : String(cString: strerror(number))
            return .failure(AuditReadError(path: path, reason: reason))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return .failure(AuditReadError(path: path, reason: "it is named like a file of the log, but is none"))
        }
        do {
            let reader = try AuditLineReader(path: path)
            let block = try reader.next()
            let end = block?.bytes.firstIndex(of: 0x0A) ?? block?.bytes.count ?? 0
            let line = block.map { AuditFileMarks.without(UnsafeRawBufferPointer(rebasing: $0.bytes[..<end])) }
            let time = line.flatMap { AuditLineFields.time(of: $0) }
            return .success(
                File(
                    path: path,
                    firstSequence: line.flatMap { AuditLineFields($0).sequence },
                    firstTime: time,
                    size: Int64(status.st_size),
                    modified: Int64(status.st_mtim.tv_sec),
                    inode: UInt64(status.st_ino),
                    isCompressed: reader.isCompressed,
                    isForeign: line != nil && time == nil
                )
            )
        } catch {
            // Between the listing and the opening it may have been renamed, compressed or removed.
            return error.isMissing ? .success(nil) : .failure(error)
        }
    }
}
