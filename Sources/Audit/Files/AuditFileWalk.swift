import Glibc

/// Goes through the files of a log from the oldest on, each once and none left out, also while the log is rotated and
/// its files are compressed.
struct AuditFileWalk {
    private let path: String
    private var files: [AuditFileSet.File]
    /// What couldn't be read when the directory was looked at last.
    private(set) var problems: [AuditReadError]
    private var done: Set<Key> = []

    /// What stays the same when a file is renamed or compressed.
    private enum Key: Hashable {
        case sequence(UInt64)
        case path(String)

        init(_ file: AuditFileSet.File) {
            self = file.firstSequence.map { .sequence($0) } ?? .path(file.path)
        }
    }

    /// How often the directory is looked at anew because a file isn't where it was, before that is an error.
    private static let attempts = 20

    init(path: String) {
        self.path = path
        let set = AuditFileSet(path: path)
        files = set.files
        problems = set.problems
    }

    /// Whether there is no log at all.
    var isAbsent: Bool { files.isEmpty && problems.isEmpty && access(path, F_OK) != 0 }

    /// The files that are left.
    var remaining: [AuditFileSet.File] { files.filter { !done.contains(Key($0)) } }

    /// Opens the next file that is wanted; nil when there is none.
    ///
    /// - Parameter start: Where to begin in a file that isn't compressed.
    mutating func next(
        where isWanted: ([AuditFileSet.File], Int) -> Bool = { _, _ in true },
        from start: (AuditFileSet.File) -> UInt64 = { _ in 0 }
    ) throws(AuditReadError) -> (file: AuditFileSet.File, reader: AuditLineReader)? {
        var failure: AuditReadError?
        for _ in 0..<Self.attempts {
            let index = files.indices.first { !done.contains(Key(files[$0])) && isWanted(files, $0) }
            guard let index else { return nil }
            let file = files[index]
            do {
                let reader = try AuditLineReader(path: file.path, from: file.isCompressed ? 0 : start(file))
                if reader.isStill(file) {
                    done.insert(Key(file))
                    return (file, reader)
                }
            } catch {
                failure = error
                // That it is there now doesn't tell: its successor may have come meanwhile.
                if !error.isMissing {
                    done.insert(Key(file))
                    throw error
                }
            }
            let set = AuditFileSet(path: path)
            files = set.files
            problems = set.problems
        }
        throw failure ?? AuditReadError(path: path, reason: "it is rotated faster than it can be read")
    }
}
