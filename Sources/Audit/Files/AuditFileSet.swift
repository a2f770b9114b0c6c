import Glibc

/// The files of a log: the one that is written to and the rotated ones, oldest first.
///
/// Rotated files are those beside the log whose names begin with its name and a dot: our own
/// (`audit.jsonl.000000012345`, after the number of their first line, with `.gz` when compressed) and those that
/// logrotate makes (`.1`, `.2.gz`, `-20261124`).
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

        /// The name without its directory.
        var name: String { path.split(separator: "/").last.map(String.init) ?? path }
        var isCompressed: Bool { path.hasSuffix(".gz") }

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

    /// Looks at the directory, and again if something was renamed, compressed or removed while it looked: files are then
    /// neither missed nor seen twice.
    init(path: String) {
        self.path = path
        let (directory, name) = Self.split(path)
        var found = Found()
        for _ in 0..<Self.attempts {
            let names = Self.names(in: directory).filter { $0 == name || Self.isRotated($0, of: name) }
            let inode = Self.inode(of: path)
            found = Found()
            // A file that has just been compressed may still lie beside the result.
            for candidate in names where !names.contains(candidate + ".gz") {
                switch Self.look(candidate == name ? path : directory + "/" + candidate) {
                case .success(let file): if let file { found.files.append(file) }
                case .failure(let error): found.problems.append(error)
                }
            }
            let namesNow = Self.names(in: directory).filter { $0 == name || Self.isRotated($0, of: name) }
            if namesNow == names, Self.inode(of: path) == inode { break }
        }
        files = found.files.sorted(by: Self.precedes)
        problems = found.problems
    }

    private struct Found {
        var files: [File] = []
        var problems: [AuditReadError] = []
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

    static func isRotated(_ candidate: String, of name: String) -> Bool {
        guard candidate.hasPrefix(name), candidate.count > name.count else { return false }
        var suffix = candidate.dropFirst(name.count)
        guard suffix.first == "." || suffix.first == "-" else { return false }
        suffix = suffix.dropFirst()
        if suffix.hasSuffix(".gz") { suffix = suffix.dropLast(3) }
        return !suffix.isEmpty && suffix.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E }
    }

    private static func precedes(_ first: File, _ second: File) -> Bool {
        (first.place.0, first.place.1, first.path) < (second.place.0, second.place.1, second.path)
    }

    static func names(in directory: String) -> Set<String> {
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var names: Set<String> = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.insert(name)
        }
        return names
    }

    private static func look(_ path: String) -> Result<File?, AuditReadError> {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return .success(nil) }
        do {
            let reader = try AuditLineReader(path: path)
            let block = try reader.next()
            let end = block?.bytes.firstIndex(of: 0x0A) ?? block?.bytes.count ?? 0
            let line = block.map { UnsafeRawBufferPointer(rebasing: $0.bytes[..<end]) }
            return .success(
                File(
                    path: path,
                    firstSequence: line.flatMap { AuditLineFields($0).sequence },
                    firstTime: line.flatMap { AuditLineFields.time(of: $0) },
                    size: Int64(status.st_size),
                    modified: Int64(status.st_mtim.tv_sec),
                    inode: UInt64(status.st_ino)
                )
            )
        } catch {
            // Between the listing and the opening it may have been renamed, compressed or removed.
            return error.isMissing ? .success(nil) : .failure(error)
        }
    }
}
